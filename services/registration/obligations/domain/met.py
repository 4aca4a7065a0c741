"""What the meetings with a party alone say of its obligations: visits not booked or not held, no contract meeting (R6, R9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from services.registration.obligations.domain.facts import Facts, Finding
from shared.when import half_gone_on

VISIT, CONTRACT_MEETING = "guidance_visit", "contract_meeting"


def of_visits(facts: Facts) -> Iterator[Finding]:
    """The plan's line for all of them stands for what is not planned with this party yet, by its number (S4)."""
    visits = [it for it in facts.sessions if it.kind == VISIT and it.state != "cancelled"]
    own = [it for it in visits if it.party is not None]
    booked = {it.number for it in own}
    for it in visits:
        if it.state == "completed" or not facts.binds(it.not_before, it.not_after):
            continue
        if it.party is not None and it.last_day is not None:
            if it.last_day < facts.today:
                yield Finding(what="visit_not_held", session=it.id, since=it.last_day + timedelta(days=1))
        elif it.party is not None or it.number not in booked:
            since = half_gone_on(it.not_before, it.not_after)
            if since <= facts.today:
                yield Finding(what="visit_not_booked", session=it.id, since=since)


def of_the_contract_meeting(facts: Facts) -> Iterator[Finding]:
    """From the start of the period on, unless one is held, or planned ahead (R6)."""
    meetings = [it for it in facts.sessions if it.kind == CONTRACT_MEETING and it.state != "cancelled" and it.party]
    if any(it.state == "completed" or it.not_after >= facts.today for it in meetings):
        return
    passed = max(meetings, key=lambda it: (it.not_after, it.id), default=None)
    since = max(facts.period_start, passed.not_after + timedelta(days=1)) if passed else facts.period_start
    if since <= facts.today:
        yield Finding(what="contract_meeting_not_held", session=passed.id if passed else None, since=since)
