"""Deliveries: what is due of them, and how they stand. Times are real time, by the database's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, case, cast, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.deliveries.domain.delivery import IS_LATE, Channel, Delivery, Payer, State, Step
from services.billing.documents.domain.series import Kind, series_id
from services.billing.occasions.repository import party_name
from services.billing.works import MAKE_FILES
from shared import kept_files
from shared.clock import database_now
from shared.database import read_as
from shared.errors import NotFound
from shared.messaging import set_aside

D, P = tables.delivery, tables.party.c
COLUMNS = [D.c[name] for name in Delivery.__dataclass_fields__]
OF_INVOICE, OF_NOTE = tables.credit_note.alias("of_invoice"), tables.credit_note.alias("of_note")
INVOICE = tables.delivery.alias("invoice_delivery")
CHANGING = tuple(
    name
    for name in Delivery.__dataclass_fields__
    if name not in ("id", "programme", "kind", "number", "document_number", "party")
)
AT_ITS_END = ("delivered", "undelivered", "recalled")
FILES = {"xml": "ehf", "pdf": "pdf"}  # what the names of a document's files end with

IS_CREDITED = exists().where(
    D.c.kind == "invoice", tables.credit_note.c.programme == D.c.programme, tables.credit_note.c.invoice == D.c.number
)
_IS_OPEN = ~exists().where(tables.programme.c.code == D.c.programme, tables.programme.c.closed_on.is_not(None))


@dataclass(frozen=True, kw_only=True)
class NamedDelivery(Delivery):
    party_name: str | None  # none where it is not known here yet
    is_credited: bool


class Ended(NamedTuple):
    """A delivery whose hold is over, with all that says what becomes of it."""

    delivery: Delivery
    payer: Payer
    is_credited: bool
    invoice: tuple[State, Channel | None] | None  # of the one that a credit note takes back


class Claimed(NamedTuple):
    delivery: Delivery
    payer: Payer


class Mailed(NamedTuple):
    delivery: Delivery
    sent: bool
    failed: bool


def _has_ended(now: datetime, hold: timedelta) -> tuple[ColumnElement[bool], ...]:
    """A credit note waits until its invoice has come to its end: where that went, it goes too."""
    waits = exists().where(
        OF_NOTE.c.programme == D.c.programme,
        OF_NOTE.c.number == D.c.number,
        INVOICE.c.programme == D.c.programme,
        INVOICE.c.kind == "invoice",
        INVOICE.c.number == OF_NOTE.c.invoice,
        INVOICE.c.state.not_in(AT_ITS_END),
    )
    return D.c.state == "held", D.c.try_at <= now - hold, or_(D.c.kind == "invoice", ~waits)


async def whose_hold_is_over(connection: AsyncConnection, *, hold: timedelta, limit: int) -> list[Ended]:
    """The next, invoices first, locked until the end of the transaction; those that another transaction has are left out."""
    now = await database_now(connection)
    of_invoice = select(INVOICE.c.state, INVOICE.c.channel, OF_NOTE.c.number, OF_NOTE.c.programme)
    of_invoice = of_invoice.join(
        OF_NOTE,
        and_(
            INVOICE.c.programme == OF_NOTE.c.programme,
            INVOICE.c.kind == "invoice",
            INVOICE.c.number == OF_NOTE.c.invoice,
        ),
    )
    its = of_invoice.subquery("its_invoice")
    query = (
        select(*COLUMNS, *_PAYER, IS_CREDITED.label("is_credited"), its.c.state.label("s"), its.c.channel.label("c"))
        .join(tables.party, P.organisation_number == D.c.party)
        .outerjoin(its, and_(D.c.kind == "credit_note", its.c.programme == D.c.programme, its.c.number == D.c.number))
        .where(*_has_ended(now, hold))
        .order_by(D.c.id)
        .limit(limit)
        .with_for_update(of=D, skip_locked=True)
    )
    return [
        Ended(_delivery(row), _payer(row), bool(row.is_credited), (row.s, row.c) if row.s else None)
        for row in await connection.execute(query)
    ]


async def claim(connection: AsyncConnection, *, lease: timedelta, limit: int) -> list[Claimed]:
    """Take EHF that can be tried now, whose file is there or cannot be made, for as long as the lease lasts. Counts a try of each.

    It is counted before it is done, so that whoever finds a process dead asks the access point first.
    """
    now = await database_now(connection)
    query = (
        select(*COLUMNS, *_PAYER)
        .join(tables.party, P.organisation_number == D.c.party)
        .where(*_can_be_tried(now), or_(D.c.leased_until.is_(None), D.c.leased_until <= now))
        .order_by(D.c.try_at, D.c.id)
        .limit(limit)
        .with_for_update(of=D, skip_locked=True)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return []
    counted = update(D).where(D.c.id.in_([row.id for row in rows]))
    await connection.execute(counted.values(leased_until=now + lease, tries=D.c.tries + 1))
    return [Claimed(replace(_delivery(row), tries=row.tries + 1), _payer(row)) for row in rows]


async def free_leases(connection: AsyncConnection) -> None:
    """For a moment at which it is certain that nobody is at it."""
    await connection.execute(update(D).where(D.c.leased_until.is_not(None)).values(leased_until=None))


async def still_tried(connection: AsyncConnection, tried: Sequence[Delivery]) -> dict[str, str | None]:
    """The ids of those of these, locked, that nobody has tried or changed since, each with who has asked for it to be tried."""
    query = select(D.c.id, D.c.tries, D.c.state, D.c.changed_by).where(D.c.id.in_(sorted(it.id for it in tried)))
    rows = await connection.execute(query.order_by(D.c.id).with_for_update())
    now = {(row.id, row.tries, row.state): row.changed_by for row in rows}
    return {it.id: now[it.id, it.tries, it.state] for it in tried if (it.id, it.tries, it.state) in now}


async def mailed(connection: AsyncConnection, *, limit: int) -> list[Mailed]:
    """Those that go by mail, of whose mails there is news, locked; a mail may be sent after it was given up."""
    sent, failed = _of_mails()
    query = (
        select(*COLUMNS, sent.label("sent"), failed.label("failed"))
        .where(*_has_news_of_mail(sent, failed))
        .order_by(D.c.id)
        .limit(limit)
        .with_for_update(of=D, skip_locked=True)
    )
    return [Mailed(_delivery(row), bool(row.sent), bool(row.failed)) for row in await connection.execute(query)]


async def change(connection: AsyncConnection, deliveries: Sequence[Delivery]) -> None:
    """Store these as they are now; whoever had them in hand has them no more."""
    rows = [{f"new_{name}": getattr(it, name) for name in ("id", *CHANGING)} for it in deliveries]
    if rows:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in CHANGING}
        changed = update(D).where(D.c.id == bindparam("new_id")).values(values | {"leased_until": None})
        await connection.execute(changed, rows)


async def hasten(connection: AsyncConnection, id: str, *, now: datetime, by: str) -> None:
    """Have one that is under way tried now. Whoever has it in hand still has it: it may be just about to be submitted."""
    await connection.execute(update(D).where(D.c.id == id).values(try_at=now, changed_at=now, changed_by=by))


async def adopt(connection: AsyncConnection, programme: str, kind: str, number: int, told: Mapping[str, Any]) -> None:
    which = (D.c.programme == programme, D.c.kind == kind, D.c.number == number)
    await connection.execute(update(D).where(*which, D.c.version < told["version"]).values(told))


class Due(NamedTuple):
    """How many deliveries could be gone on with now."""

    holds: int  # that are over
    tries: int  # of EHF
    mails: int  # of which there is news


async def due(connection: AsyncConnection, *, hold: timedelta) -> Due:
    now = await database_now(connection)
    sent, failed = _of_mails()
    each = (_has_ended(now, hold), _can_be_tried(now), _has_news_of_mail(sent, failed))
    counted = (select(func.count()).select_from(D).where(*which).scalar_subquery() for which in each)
    return Due(*(await connection.execute(select(*counted))).one())


async def of_programme(
    connection: AsyncConnection, programme: str, *, party: str | None, after: str | None, limit: int
) -> list[NamedDelivery]:
    """In the order in which the documents were issued; those to a party, where one is said."""
    query = NAMED.where(D.c.programme == programme, D.c.id > (after or "")).order_by(D.c.id).limit(limit)
    return read_as(NamedDelivery, await connection.execute(query if party is None else query.where(D.c.party == party)))


async def undelivered(
    connection: AsyncConnection, *, party: str | None = None, after: str | None, limit: int
) -> list[NamedDelivery]:
    """What did not arrive and is not credited since, and what has been under way for so long that somebody is to look.

    So is what goes by mail, where that waits for a PDF which cannot be made.
    """
    query = NAMED.where(_needs_somebody(await database_now(connection)), D.c.id > (after or ""))
    query = query.order_by(D.c.id).limit(limit)
    return read_as(NamedDelivery, await connection.execute(query if party is None else query.where(D.c.party == party)))


class Counted(NamedTuple):
    """How many of a programme's deliveries stand how; what was recalled, or will be once its hold is over, is none of these."""

    delivered_ehf: int
    delivered_mail: int
    under_way: int
    undelivered: int  # and not credited since


