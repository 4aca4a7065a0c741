"""Money is integer øre everywhere; here is how a person reads it, and what the fee is split in."""

from __future__ import annotations

INSTALMENTS = 3  # that the fee is split in (B2)


def kroner(ore: int) -> str:
    """Øre as Norwegian kroner, with a no-break space between thousands.

    >>> kroner(666_667).replace(chr(0xA0), " ")
    '6 666,67'
    """
    whole, rest = divmod(abs(ore), 100)
    sign = "\N{MINUS SIGN}" if ore < 0 else ""
    return f"{sign}{whole:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{rest:02}"


def split_fee(fee_ore: int) -> list[int]:
    """The instalments in øre, which sum to the fee; the first ones carry the øre that are left over (B2).

    What an agreement says and what is invoiced for it are this. The programme's own document has it in this order: 6 666.67,
    6 666.67 and 6 666.66.

    >>> split_fee(2_000_000)
    [666667, 666667, 666666]
    """
    each, left_over = divmod(fee_ore, INSTALMENTS)
    return [each + (n < left_over) for n in range(INSTALMENTS)]
