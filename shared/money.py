"""Money is integer øre everywhere; here is how a person reads it."""

from __future__ import annotations


def kroner(ore: int) -> str:
    """Øre as Norwegian kroner, with a no-break space between thousands.

    >>> kroner(666_667).replace(chr(0xA0), " ")
    '6 666,67'
    """
    whole, rest = divmod(abs(ore), 100)
    sign = "\N{MINUS SIGN}" if ore < 0 else ""
    return f"{sign}{whole:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{rest:02}"
