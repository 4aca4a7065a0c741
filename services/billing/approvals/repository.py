"""Approvals, and what each of them holds back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.approvals.domain.held import Approval, Held, Waiting
from services.billing.occasions.repository import party_name
from shared.errors import NotFound

_A, _H = tables.approval.c, tables.held.c
APPROVALS = select(*(_A[name] for name in Approval.__dataclass_fields__))
NAMES = (*Held.__dataclass_fields__, "party_name")
HELD = select(*(_H[name] for name in Held.__dataclass_fields__))


@dataclass(frozen=True, kw_only=True)
class NamedHeld(Held):
    party_name: str | None  # none where it is not known here yet


async def waiting(connection: AsyncConnection, programme: str) -> dict[str, dict[int, Waiting]]:
    """All that is held in a programme, approved or not, by agreement and instalment."""
    query = HELD.add_columns(_A.approved_at.is_not(None)).join(tables.approval, _A.id == _H.approval)
    found: dict[str, dict[int, Waiting]] = defaultdict(dict)
    names = Held.__dataclass_fields__
    for *row, is_approved in await connection.execute(query.where(_A.programme == programme)):
        it = Held(**dict(zip(names, row, strict=True)))
        found[it.agreement][it.instalment] = Waiting(held=it, is_approved=is_approved)
    return found


async def hold(connection: AsyncConnection, approval: Approval, held: Sequence[Held]) -> None:
    """Add an approval with what it holds back; what was held of the same instalments is this one's from now on."""
    await let_go(connection, [(it.agreement, it.instalment) for it in held])
    await connection.execute(tables.approval.insert(), vars(approval))
    await connection.execute(tables.held.insert(), [vars(it) | {"approval": approval.id} for it in held])


async def let_go(connection: AsyncConnection, instalments: Iterable[tuple[str, int]]) -> None:
    """Hold no more of these agreements' instalments: it is done, or overtaken."""
    rows = [{"of": agreement, "n": instalment} for agreement, instalment in instalments]
    if rows:
        of, n = _H.agreement, _H.instalment
        await connection.execute(delete(tables.held).where(of == bindparam("of"), n == bindparam("n")), rows)


async def approvals(
    connection: AsyncConnection, programme: str, *, after: str | None, limit: int
) -> list[tuple[Approval, list[NamedHeld]]]:
    """A programme's approvals in the order in which they were found, each with what it still holds back."""
    query = APPROVALS.where(_A.programme == programme, _A.id > (after or "")).order_by(_A.id).limit(limit)
    return await _with_held(connection, query)


async def approval(connection: AsyncConnection, id: str) -> tuple[Approval, list[NamedHeld]]:
    """An approval with what it still holds back. Raises NotFound."""
    found = await _with_held(connection, APPROVALS.where(_A.id == id))
    if not found:
        msg = "there is no such approval"
        raise NotFound(msg, code="no_such_approval", field="id")
    return found[0]


async def approve(connection: AsyncConnection, id: str, *, by: str, at: datetime) -> None:
    await connection.execute(update(tables.approval).where(_A.id == id).values(approved_by=by, approved_at=at))


async def count_and_oldest(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many documents wait for an approval, and when the oldest of these was asked for, in real time."""
    documents = func.count(_H.invoice) + func.count(_H.amount_ore)
    query = select(documents, func.min(_A.found_at)).join(tables.approval, _A.id == _H.approval)
    count, oldest = (await connection.execute(query.where(_A.approved_at.is_(None)))).one()
    return count, oldest


async def _with_held(
    connection: AsyncConnection, query: Select[tuple[object, ...]]
) -> list[tuple[Approval, list[NamedHeld]]]:
    page = query.subquery()
    held = (*(_H[name] for name in Held.__dataclass_fields__), party_name(_H.party))
    rows = (
        select(*page.c, *held)
        .join(tables.held, _H.approval == page.c.id, isouter=True)
        .order_by(page.c.id, _H.party, _H.instalment, _H.agreement)
    )
    found: dict[Approval, list[NamedHeld]] = {}
    for row in await connection.execute(rows):
        approval = Approval(**dict(zip(Approval.__dataclass_fields__, row, strict=False)))
        of = found.setdefault(approval, [])
        if row.agreement is not None:
            of.append(NamedHeld(**{name: getattr(row, name) for name in NAMES}))
    return list(found.items())
