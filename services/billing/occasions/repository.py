"""Joint sessions, as scheduling tells of them, and releases by hand, which are ours."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Label, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing import tables
from services.billing.occasions.domain.deliveries import JointSession, Occasions
from services.billing.occasions.domain.release import Period, Release
from services.billing.works import ISSUE_WHAT_IS_DUE
from shared.database import read_as
from shared.errors import NotFound
from shared.messaging import marks
from shared.messaging.facts import Newest, record

SESSION_COLUMNS = [tables.session.c[name] for name in JointSession.__dataclass_fields__]
RELEASE_COLUMNS = [tables.release.c[name] for name in Release.__dataclass_fields__]


def party_name(of: ColumnElement[str]) -> Label[str | None]:
    """What a party is called, as a column beside its organisation number; none where it is not known here yet."""
    p = tables.party.c
    return select(p.name).where(p.organisation_number == of).scalar_subquery().label("party_name")


async def names_of_parties(connection: AsyncConnection, programme: str) -> dict[str, str]:
    """What those who have an agreement in a programme are called, by organisation number."""
    p, a = tables.party.c, tables.agreement.c
    query = select(p.organisation_number, p.name).where(
        p.organisation_number.in_(select(a.party).where(a.programme == programme))
    )
    return {row.organisation_number: row.name for row in await connection.execute(query)}


async def check_programme_is_named(connection: AsyncConnection, programme: str) -> None:
    """Raises NotFound for a programme that no fact has named yet.

    A session or an agreement may come before the programme's own event. What waits for that event can be seen by then.
    """
    if not await marks.was_left_on(connection, ISSUE_WHAT_IS_DUE, programme):
        msg = "the programme is not known here yet"
        raise NotFound(msg, code="programme_is_not_known", field="programme")


async def period(connection: AsyncConnection, programme: str) -> Period | None:
    """A programme's period; None until its own event has come, or where that came before billing kept its period."""
    p = tables.programme.c
    row = (await connection.execute(select(p.period_start, p.period_end).where(p.code == programme))).first()
    if row is None or row.period_start is None:
        return None
    return Period(start=row.period_start, end=row.period_end)


async def of_programme(connection: AsyncConnection, programme: str) -> Occasions:
    """All of the programme's joint sessions and releases."""
    s, r = tables.session, tables.release
    planned = select(*SESSION_COLUMNS).where(s.c.programme == programme).order_by(s.c.first_day, s.c.id)
    released = select(*RELEASE_COLUMNS).where(r.c.programme == programme).order_by(r.c.id)
    return Occasions(
        sessions=read_as(JointSession, await connection.execute(planned)),
        releases=read_as(Release, await connection.execute(released)),
    )


async def releases(connection: AsyncConnection, programme: str, *, after: str | None, limit: int) -> list[Release]:
    """The programme's releases in the order they were made, withdrawn ones too."""
    r = tables.release
    query = (
        select(*RELEASE_COLUMNS).where(r.c.programme == programme, r.c.id > (after or "")).order_by(r.c.id).limit(limit)
    )
    return read_as(Release, await connection.execute(query))


async def release(connection: AsyncConnection, id: str) -> Release:
    """A release, locked until the end of the transaction. Raises NotFound."""
    query = select(*RELEASE_COLUMNS).where(tables.release.c.id == id).with_for_update()
    found = read_as(Release, await connection.execute(query))
    if not found:
        msg = "there is no such release"
        raise NotFound(msg, code="no_such_release", field="id")
    return found[0]


async def standing_release(connection: AsyncConnection, like: Release) -> Release | None:
    """The release like this one (programme, instalment, day and reason) that is not withdrawn, if there is one."""
    r = tables.release
    query = select(*RELEASE_COLUMNS).where(
        r.c.programme == like.programme,
        r.c.instalment == like.instalment,
        r.c.effective_on == like.effective_on,
        r.c.reason == like.reason,
        ~r.c.withdrawn,
    )
    return next(iter(read_as(Release, await connection.execute(query))), None)


async def add_release(connection: AsyncConnection, release: Release, *, by: str) -> None:
    await connection.execute(tables.release.insert(), {**vars(release), "changed_by": by})


async def adopt(connection: AsyncConnection, release: Release, *, by: str) -> None:
    """Unless it is known as new or newer."""
    await record(connection, [Newest(tables.release, **vars(release), changed_by=by)])


async def change_release(connection: AsyncConnection, release: Release, *, by: str) -> None:
    changed = update(tables.release).where(tables.release.c.id == release.id)
    await connection.execute(changed.values(vars(release) | {"changed_by": by}))
