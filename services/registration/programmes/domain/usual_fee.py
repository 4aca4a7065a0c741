"""An amount typed in kroner is the commonest slip: a fee out of the ordinary is said to be meant (B1)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import RuleBroken

LEAST, MOST = 100_000, 10_000_000  # øre: 1 000 and 100 000 kroner


def check_usual(fees: Mapping[str, int | None], *, is_unusual: bool) -> None:
    """Raises RuleBroken for a fee, in øre by its field, out of the ordinary, unless it is said to be (B1)."""
    for field, fee_ore in fees.items():
        if fee_ore is not None and not LEAST <= fee_ore <= MOST and not is_unusual:
            kroner = f"{fee_ore / 100:.2f}".removesuffix(".00")
            msg = f'{fee_ore} øre is {kroner} kroner; what is not 1 000 to 100 000 kroner needs "unusual": true'
            raise RuleBroken(msg, code="unusual_fee", rule="B1", field=field)
