"""KID, the number by which a payment is matched with its invoice: unique over all programmes, with a check digit."""

from __future__ import annotations

from stdnum import luhn

SERIES_DIGITS, NUMBER_DIGITS = 4, 6
# What a digit counts: itself, or the sum of the digits of its double, by turns.
ONCE = bytes.maketrans(b"0123456789", bytes(range(10)))
TWICE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


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
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The last digit of a KID that begins with these (modulus 10). The library, which knows other alphabets, takes ten times as long.

    >>> check_digit("0001000035")
    '4'
    """
    it = digits.encode()
    return str(-sum(it[::-2].translate(TWICE) + it[-2::-2].translate(ONCE)) % 10)


def ordinal_of(kid: str, number: int) -> int | None:
    """The ordinal of the series that a KID was made of, or None where it is none of an invoice of this number.

    >>> ordinal_of("7700010000352", 35)
    1
    """
    at = len(kid) - 1 - NUMBER_DIGITS
    if at < SERIES_DIGITS or not luhn.is_valid(kid) or int(kid[at:-1]) != number:
        return None
    return int(kid[at - SERIES_DIGITS : at])
