"""People, the council's advisors among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.people.domain.person import Contact, Person, normalised
from services.registration.people.domain.pointing import Pointing, What
from services.registration.rows import fields, keep_others_from_adding
from shared.errors import NotFound

p, a = tables.person.c, tables.advisor.c
ONE_DAY = timedelta(days=1)
COLUMNS = [p[name] for name in Person.__dataclass_fields__]


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Person:
    """A person, locked until the end of the transaction if asked for. Raises NotFound."""
    query = select(*COLUMNS).where(p.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        msg = "there is no such person"
        raise NotFound(msg, code="no_such_person", rule="N2", field="person")
    return Person(**fields(row))


async def those_who_are(connection: AsyncConnection, scope: str, contact: Contact) -> list[Person]:
    """Who is of this name and address, or, where there is none, of this name in the scope; the first who was known first.

    That is one, but for those whom the version before knew by party.
    """
    where = [p.email == contact.email] if contact.email else [p.email.is_(None), p.scope == scope]
    found = await connection.execute(select(*COLUMNS).where(*where).order_by(p.id))
    return [it for it in (Person(**fields(row)) for row in found) if it.is_called(contact.name)]


async def of_ids(connection: AsyncConnection, ids: Iterable[str | None]) -> dict[str, Person]:
    """The persons of these ids, by id; None among them is left out."""
    wanted = sorted({id for id in ids if id is not None})
    rows = await connection.execute(select(*COLUMNS).where(p.id.in_(wanted)))
    return {row.id: Person(**fields(row)) for row in rows}


async def first_at(connection: AsyncConnection, email: str) -> Person | None:
    """Who is known by this address: of several the one who was known first."""
    row = (await connection.execute(select(*COLUMNS).where(p.email == email).order_by(p.id).limit(1))).first()
    return Person(**fields(row)) if row else None


async def lost_people(connection: AsyncConnection, ids: Iterable[str]) -> set[str]:
    """Those of these of whom nothing is left but that there is someone."""
    return {it.id for it in (await of_ids(connection, ids)).values() if it.is_lost}


async def pointing_to(connection: AsyncConnection, ids: Collection[str]) -> dict[str, list[Pointing]]:
    """What points to each of these people, by id."""
    t = tables
    g, m, w, app, ag, s, d = (
        it.c
        for it in (t.party_group, t.participant, t.tenure, t.application, t.agreement, t.signatory, t.named_in_document)
    )
    coordinates = t.party_group.join(t.participant, m.id == g.coordinator)
    signs = t.signatory.join(t.agreement, ag.id == s.agreement)
    was_to_sign = t.named_in_document.join(t.agreement, ag.id == d.agreement)
    still_signs = exists().where(s.agreement == d.agreement, s.person == d.person)
    queries = (
        _pointing(
            "contact_person",
            app.contact_person,
            app.programme,
            app.party,
            is_let_go=app.state.in_(("withdrawn", "declined")),
        ),
        _pointing("participant", m.person, m.programme, m.party, m.has_left),
        _pointing("coordinator", m.person, g.programme, g.party).select_from(coordinates),
        _pointing("advisor", g.advisor, g.programme, g.party),
        _pointing("advisor", w.who, w.programme, w.party, true()).where(w.role == "advisor", w.until_on.is_not(None)),
        _pointing("council_contact_person", t.programme.c.contact_person, t.programme.c.code, cast(null(), String(9))),
        _pointing(
            "signatory",
            s.person,
            ag.programme,
            ag.party,
            is_let_go=ag.called_back_on.is_not(None),
            in_force_until=ag.period_end,
            ends_on=ag.ends_on,
        ).select_from(signs),
        _pointing("named_in_document", d.person, ag.programme, ag.party, true())
        .select_from(was_to_sign)
        .where(~still_signs),
    )
    every = union(*queries).subquery()
    found: dict[str, list[Pointing]] = {id: [] for id in ids}
    named = every.outerjoin(t.party, t.party.c.organisation_number == every.c.party).join(
        t.programme, t.programme.c.code == every.c.programme
    )
    # An agreement may have a period of its own that is longer than the programme's: so long its people are needed, and the council's.
    own = t.agreement.alias().c
    theirs = (own.programme == every.c.programme) & ((own.party == every.c.party) | every.c.party.is_(None))
    standing = theirs & own.called_back_on.is_(None)
    runs_until = select(func.max(own.period_end)).where(standing, own.ends_on.is_(None)).scalar_subquery()
    last_end = select(func.max(own.ends_on)).where(standing).scalar_subquery()
    query = (
        select(
            every,
            t.party.c.name.label("party_name"),
            t.programme.c.period_end,
            runs_until.label("runs_until"),
            last_end.label("last_end"),
        )
        .select_from(named)
        .where(every.c.person.in_(sorted(ids)))
    )
    for row in await connection.execute(query.order_by(every.c.programme, every.c.party, every.c.what)):
        found[row.person].append(
            Pointing(
                what=row.what,
                programme=row.programme,
                party=row.party,
                party_name=row.party_name,
                is_over=bool(row.is_over),
                last_day=_last_day(row),
                is_let_go=bool(row.is_let_go),
            )
        )
    return found


def _last_day(row: Row[Any]) -> date:
    """Of the agreement, for who signs it; else of the programme, or of the last agreement in it where that is later."""
    if row.in_force_until is not None:
        signed: date = row.ends_on - ONE_DAY if row.ends_on else row.in_force_until
        return signed
    ended = row.last_end - ONE_DAY if row.last_end else None
    last: date = max(it for it in (row.period_end, row.runs_until, ended) if it is not None)
    return last


def _pointing(
    what: What,
    person: ColumnElement[Any],
    programme: ColumnElement[Any],
    party: ColumnElement[Any],
    is_over: ColumnElement[bool] | None = None,
    *,
    is_let_go: ColumnElement[bool] | None = None,
    in_force_until: ColumnElement[Any] | None = None,
    ends_on: ColumnElement[Any] | None = None,
) -> Select[Any]:
    of = person.label("person"), programme.label("programme"), party.label("party")
    return select(
        literal(what).label("what"),
        *of,
        (false() if is_over is None else is_over).label("is_over"),
        (false() if is_let_go is None else is_let_go).label("is_let_go"),
        (cast(null(), Date) if in_force_until is None else in_force_until).label("in_force_until"),
        (cast(null(), Date) if ends_on is None else ends_on).label("ends_on"),
    )


async def sought(
    connection: AsyncConnection, sought_for: Sequence[str], *, after: str | None, limit: int
) -> list[Person]:
    """Those in whom all of these words are found, by id; one more than `limit`, which shows whether there is a next page."""
    query = select(*COLUMNS).where(p.id > (after or ""), p.name.is_not(None))
    for word in sought_for:
        query = query.where(p.sought_by.contains(word, autoescape=True))
    return [Person(**fields(row)) for row in await connection.execute(query.order_by(p.id).limit(limit + 1))]


async def standing_twice(connection: AsyncConnection) -> list[str]:
    """The id of who was known first, of each name and address under which several are known."""
    several = select(p.email).group_by(p.email).having(func.count() > 1)
    query = select(*COLUMNS).where(p.email.in_(several), p.name.is_not(None)).order_by(p.id)
    ids: dict[tuple[str, str], list[str]] = {}
    for row in await connection.execute(query):
        ids.setdefault((row.email, normalised(row.name)), []).append(row.id)
    return [first for first, *others in ids.values() if others]


async def not_found_by_search(connection: AsyncConnection) -> list[Person]:
    """Those whom the version before added."""
    query = select(*COLUMNS).where(p.sought_by.is_(None), p.name.is_not(None))
    return [Person(**fields(row)) for row in await connection.execute(query)]


async def lock_for_adding(connection: AsyncConnection) -> None:
    """Have nobody else add or change a person until the end of the transaction. Taken after a programme's lock."""
    await keep_others_from_adding(connection, tables.person)


async def add(connection: AsyncConnection, it: Person, *, by: str) -> None:
    await connection.execute(tables.person.insert(), _row(it) | {"changed_by": by})


async def save(connection: AsyncConnection, it: Person, *, by: str) -> None:
    await connection.execute(tables.person.update().where(p.id == it.id).values(**_row(it), changed_by=by))


async def remove(connection: AsyncConnection, id: str) -> None:
    """One to whom nothing points, but that the person may be an advisor."""
    await connection.execute(tables.advisor.delete().where(a.person == id))
    await connection.execute(tables.person.delete().where(p.id == id))


async def is_advisor(connection: AsyncConnection, id: str) -> bool:
    """Whether the council has this advisor, who stays unerased until the end of the transaction."""
    query = select(p.id).join(tables.advisor, a.person == p.id).where(a.person == id, ~p.erased)
    return (await connection.execute(query.with_for_update(read=True, of=tables.person))).first() is not None


async def add_advisor(connection: AsyncConnection, id: str, *, by: str) -> None:
    await connection.execute(tables.advisor.insert(), {"person": id, "changed_by": by})


def _row(it: Person) -> dict[str, Any]:
    return vars(it) | {"sought_by": it.sought_by}
