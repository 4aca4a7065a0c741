"""Registration's entities as others hear of them: no personal data, no free text (N2)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.domain import group as groups
from services.registration.domain.agreement import Agreement, Concern
from services.registration.domain.application import Application
from services.registration.domain.group import Group
from services.registration.domain.party import Party
from services.registration.domain.programme import Programme
from shared import clock
from shared.events import registration as events
from shared.events.envelope import E, EventType
from shared.messaging import outbox


async def tell(connection: AsyncConnection, kind: EventType[E], entity: E) -> None:
    await outbox.add(connection, kind, [entity], at=await clock.now(connection))


def programme(it: Programme) -> events.Programme:
    return events.Programme(**vars(it) | {"county_branch_fee_ore": it.fee_for("county_branch")})


def party(it: Party) -> events.Party:
    lines = ("street", "postal_code", "city")
    address = events.PostalAddress(**{name: getattr(it, name) for name in lines})
    return events.Party(**{name: value for name, value in vars(it).items() if name not in lines}, address=address)


def application(it: Application) -> events.Application:
    return events.Application(version=it.version, programme=it.programme, party=it.party, id=it.id, state=it.state)


def group(it: Group) -> events.Group:
    return events.Group(
        version=it.version,
        programme=it.programme,
        party=it.party,
        size=len(it.present),
        complete=groups.is_complete(it),
        coordinator_elected=it.coordinator is not None,
        school_owner_represented=it.school_owner_represented,
        advisor=it.advisor,
    )


def agreement(it: Agreement) -> events.Agreement:
    return events.Agreement(
        version=it.version,
        programme=it.programme,
        party=it.party,
        id=it.id,
        period_start=it.period_start,
        period_end=it.period_end,
        signed_on=it.signed_on,
        ends_on=it.ends_on,
        kind_of_end=it.kind_of_end,
        fee_ore=it.fee_ore,
        payer_reference=it.payer_reference,
    )


def concern(it: Concern, about: Agreement) -> events.Concern:
    """That it led to termination is told with the agreement."""
    return events.Concern(
        version=it.version,
        programme=about.programme,
        party=about.party,
        id=it.id,
        agreement=about.id,
        raised_by=it.raised_by,
        state="resolved" if it.is_resolved else "raised",
    )
