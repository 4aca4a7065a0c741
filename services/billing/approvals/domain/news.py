"""Of what there is news, and so which documents follow from it and not from a look at everything (B5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class News:
    """Why agreements are looked at: ids of those, and of the occasions (sessions and releases), of which there is news."""

    agreements: Collection[str] = ()
    occasions: Collection[str] = ()
    is_start: bool = False  # and all are looked at because the service has started

    def explains(self, agreement: str, delivery: str | None) -> bool:
        """Whether what is to be done follows from it: it is about the agreement, or about what the new invoice names."""
        return agreement in self.agreements or delivery in self.occasions
