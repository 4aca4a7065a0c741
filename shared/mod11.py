"""Modulus 11, the check digit of Norwegian bank accounts and organisation numbers."""

from __future__ import annotations


def is_account(number: str) -> bool:
    """Whether this is a bank account number, eleven digits without dots.

    >>> is_account("12345678903")
    True
    """
    return _checks(number, weights=(5, 4, 3, 2, 7, 6, 5, 4, 3, 2))


def is_organisation_number(number: str) -> bool:
    """Whether this is an organisation number, nine digits without spaces.

    >>> is_organisation_number("942110464")
    True
    """
    return _checks(number, weights=(3, 2, 7, 6, 5, 4, 3, 2))


def _checks(number: str, weights: tuple[int, ...]) -> bool:
    if not (number.isascii() and number.isdigit() and len(number) == len(weights) + 1):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
    return -total % 11 == int(number[-1])