async def count(connection: AsyncConnection, programme: str) -> Counted:
    each = (
        and_(D.c.state == "delivered", D.c.channel == "ehf"),
        and_(D.c.state == "delivered", D.c.channel == "mail"),
        and_(D.c.state.not_in(AT_ITS_END), ~_goes_nowhere()),
        and_(D.c.state == "undelivered", ~IS_CREDITED),
    )
    query = select(*(func.coalesce(func.sum(case((which, 1), else_=0)), 0) for which in each))
    return Counted(*(int(it) for it in (await connection.execute(query.where(D.c.programme == programme))).one()))


def _goes_nowhere() -> ColumnElement[bool]:
    """Whether it was credited while it was held, or takes back what was: `after_hold` recalls it."""
    of_what_was_not_sent = exists().where(
        D.c.kind == "credit_note",
        OF_NOTE.c.programme == D.c.programme,
        OF_NOTE.c.number == D.c.number,
        INVOICE.c.programme == D.c.programme,
        INVOICE.c.kind == "invoice",
        INVOICE.c.number == OF_NOTE.c.invoice,
        INVOICE.c.state.in_(("held", "recalled", "undelivered")),
    )
    return and_(D.c.state == "held", or_(IS_CREDITED, of_what_was_not_sent))


async def undelivered_of(connection: AsyncConnection, programme: str, *, limit: int) -> list[NamedDelivery]:
    """The first of those in a programme; none of one that is closed."""
    query = NAMED.where(_needs_somebody(await database_now(connection)), _IS_OPEN, D.c.programme == programme)
    return read_as(NamedDelivery, await connection.execute(query.order_by(D.c.id).limit(limit)))


