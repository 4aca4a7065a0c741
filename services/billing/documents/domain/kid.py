"""KID, the number by which a payment is matched with its invoice: unique over all programmes, with a check digit."""

from __future__ import annotations

from stdnum import luhn

SERIES_DIGITS, NUMBER_DIGITS = 4, 6


def kid(ordinal: int, number: int) -> str:
    """The KID of an invoice: its series' ordinal, its number, and the check digit (modulus 10).

    Raises ValueError where ordinal or number has outgrown its digits: cut to them, the KID would not be unique.

    >>> kid(1, 35)
    '00010000354'
    """
    if not 0 < ordinal < 10**SERIES_DIGITS or not 0 < number < 10**NUMBER_DIGITS:
        msg = f"no KID has room for number {number} of series {ordinal}"
        raise ValueError(msg)
    digits = f"{ordinal:0{SERIES_DIGITS}}{number:0{NUMBER_DIGITS}}"
    return digits + luhn.calc_check_digit(digits)
