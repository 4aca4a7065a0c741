"""What was told to be unbilled, and where something may have to be."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, exists, not_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.instalments.domain.report import Report
from services.billing.occasions.domain.deliveries import JointSession
from services.billing.occasions.repository import SESSION_COLUMNS
from shared.database import insert

_A, _I, _C, _S, _R, _W = (
    it.c
    for it in (
        tables.agreement,
        tables.invoice,
        tables.credit_note,
        tables.session,
        tables.release,
        tables.waiver,
    )
)
CARRIES = (_S.format == "physical", _S.instalment.is_not(None))


async def programmes_to_look_at(connection: AsyncConnection, until: date) -> list[str]:
    """The open programmes in which something that was delivered until that day may have no invoice: the rule says whether it is so.

    Asked of the database, since it is asked often and nearly always none.
    """
    delivered = union_all(
        select(_S.programme, _S.instalment, _S.last_day).where(
            *CARRIES, _S.state.in_(("completed", "planned")), _S.last_day <= until
        ),
        select(_R.programme, _R.instalment, _R.effective_on).where(not_(_R.withdrawn), _R.effective_on <= until),
    ).subquery()
    d = delivered.c
    is_credited = exists().where(_C.programme == _I.programme, _C.invoice == _I.number)
    stands = exists().where(_I.agreement == _A.id, _I.instalment == d.instalment, not_(is_credited))
    is_waived = exists().where(_W.agreement == _A.id, _W.instalment == d.instalment, not_(_W.withdrawn))
    query = (
        select(_A.programme)
        .join(delivered, d.programme == _A.programme)
        .where(_A.signed_on <= until, or_(_A.ends_on.is_(None), _A.ends_on > d.last_day), not_(stands), not_(is_waived))
        .where(not_(_is_closed(_A.programme)))
        .distinct()
        .order_by(_A.programme)
    )
    return list((await connection.execute(query)).scalars())


async def not_completed(connection: AsyncConnection, before: date) -> dict[str, list[JointSession]]:
    """By open programme, the sessions that carry an instalment, were over before that day, and are not completed."""
    query = select(*SESSION_COLUMNS, _S.programme).where(*CARRIES, _S.state == "planned", _S.last_day < before)
    query = query.where(not_(_is_closed(_S.programme)))
    rows = (await connection.execute(query.order_by(_S.last_day, _S.id))).all()
    found: dict[str, list[JointSession]] = {}
    for row in rows:
        fields = {name: getattr(row, name) for name in JointSession.__dataclass_fields__}
        found.setdefault(row.programme, []).append(JointSession(**fields))
    return found


def _is_closed(programme: ColumnElement[str]) -> ColumnElement[bool]:
    p = tables.programme.c
    return exists().where(p.code == programme, p.closed_on.is_not(None))


async def looked_on(connection: AsyncConnection) -> date | None:
    """The Monday of the week that was looked at last."""
    monday: date | None = (await connection.execute(select(tables.looked_for_unbilled.c.monday))).scalar()
    return monday


async def keep_looked_on(connection: AsyncConnection, monday: date) -> None:
    statement = insert(connection, tables.looked_for_unbilled).values(id=1, monday=monday)
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"monday": monday}))


async def told(connection: AsyncConnection, week: str) -> set[str]:
    """The programmes of which it was told that week."""
    r = tables.unbilled_report.c
    return set((await connection.execute(select(r.programme).where(r.week == week))).scalars())


async def keep(connection: AsyncConnection, report: Report) -> bool:
    """Whether this is the first report of its programme and week: another replica waits here until that is known."""
    row = {name: it for name, it in vars(report).items() if name in tables.unbilled_report.c}
    statement = insert(connection, tables.unbilled_report).values(row).on_conflict_do_nothing()
    kept = await connection.execute(statement.returning(tables.unbilled_report.c.week))
    return kept.first() is not None
