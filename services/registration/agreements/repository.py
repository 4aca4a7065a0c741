"""Agreements with those who sign them, and the concerns about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration import tables
from services.registration.agreements.domain.agreement import Agreement, Signatory, State
from services.registration.agreements.domain.concern import Concern
from services.registration.agreements.domain.concern import State as ConcernsState
from services.registration.rows import fields
from shared.errors import NotFound
from shared.messaging.missing import Missing

a, s, c = tables.agreement.c, tables.signatory.c, tables.concern.c
SIGNING = tuple(Signatory.__dataclass_fields__)
STATE: ColumnElement[str] = case(
    (a.called_back_on.is_not(None), "called_back"),
    (a.ends_on.is_not(None), "ended"),
    (a.signed_on.is_not(None), "signed"),
    else_="sent",
)
CONCERNS_STATE: ColumnElement[str] = case(
    (a.ended_over == c.id, "terminated"), (c.is_resolved, "resolved"), else_="raised"
)
CONCERNS = (
    select(tables.concern, CONCERNS_STATE.label("state"), a.programme, a.party, tables.party.c.name.label("party_name"))
    .join(tables.agreement, c.agreement == a.id)
    .join(tables.party, tables.party.c.organisation_number == a.party)
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An agreement with whom it names."""

    agreement: Agreement
    party_name: str
    people: dict[str, tuple[str | None, str | None]]  # name and address of who signs, by id


@dataclass(frozen=True, kw_only=True)
class ShownConcern:
    concern: Concern
    state: ConcernsState
    programme: str
    party: str
    party_name: str


async def get(connection: AsyncConnection, id: str, *, lock: bool = False) -> Agreement:
    """An agreement, locked until the end of the transaction if asked for. Raises NotFound."""
    found = await find_by_id(connection, id, lock=lock)
    if found is None:
        msg = "there is no such agreement"
        raise NotFound(msg, code="no_such_agreement", rule="R6", field="agreement")
    return found