async def count_undelivered(connection: AsyncConnection) -> dict[str, int]:
    """How many that is, by open programme."""
    query = select(D.c.programme, func.count().label("undelivered")).where(
        _needs_somebody(await database_now(connection)), _IS_OPEN
    )
    return {row.programme: row.undelivered for row in await connection.execute(query.group_by(D.c.programme))}


def _needs_somebody(now: datetime) -> ColumnElement[bool]:
    is_late = and_(D.c.state.in_(("queued", "submitted")), D.c.queued_at <= now - IS_LATE)
    waits_in_vain = and_(D.c.state == "by_mail", ~_is_kept("pdf"), _is_set_aside())
    return or_(and_(or_(D.c.state == "undelivered", waits_in_vain), ~IS_CREDITED), is_late)


async def delivery(connection: AsyncConnection, id: str, *, is_to_change: bool = False) -> NamedDelivery:
    """One delivery; locked, where it is to change. Raises NotFound."""
    query = NAMED.where(D.c.id == id)
    found = read_as(NamedDelivery, await connection.execute(query.with_for_update(of=D) if is_to_change else query))
    if not found:
        msg = "there is no such delivery"
        raise NotFound(msg, code="no_such_delivery", field="id")
    return found[0]


async def of_document(connection: AsyncConnection, programme: str, kind: Kind, number: int) -> NamedDelivery | None:
    query = NAMED.where(D.c.programme == programme, D.c.kind == kind, D.c.number == number)
    return next(iter(read_as(NamedDelivery, await connection.execute(query))), None)


