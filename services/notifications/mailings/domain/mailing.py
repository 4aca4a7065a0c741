"""A mail that is to be written because of one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.notifications.letters.domain.content import About, Agreement
from services.notifications.letters.domain.kinds import NOT_ONCE_WITHDRAWN, Language


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """What is to be written to whoever is concerned by one event, with the names of its programme and party as of now."""

    kind: str
    event_id: str
    programme: str
    party: str
    about: About
    happened_at: datetime
    programme_name: str
    party_name: str
    official_name: str
    party_kind: str
    language: Language
    refused: str | None = None  # what was answered last instead of what was asked for it
    is_withdrawn: bool = False  # the party's application
    before: Agreement | None = None  # an amended one as it was told of last
    is_answered: bool = False  # what it asks for is there by now, or not to be had, or what it offers is past

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.event_id, self.party

    @property
    def is_let_go(self) -> bool:
        """Whether it is not written: who has withdrawn hears of nothing more (R2). A document is always sent."""
        return self.is_answered or (self.is_withdrawn and self.kind in NOT_ONCE_WITHDRAWN)