async def find_by_id(connection: AsyncConnection, id: str, *, lock: bool = False) -> Agreement | None:
    query = select(tables.agreement).where(a.id == id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return (await _agreements(connection, [row]))[0] if row else None


async def find(connection: AsyncConnection, programme: str, party: str) -> Agreement | None:
    """The agreement that a party has in a programme, or None; one that was called back is none."""
    query = select(tables.agreement).where(a.programme == programme, a.party == party, a.called_back_on.is_(None))
    return next(iter(await _agreements(connection, (await connection.execute(query)).all())), None)


async def carried_over_from(connection: AsyncConnection, programme: str, party: str) -> Agreement | None:
    """The agreement that this party had last before another took it over (R12)."""
    query = select(tables.agreement).where(a.programme == programme, a.predecessor == party).order_by(a.id.desc())
    return next(iter(await _agreements(connection, (await connection.execute(query.limit(1))).all())), None)


async def listed(
    connection: AsyncConnection,
    programme: str,
    *,
    party: str | None,
    state: State | None,
    after: str | None,
    limit: int,
) -> list[Shown]:
    """Agreements by id, and so by when they were sent: those of a party, or in a state."""
    query = select(tables.agreement).where(a.programme == programme, a.id > (after or ""))
    if party is not None:
        query = query.where(a.party == party)
    if state is not None:
        query = query.where(STATE.in_([state]))
    return await _shown(connection, query.order_by(a.id).limit(limit))


async def shown(connection: AsyncConnection, id: str) -> Shown:
    """An agreement with whom it names. Raises NotFound."""
    found = await _shown(connection, select(tables.agreement).where(a.id == id))
    if not found:
        msg = "there is no such agreement"
        raise NotFound(msg, code="no_such_agreement", rule="R6", field="agreement")
    return found[0]


async def _shown(connection: AsyncConnection, query: Select[Any]) -> list[Shown]:
    page, n = query.subquery(), tables.person.c
    signing = (*(s[name].label(f"signed_{name}") for name in SIGNING), n.name, n.email)
    rows = (
        select(page, tables.party.c.name.label("party_name"), *signing)
        .join(tables.party, tables.party.c.organisation_number == page.c.party)
        .join(tables.signatory, s.agreement == page.c.id)
        .join(tables.person, n.id == s.person)
        .order_by(page.c.id, s.role)
    )
    found: dict[str, list[Any]] = {}  # rows
    for row in await connection.execute(rows):
        found.setdefault(row.id, []).append(row)
    own = [name for name in Agreement.__dataclass_fields__ if name != "signatories"]
    return [
        Shown(
            agreement=Agreement(
                **{name: getattr(signed[0], name) for name in own},
                signatories=tuple(
                    Signatory(**{name: getattr(it, f"signed_{name}") for name in SIGNING}) for it in signed
                ),
            ),
            party_name=signed[0].party_name,
            people={it.signed_person: (it.name, it.email) for it in signed},
        )
        for signed in found.values()
    ]


async def count_signed(connection: AsyncConnection, programme: str) -> int:
    """How many agreements of a programme are signed, those that have ended since among them."""
    query = select(func.count()).where(a.programme == programme, a.signed_on.is_not(None))
    return (await connection.execute(query)).scalar_one()


async def add(connection: AsyncConnection, it: Agreement, *, by: str) -> None:
    await connection.execute(tables.agreement.insert(), _row(it) | {"changed_by": by})
    signatories = [vars(one) | {"agreement": it.id, "changed_by": by} for one in it.signatories]
    await connection.execute(tables.signatory.insert(), signatories)


async def save(connection: AsyncConnection, before: Agreement, after: Agreement, *, by: str) -> None:
    """Save what differs between the agreement as it was read and as it is to be."""
    await connection.execute(tables.agreement.update().where(a.id == after.id).values(**_row(after), changed_by=by))
    for it in set(after.signatories) - set(before.signatories):
        update = tables.signatory.update().where(s.agreement == after.id, s.role == it.role)
        await connection.execute(update.values(**vars(it), changed_by=by))


async def concern(connection: AsyncConnection, id: str) -> Concern:
    """A concern. Raises NotFound."""
    found = await find_concern(connection, id)
    if found is None:
        msg = "there is no such concern"
        raise NotFound(msg, code="no_such_concern", rule="R10", field="concern")
    return found


async def find_concern(connection: AsyncConnection, id: str) -> Concern | None:
    row = (await connection.execute(select(tables.concern).where(c.id == id))).first()
    return _concern_of(row) if row else None


async def concerns(connection: AsyncConnection, agreement: str) -> list[Concern]:
    """The concerns about an agreement, in the order in which they were recorded."""
    query = select(tables.concern).where(c.agreement == agreement).order_by(c.id)
    return [_concern_of(row) for row in await connection.execute(query)]


async def listed_concerns(
    connection: AsyncConnection,
    *,
    programme: str | None = None,
    agreement: str | None = None,
    party: str | None = None,
    state: str | None = None,
    after: str | None,
    limit: int,
) -> list[ShownConcern]:
    """Concerns in the order in which they were recorded: of a programme, an agreement or a party, or in a state."""
    query = CONCERNS.where(c.id > (after or "")).order_by(c.id).limit(limit)
    where = ((a.programme, programme), (c.agreement, agreement), (a.party, party), (CONCERNS_STATE, state))
    for column, value in where:
        if value is not None:
            query = query.where(column == value)
    return [_concern(row) for row in await connection.execute(query)]


async def shown_concern(connection: AsyncConnection, id: str) -> ShownConcern:
    """A concern that is there, with whom it is about."""
    return _concern((await connection.execute(CONCERNS.where(c.id == id))).one())


def _concern(row: Row[*tuple[Any, ...]]) -> ShownConcern:
    return ShownConcern(
        concern=_concern_of(row), state=row.state, programme=row.programme, party=row.party, party_name=row.party_name
    )


def _concern_of(row: Row[*tuple[Any, ...]]) -> Concern:
    """None of those that were raised before it was asked for names any findings."""
    of = {name: getattr(row, name) for name in Concern.__dataclass_fields__}
    return Concern(**of | {"findings": tuple(row.findings or ())})


async def add_concern(connection: AsyncConnection, it: Concern, *, by: str) -> None:
    await connection.execute(tables.concern.insert(), vars(it) | {"changed_by": by})


async def save_concern(connection: AsyncConnection, it: Concern, *, by: str) -> None:
    await connection.execute(tables.concern.update().where(c.id == it.id).values(**vars(it), changed_by=by))


def document_is_lost() -> ColumnElement[bool]:
    """Whether what an agreement's document says as it stands is lost with a database."""
    d = tables.agreement_document.c
    return a.fingerprint.is_not(None) & ~exists().where(d.agreement == a.id, d.fingerprint == a.fingerprint)


async def missing(connection: AsyncConnection) -> list[Missing]:
    """Signatories of whom nothing is known, where they signed, what an agreement was terminated over and what its document
    says, what concerns say.
    """
    t, of = tables, {"programme": a.programme, "party": a.party}
    n = t.person.c
    signatory = t.signatory.join(t.agreement, s.agreement == a.id).join(t.person, n.id == s.person)
    queries: dict[tuple[str, tuple[str, ...]], Select[Any]] = {
        ("signatory", ("name", "email")): select(n.id, *of.values())
        .select_from(signatory)
        .where(n.name.is_(None), ~n.erased),
        ("agreement", ("places_and_days_of_signing",)): select(a.id, *of.values())
        .select_from(signatory)
        .where(s.signed_on.is_not(None), s.place.is_(None))
        .distinct(),
        ("agreement", ("ended_over",)): select(a.id, *of.values()).where(
            a.kind_of_end == "terminated", a.ended_over.is_(None)
        ),
        ("agreement", ("document",)): select(a.id, *of.values()).where(document_is_lost()),
        ("concern", ("description",)): select(c.id, *of.values())
        .join(t.agreement, c.agreement == a.id)
        .where(c.description.is_(None)),
    }
    return [
        Missing(entity=entity, id=row.id, programme=row.programme, party=row.party, fields=lost)
        for (entity, lost), query in queries.items()
        for row in await connection.execute(query)
    ]


async def _agreements(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Agreement]:
    ids = [row.id for row in rows]
    query = select(tables.signatory).where(s.agreement.in_(ids)).order_by(s.agreement, s.role)
    signatories: dict[str, list[Signatory]] = {id: [] for id in ids}
    for row in await connection.execute(query):
        signatories[row.agreement].append(Signatory(**{name: getattr(row, name) for name in SIGNING}))
    return [Agreement(**fields(row), signatories=tuple(signatories[row.id])) for row in rows]


def _row(it: Agreement) -> dict[str, Any]:
    return {name: value for name, value in vars(it).items() if name != "signatories"}
