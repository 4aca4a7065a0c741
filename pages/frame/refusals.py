"""What the APIs refuse, said in Norwegian: by the code of each refusal."""

from __future__ import annotations

from collections.abc import Mapping

NORWEGIAN: dict[str, str] = {}
UNKNOWN = "Dette ble ikke godtatt. Se over det du skrev, og prøv igjen."


def in_norwegian(code: str, values: Mapping[str, object]) -> str:
    """For a form: what was wrong, and what to do."""
    return NORWEGIAN.get(code, UNKNOWN)
