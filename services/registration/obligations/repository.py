"""What is known of the obligations of a programme's parties: in a number of statements that does not grow with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.attendance import repository as attendance
from services.registration.attendance.domain.session import Session
from services.registration.development_plans import repository as development_plans
from services.registration.groups import repository as groups
from services.registration.mapping import repository as mapping
from services.registration.obligations.domain.facts import Facts, Finding
from services.registration.obligations.domain.findings import findings
from services.registration.parties import repository as parties
from shared import clock

ag, d = tables.agreement.c, tables.development_plan.c


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding, of whom, and the session that it is about."""

    party: str
    party_name: str
    finding: Finding
    session: Session | None


async def found(
    connection: AsyncConnection, programme: str, *, party: str | None = None, days_until_recorded: int
) -> list[Found]:
    """What is found of all parties with an agreement in force, or of one, by party and then the first ones first."""
    today = await clock.today(connection)
    sessions = await attendance.sessions(connection, programme)
    sheets = defaultdict(list)
    for (of, _), sheet in (await attendance.sheets_of_programme(connection, programme)).items():
        sheets[of].append(sheet)
    formed = await groups.of_programme(connection, programme)
    names = await parties.names(connection, formed)
    mapped = await mapping.mappings_of(connection, programme)
    plans = await development_plans.plans_of(connection, programme)
    worked = await _worked_on(connection, programme)
    query = select(ag.party, ag.predecessor, ag.signed_on, ag.ends_on, ag.period_start)
    signed = query.where(ag.programme == programme, ag.signed_on.is_not(None), ag.called_back_on.is_(None))
    by_id = {it.id: it for it in sessions}
    return [
        Found(party=row.party, party_name=names[row.party], finding=it, session=by_id.get(it.session or ""))
        for row in await connection.execute(signed.order_by(ag.party))
        if row.party in formed and party in (None, row.party)
        for it in findings(
            Facts(
                today=today,
                signed_on=row.signed_on,
                ends_on=row.ends_on,
                period_start=row.period_start,
                group=formed[row.party],
                sessions=[it for it in sessions if _concerns(it, row.party, row.predecessor)],
                sheets=sheets[row.party],
                days_until_recorded=days_until_recorded,
                is_mapped=row.party in mapped and mapped[row.party].size > 0,
                plan_begun=row.party in plans and plans[row.party].is_begun,
                worked_on=worked[row.party],
            )
        )
    ]


def _concerns(session: Session, party: str, predecessor: str | None) -> bool:
    """What was held with the one whose agreement it was counts for the successor; what was not is handed on, or is no more (R12)."""
    held_before = session.state == "completed" and predecessor is not None and session.party == predecessor
    return session.party in (None, party) or held_before


async def _worked_on(connection: AsyncConnection, programme: str) -> dict[str, list[date]]:
    """By party, the days in Norway on which its development plan was changed."""
    found: dict[str, list[date]] = defaultdict(list)
    for row in await connection.execute(select(d.party, d.changed_at).where(d.programme == programme)):
        found[row.party].append(clock.day_of(row.changed_at))
    return found
