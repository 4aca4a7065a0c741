"""Days as a Norwegian reads them; the same in bokmål and nynorsk."""

from __future__ import annotations

from datetime import date

MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)


def day_in_words(it: date) -> str:
    """A day with the name of its month, and its year.

    >>> day_in_words(date(2024, 9, 24))
    '24. september 2024'
    """
    return f"{it.day}. {MONTHS[it.month - 1]} {it.year}"
