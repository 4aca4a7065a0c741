"""What else is known on the days of a session: by it the rules say what speaks against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from services.scheduling.circumstances.domain.days_to_avoid import Avoided
from services.scheduling.circumstances.domain.plan_warning import days_of
from services.scheduling.sessions.domain.session import Session


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A party in a programme."""

    is_accepted: bool
    ends_on: date | None = None  # the first day on which its agreement is no longer in force


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    avoided: tuple[Avoided, ...] = ()
    sessions: Mapping[str, Session] = field(default_factory=dict)  # by id, of this programme and of its advisors
    advisors: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by programme and party
    members: Mapping[str, Membership] = field(default_factory=dict)  # by party, of this programme

    def with_sessions(self, changed: Iterable[Session]) -> Circumstances:
        """As they will be."""
        return replace(self, sessions={**self.sessions, **{it.id: it for it in changed}})

    def others_on(self, day: date, session: Session) -> Iterator[Session]:
        return (it for it in self._by_day.get(day, ()) if it.id != session.id)

    @cached_property
    def _by_day(self) -> Mapping[date, list[Session]]:
        found = defaultdict(list)
        for it in self.sessions.values():
            for day in days_of(it):
                found[day].append(it)
        return found
