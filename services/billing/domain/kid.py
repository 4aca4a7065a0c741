"""KID, the number by which a payment is matched with its invoice: unique over all programmes, with a check digit."""

from __future__ import annotations

SERIES_DIGITS, NUMBER_DIGITS = 3, 6


def kid(ordinal: int, number: int) -> str:
    """The KID of an invoice: its series' ordinal, its number, and the check digit (modulus 10).

    Raises ValueError where either has outgrown its digits: the KID would no longer be unique.

    >>> kid(1, 35)
    '0010000354'
    """
    if not 0 < ordinal < 10**SERIES_DIGITS or not 0 < number < 10**NUMBER_DIGITS:
        msg = f"no KID has room for number {number} of series {ordinal}"
        raise ValueError(msg)
    digits = f"{ordinal:0{SERIES_DIGITS}}{number:0{NUMBER_DIGITS}}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Modulus 10: from the right every other digit counts double, by the sum of its own digits.

    >>> check_digit("7992739871")
    '3'
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def is_valid(kid: str) -> bool:
    """Whether a KID ends in the check digit of what stands before it."""
    return kid.isascii() and kid.isdigit() and len(kid) > 1 and check_digit(kid[:-1]) == kid[-1]
