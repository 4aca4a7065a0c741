"""Days, and why there is no VAT, as a Norwegian reads them."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)


def not_registered_for_vat(language_form: str) -> str:
    """Why an amount carries no VAT (A7)."""
    if language_form == "nynorsk":
        return "Seljaren er ikkje registrert i Meirverdiavgiftsregisteret."
    return "Selgeren er ikke registrert i Merverdiavgiftsregisteret."


def day(it: date) -> str:
    """
    >>> day(date(2024, 9, 24))
    '24. september 2024'
    """
    return f"{it.day}. {MONTHS[it.month - 1]} {it.year}"
