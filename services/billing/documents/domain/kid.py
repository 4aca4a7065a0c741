"""KID, the number by which a payment is matched with its invoice: unique over all programmes, with a check digit."""

from __future__ import annotations

from stdnum import luhn

SERIES_DIGITS, NUMBER_DIGITS = 4, 6


def kid(ordinal: int, number: int, *, prefix: str = "") -> str:
    """The KID of an invoice: its series' ordinal, its number, and the check digit (modulus 10).

    A prefix keeps it apart from the KIDs of others that are paid to the same account. Those of another prefix differ too:
    in their first digits, or in how many they are.

    Raises ValueError where ordinal or number has outgrown its digits: cut to them, the KID would not be unique.

    >>> kid(1, 35)
    '00010000354'
    >>> kid(1, 35, prefix="77")
    '7700010000352'
    """
    if not 0 < ordinal < 10**SERIES_DIGITS or not 0 < number < 10**NUMBER_DIGITS:
        msg = f"no KID has room for number {number} of series {ordinal}"
        raise ValueError(msg)
    digits = f"{prefix}{ordinal:0{SERIES_DIGITS}}{number:0{NUMBER_DIGITS}}"
    return digits + luhn.calc_check_digit(digits)


def ordinal_of(kid: str, number: int) -> int | None:
    """The ordinal of the series that a KID was made of, or None where it is none of an invoice of this number.

    >>> ordinal_of("7700010000352", 35)
    1
    """
    at = len(kid) - 1 - NUMBER_DIGITS
    if at < SERIES_DIGITS or not luhn.is_valid(kid) or int(kid[at:-1]) != number:
        return None
    return int(kid[at - SERIES_DIGITS : at])
