"""Applications and their assessments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.applications.domain.application import Answers, Application
from services.registration.applications.domain.assessment import Assessment, Verdict
from services.registration.applications.domain.waiting_list import WaitingList, waiting_list
from services.registration.people.domain.person import Person
from services.registration.programmes import repository as programmes
from shared.errors import NotFound
from shared.messaging.missing import Missing

a, s = tables.application.c, tables.assessment.c
_n, _later = tables.person.c, tables.assessment.alias("later")
SHOWN = (
    select(
        tables.application,
        tables.party.c.name.label("party_name"),
        *(_n[name].label(f"contact_{name}") for name in Person.__dataclass_fields__),
        tables.development_area.c.name.label("area_name"),
        *(s.verdicts, s.outcome, s.in_spite_of_criteria, s.reason),
    )
    .join(tables.party, tables.party.c.organisation_number == a.party)
    .join(tables.person, _n.id == a.contact_person)
    .outerjoin(tables.development_area, tables.development_area.c.id == a.development_area)
    .outerjoin(
        tables.assessment,
        s.number
        == select(func.max(_later.c.number))
        .where(_later.c.application == a.id)
        .correlate(tables.application)
        .scalar_subquery(),
    )
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An application with whom it names, and its last assessment."""

    application: Application
    party_name: str
    contact_person: Person
    area_name: str | None  # the development area's
    assessment: Assessment | None


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Application:
    """An application, locked until the end of the transaction if asked for. Raises NotFound."""
    found = await find_by_id(connection, id, lock=lock)
    if found is None:
        msg = "there is no such application"
        raise NotFound(msg, code="no_such_application", rule="R2", field="application")
    return found


async def find_by_id(connection: AsyncConnection, id: str, *, lock: bool = False) -> Application | None:
    query = select(tables.application).where(a.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _application(row) if row else None


async def lock_with_programme(connection: AsyncConnection, id: str) -> Application:
    """An application, locked, and its programme, locked before it as by everybody. Raises NotFound.

    Who sends an agreement has the programme's lock alone, and reads the application under it.
    """
    await programmes.get(connection, (await get(connection, id)).programme, lock=True)
    return await get(connection, id, lock=True)


async def agreement_out(connection: AsyncConnection, programme: str, party: str) -> str | None:
    """The id of the agreement that was sent to a party and not called back. What it says is for a higher subject."""
    g = tables.agreement.c
    query = select(g.id).where(g.programme == programme, g.party == party, g.called_back_on.is_(None))
    return (await connection.execute(query)).scalar()


async def find(connection: AsyncConnection, programme: str, party: str) -> Application | None:
    query = select(tables.application).where(a.programme == programme, a.party == party)
    row = (await connection.execute(query)).first()
    return _application(row) if row else None


async def of_contact_persons(connection: AsyncConnection, persons: Sequence[str]) -> list[Application]:
    """Those of which one of these people is the contact person, by id."""
    query = select(tables.application).where(a.contact_person.in_(persons)).order_by(a.id)
    return [_application(row) for row in await connection.execute(query)]


async def listed(
    connection: AsyncConnection,
    programme: str,
    *,
    party: str | None,
    state: str | None,
    after: str | None,
    limit: int,
) -> list[Shown]:
    """Applications by id, and so by when they came in: those of a party, or in a state."""
    query = SHOWN.where(a.programme == programme, a.id > (after or "")).order_by(a.id).limit(limit)
    for column, value in ((a.party, party), (a.state, state)):
        if value is not None:
            query = query.where(column == value)
    return [_shown(row) for row in await connection.execute(query)]


async def shown(connection: AsyncConnection, id: str) -> Shown:
    """An application with whom it names. Raises NotFound."""
    row = (await connection.execute(SHOWN.where(a.id == id))).first()
    if row is None:
        msg = "there is no such application"
        raise NotFound(msg, code="no_such_application", rule="R2", field="application")
    return _shown(row)


async def waiting(connection: AsyncConnection, programme: str) -> WaitingList:
    """A programme's waiting list. Who decides by it has the programme's lock."""
    query = select(tables.application).where(a.programme == programme, a.state == "waiting_list")
    return waiting_list(programme, [_application(row) for row in await connection.execute(query)])


async def shown_waiting(connection: AsyncConnection, programme: str) -> list[Shown]:
    """Those who wait, and those who have an offer."""
    query = SHOWN.where(a.programme == programme, a.state.in_(["waiting_list", "offered"])).order_by(a.id)
    return [_shown(row) for row in await connection.execute(query)]


async def lapsing(connection: AsyncConnection, today: date) -> list[str]:
    """The ids of those whose offer was to be answered before today, in all programmes."""
    query = select(a.id).where(a.state == "offered", a.offered_until < today).order_by(a.programme, a.id)
    return list((await connection.execute(query)).scalars())


async def count(connection: AsyncConnection, programme: str) -> dict[str, int]:
    """How many applications a programme has in each state."""
    query = select(a.state, func.count().label("n")).where(a.programme == programme).group_by(a.state)
    return {row.state: row.n for row in await connection.execute(query)}


async def add(connection: AsyncConnection, it: Application, *, by: str) -> None:
    await connection.execute(tables.application.insert(), _row(it) | {"changed_by": by})


async def save(connection: AsyncConnection, it: Application, *, by: str) -> None:
    await connection.execute(tables.application.update().where(a.id == it.id).values(**_row(it), changed_by=by))


async def save_all(connection: AsyncConnection, those: Collection[Application], *, by: str) -> None:
    """In one statement."""
    if not those:
        return
    rows = [{f"new_{name}": value for name, value in _row(it).items()} for it in those]
    values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in rows[0] if name != "new_id"}
    statement = tables.application.update().where(a.id == bindparam("new_id")).values(values | {"changed_by": by})
    await connection.execute(statement, rows)