async def hashes(connection: AsyncConnection, deliveries: Sequence[Delivery]) -> dict[str, dict[str, str]]:
    """By the id of each: the SHA-256 of its files as they are kept, by what their names end with."""
    names = {name_of(it, ending): (it.id, ending) for it in deliveries for ending in FILES}
    found: dict[str, dict[str, str]] = {it.id: {} for it in deliveries}
    for name, file in (await kept_files.about(connection, sorted(names))).items():
        id, ending = names[name]
        found[id][ending] = file.sha256
    return found


def name_of(it: Delivery, ending: str) -> str:
    """What a document's file is kept as."""
    return f"{series_id(it.programme, it.kind)}/{it.document_number}.{ending}"


def _can_be_tried(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """An EHF that is just being made is waited for. What was submitted is only asked for."""
    can_go_on = or_(D.c.state == "submitted", _is_kept("xml"), _is_set_aside())
    return D.c.state.in_(("queued", "submitted")), D.c.try_at <= now, can_go_on


def _is_kept(ending: str) -> ColumnElement[bool]:
    in_series = case((D.c.kind == "invoice", literal("/invoices/")), else_=literal("/credit-notes/"))
    name = D.c.programme + in_series + D.c.document_number + literal(f".{ending}")  # as `name_of` has it
    return exists().where(kept_files.kept_file.c.name == name)


def _is_set_aside() -> ColumnElement[bool]:
    """Whether not all of its files can be made."""
    part = D.c.kind + literal("/") + cast(D.c.number, String)  # as `part_of` has it
    return set_aside.is_part(MAKE_FILES, D.c.programme, part)


def _of_mails() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a mail that brings it was sent, and whether one failed."""
    m = tables.mail.c
    return tuple(exists().where(m.event_id == D.c.mail_event, m.state == state) for state in ("sent", "failed"))  # type: ignore[return-value]  # two


def _has_news_of_mail(sent: ColumnElement[bool], failed: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    news = or_(sent, and_(D.c.state == "by_mail", failed))
    return D.c.state.in_(("by_mail", "undelivered")), D.c.channel == "mail", news


# One that was told of before these were kept takes mail, as all did then.
_PAYER = (
    case((P.takes_invoices_by == "ehf", True), else_=False).label("takes_ehf"),
    func.coalesce(P.by_mail_if_refused, True).label("by_mail_if_refused"),
)
NAMED = select(*COLUMNS, party_name(D.c.party), IS_CREDITED.label("is_credited"))


def _payer(row: Any) -> Payer:
    return Payer(takes_ehf=bool(row.takes_ehf), by_mail_if_refused=bool(row.by_mail_if_refused))


def _delivery(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__})


def changed(it: Delivery, step: Step, *, now: datetime, by: str | None = None) -> Delivery:
    """A delivery after a step; one that ends, or goes another way, is told of, and so has a further version."""
    is_told = step.state in ("by_mail", "delivered", "undelivered")
    return replace(
        it,
        state=step.state,
        channel=step.channel or it.channel,
        why=step.why if step.why or step.state != "delivered" else it.why,
        receipt=step.receipt or it.receipt,
        accepted=it.accepted or step.accepted,
        queued_at=it.queued_at or (now if step.state == "queued" else None),
        try_at=step.try_at or now,
        version=it.version + is_told,
        changed_at=now,
        changed_by=by or it.changed_by,
    )
