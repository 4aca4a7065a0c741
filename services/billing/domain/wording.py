"""Days and plans as a Norwegian reads them."""

from __future__ import annotations

from collections.abc import Sequence
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


def days(first: date, last: date) -> str:
    """
    >>> days(date(2024, 9, 24), date(2024, 9, 25))
    '24.–25. september 2024'
    """
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}.–{day(last)}"
    return f"{day(first)} – {day(last)}"


def weeks(spans: Sequence[tuple[int, int, int]]) -> str:
    """Year, first and last ISO week of each alternative.

    >>> weeks([(2026, 2, 3), (2026, 4, 4)])
    'uke 2–3 eller 4, 2026'
    """
    told = [f"{first}" if first == last else f"{first}–{last}" for _, first, last in spans]
    return f"uke {' eller '.join(told)}, {spans[0][0]}"


def months(names: Sequence[str]) -> str:
    """
    >>> months(["2025-06", "2025-08"])
    'juni 2025 eller august 2025'
    """
    return " eller ".join(f"{MONTHS[int(name[5:]) - 1]} {name[:4]}" for name in names)