async def say_payer_reference(connection: AsyncConnection, programme: str, party: str, reference: str) -> None:
    """Where it is lost: an agreement has it from the application."""
    is_lost = (a.programme == programme) & (a.party == party) & a.payer_reference.is_(None)
    await connection.execute(tables.application.update().where(is_lost).values(payer_reference=reference))


async def missing(connection: AsyncConnection) -> list[Missing]:
    """What is lost of applications, with the contact persons that they name, and the assessments of decided ones."""
    t = tables.application
    outcome = case((a.state == "offered", "waiting_list"), else_=a.state)
    assessed = exists().where(s.application == a.id, s.outcome == outcome)
    query = select(t, tables.person.c.name, tables.person.c.erased, assessed.label("is_assessed")).join(
        tables.person, tables.person.c.id == a.contact_person
    )
    found = []
    for row in await connection.execute(query):
        of = {"programme": row.programme, "party": row.party}
        lost = [name for name in ("answers", "payer_reference") if not getattr(row, name)]
        if row.state not in ("received", "withdrawn") and not row.is_assessed:
            lost.append("assessment")
        if lost:
            found.append(Missing(entity="application", id=row.id, fields=tuple(lost), **of))
        if row.name is None and not row.erased:
            found.append(Missing(entity="contact_person", id=row.contact_person, fields=("name", "email"), **of))
    return found


async def last_assessment(connection: AsyncConnection, application: str) -> Assessment | None:
    query = (
        select(s.verdicts, s.outcome, s.in_spite_of_criteria, s.reason)
        .where(s.application == application)
        .order_by(s.number.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return _assessment(row) if row else None


def _assessment(row: Row[*tuple[Any, ...]]) -> Assessment:
    verdicts = {question: Verdict(**verdict) for question, verdict in row.verdicts.items()}
    return Assessment(**verdicts, outcome=row.outcome, in_spite_of_criteria=row.in_spite_of_criteria, reason=row.reason)


async def add_assessment(connection: AsyncConnection, application: str, it: Assessment, *, by: str) -> None:
    verdicts = {question: asdict(verdict) for question, verdict in vars(it).items() if isinstance(verdict, Verdict)}
    rest = {name: value for name, value in vars(it).items() if name not in verdicts}
    row = rest | {"application": application, "verdicts": verdicts, "changed_by": by}
    await connection.execute(tables.assessment.insert(), row)


def _row(it: Application) -> dict[str, Any]:
    return vars(it) | {"answers": asdict(it.answers) if it.answers else None}


def _application(row: Row[*tuple[Any, ...]]) -> Application:
    values = {name: getattr(row, name) for name in Application.__dataclass_fields__}
    return Application(**values | {"answers": Answers(**row.answers) if row.answers else None})


def _shown(row: Row[*tuple[Any, ...]]) -> Shown:
    return Shown(
        application=_application(row),
        party_name=row.party_name,
        contact_person=Person(**{name: getattr(row, f"contact_{name}") for name in Person.__dataclass_fields__}),
        area_name=row.area_name,
        assessment=_assessment(row) if row.outcome is not None else None,
    )
