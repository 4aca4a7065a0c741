"""What of a party's obligations is not met (R9, R10): a function of what is known, in whatever order it became known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from services.registration.groups.domain.completeness import missing
from services.registration.obligations.domain.attended import of_attendance, of_the_school_owner, of_work
from services.registration.obligations.domain.facts import Facts, Finding
from services.registration.obligations.domain.met import of_the_contract_meeting, of_visits

MONTHS = 12
SEMESTER_ENDS = (6, 12)  # months with whose last day a semester ends


def findings(facts: Facts) -> tuple[Finding, ...]:
    """The first ones first. None while no agreement is in force: then there are no obligations."""
    if not facts.in_force:
        return ()
    found = [
        *of_attendance(facts),
        *of_the_school_owner(facts),
        *of_work(facts),
        *of_visits(facts),
        *of_the_contract_meeting(facts),
        *_of_the_group(facts),
        *_of_local_work(facts),
    ]
    return tuple(sorted(found, key=lambda it: (it.since or date.min, it.what, it.session or "")))


def _of_the_group(facts: Facts) -> Iterator[Finding]:
    if next(missing(facts.group), None) is not None:
        yield Finding(what="group_incomplete")
    if facts.group.advisor is None:
        yield Finding(what="no_advisor")


def _of_local_work(facts: Facts) -> Iterator[Finding]:
    """Roles are mapped when the period starts (R4), and the development plan is begun in its first semester (R11)."""
    if facts.is_mapped is False and facts.period_start <= facts.today:
        yield Finding(what="mapping_missing", since=facts.period_start)
    begins = first_semester_ends(facts.period_start) + timedelta(days=1)
    if facts.plan_begun is False and begins <= facts.today:
        yield Finding(what="development_plan_not_begun", since=begins)


def first_semester_ends(start: date) -> date:
    """The last day of the semester that a period starts in: the end of June, or of December.

    >>> first_semester_ends(date(2024, 8, 1)).isoformat()
    '2024-12-31'
    """
    month = next(it for it in SEMESTER_ENDS if start.month <= it)
    return date(start.year + month // MONTHS, month % MONTHS + 1, 1) - timedelta(days=1)
