"""Whom to remind of a session that stands in their calendar, so many days before its first day (N1).

Derived like what should stand there: of what was last told, when, and what each was reminded of. After days that nobody saw
pass only the nearest reminder is due, and none of what begins today or has begun: who is on the way needs none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from services.notifications.calendars.domain.calendar import Key, LastNotice, Person, Session, Wanted
from services.notifications.letters.domain.content import Entry
from services.notifications.letters.domain.kinds import REMINDER

Reminded: TypeAlias = tuple[str, str, int, date]  # session, person, lead in days, the session's first day


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """What a person is to be reminded of."""

    session: str
    person: Person
    party: str
    is_with_party: bool  # held with this party alone
    entry: Entry  # as it stands in the person's calendar
    lead_days: int
    kind: str = REMINDER

    @property
    def first_day(self) -> date:
        return self.entry.first_day


def nearest_lead(first_day: date, leads: Iterable[int], today: date) -> int | None:
    """How many days before `first_day` the reminder is due that is the nearest by `today`; none before the first, and from that day on.

    Both are days in Norway.

    >>> [nearest_lead(date(2024, 9, 24), (14, 2), date(2024, 9, day)) for day in (9, 10, 21, 22, 23, 24)]
    [None, 14, 14, 2, 2, None]
    """
    passed = [lead for lead in leads if first_day - timedelta(days=lead) <= today < first_day]
    return min(passed, default=None)


def lead_due(first_day: date, leads: Iterable[int], told_on: date, today: date) -> int | None:
    """The same, unless whoever is to be reminded was told of the session no earlier than it was due: that told enough.

    `told_on` is the day in Norway on which they were told last, be it by an invitation or of a change.
    """
    lead = nearest_lead(first_day, leads, today)
    return None if lead is None or told_on >= first_day - timedelta(days=lead) else lead


def coming_up(sessions: Iterable[Session], leads: Collection[int], today: date) -> list[Session]:
    """The sessions of which somebody may be to be reminded."""
    return [
        it
        for it in sessions
        if it.entry is not None
        and not (it.cancelled or it.completed)
        and nearest_lead(it.entry.first_day, leads, today) is not None
    ]


def reminders(
    sessions: Iterable[Session],
    standing: Wanted,
    notices: Mapping[Key, LastNotice],
    *,
    reminded: Collection[Reminded],
    leads: Collection[int],
    today: date,
) -> list[Reminder]:
    """Who is to be reminded of which of these sessions: they stand in the calendars of `standing` as they are.

    `reminded` is of what there was a reminder. `today` is a day in Norway.
    """
    known = {session.id: session for session in sessions}
    found = []
    for key, (person, party) in sorted(standing.items(), key=lambda it: it[0]):
        session = known.get(key[0])
        if session is None or session.entry is None:
            continue
        first_day = session.entry.first_day
        lead = lead_due(first_day, leads, notices[key].told_on, today)
        if lead is None or (*key, lead, first_day) in reminded:
            continue
        found.append(
            Reminder(
                session=session.id,
                person=person,
                party=party.organisation_number,
                is_with_party=session.party is not None,
                entry=session.entry,
                lead_days=lead,
            )
        )
    return found
