"""Number series: one of invoices and one of credit notes per programme, each unbroken (bokføringsforskriften § 5-1-3).

Each series has an ordinal, which a KID begins with. A programme takes two of them, so the four digits that a KID has for it
are enough for 4 999 programmes.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["invoice", "credit_note"]

_NAMES: dict[Kind, str] = {"invoice": "invoices", "credit_note": "credit-notes"}


def series_id(programme: str, kind: Kind) -> str:
    """The id of a programme's series of this kind.

    >>> series_id("regionalt-2024-2025", "credit_note")
    'regionalt-2024-2025/credit-notes'
    """
    return f"{programme}/{_NAMES[kind]}"


def part_of(kind: Kind, number: int) -> str:
    """What a document is among its programme's, as marks and what is set aside name it.

    >>> part_of("credit_note", 1)
    'credit_note/1'
    """
    return f"{kind}/{number}"


def document_number(prefix: str, ordinal: int, number: int) -> str:
    """What a document is called: the seller's own number, unlike that of any other document in any series (B8).

    >>> document_number("FK", 1, 35)
    'FK1-35'
    """
    return f"{prefix}{ordinal}-{number}"


def programme_of(series: str, kind: Kind) -> str | None:
    """The programme of a series, or None where it is no series of this kind."""
    programme, _, name = series.rpartition("/")
    return programme if programme and name == _NAMES[kind] else None
