"""What each party was sent of contacts, when it is due by itself, and what is asked for before (R7, A8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.registration.groups.domain.completeness import missing
from services.registration.groups.domain.group import Group

# Days before the period's first day: what is missing is asked for at each, and at the last the lists are exchanged.
STAGES = (30, 14)
EXCHANGE = timedelta(days=STAGES[-1])
STILL_SENT = timedelta(days=14)  # after the day on which it was due; later it is sent when somebody asks for it


@dataclass(frozen=True, kw_only=True)
class ContactList:
    """That of one party in a programme."""

    programme: str
    party: str  # organisation number
    version: int = 0  # 0: nothing was told of it
    exchanged_on: date | None = None  # last
    complete: bool = False  # when it was exchanged, or asked for, last
    asked_before: int | None = None  # the stage at which what is missing was asked for last
    # Of the group and the programme as they were exchanged last; 0 where that is not known.
    group_version: int = 0
    programme_version: int = 0


def stage_on(period_start: date, today: date) -> int | None:
    """The nearest stage by today; none before the first, and from the period's first day on. Both are days in Norway.

    >>> [stage_on(date(2024, 8, 1), date(2024, 7, day)) for day in (1, 2, 17, 18, 31)]
    [None, 30, 30, 14, 14]
    >>> stage_on(date(2024, 8, 1), date(2024, 8, 1))
    """
    passed = [it for it in STAGES if period_start - timedelta(days=it) <= today < period_start]
    return min(passed, default=None)


def is_done(period_start: date, stage: int, done_on: date | None) -> bool:
    """Whether a programme was looked at at a stage that it has come to: before its period was moved to a later day, it was not."""
    return done_on is not None and done_on >= period_start - timedelta(days=stage)


def is_due(period_start: date, sent_on: date | None, today: date) -> bool:
    """Whether a list is, by itself: fourteen days before the period, or with an agreement sent later.

    `sent_on` is the agreement's. What nobody saw become due is not sent so much later that it is no news.
    """
    due_on = max(period_start - EXCHANGE, sent_on or date.min)
    return due_on <= today <= due_on + STILL_SENT


def does(exchanged_on: date | None, period_start: date, *, is_same: bool) -> bool:
    """Whether the list that was exchanged last does for a period that starts on this day.

    One that was exchanged earlier than fourteen days before it, on request or before the period was moved, does where it
    `is_same`: nobody gets a list again that says what the last one said.
    """
    return exchanged_on is not None and (is_same or exchanged_on >= period_start - EXCHANGE)


def lacking(group: Group, council_contact_person: str | None) -> list[str]:
    """What a list lacks, as codes: what the group does (R3, R5), its advisor (R8), and the council's contact person."""
    found = [it.code for it in missing(group)]
    if group.advisor is None:
        found.append("advisor_is_missing")
    if council_contact_person is None:
        found.append("contact_person_is_missing")
    return found


def exchanged(before: ContactList, *, complete: bool, of: tuple[int, int], today: date) -> ContactList:
    """`of` are the versions of the group and the programme. The same, where just that was exchanged today already."""
    if before.exchanged_on == today and (before.group_version, before.programme_version) == of:
        return before
    group_version, programme_version = of
    return replace(
        before,
        version=before.version + 1,
        exchanged_on=today,
        complete=complete,
        group_version=group_version,
        programme_version=programme_version,
    )


def asked_for(before: ContactList, stage: int) -> ContactList:
    """What is missing at a stage."""
    return replace(before, version=before.version + 1, complete=False, asked_before=stage)
