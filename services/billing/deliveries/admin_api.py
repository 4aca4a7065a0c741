"""How documents are delivered, what did not arrive, having it tried again or sent by mail; and a programme in figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import Field

from services.billing.deliveries import repository as deliveries
from services.billing.deliveries.domain.delivery import Channel, State
from services.billing.deliveries.repository import NamedDelivery
from services.billing.deliveries.use_cases.retry_delivery import retry_delivery, send_by_mail
from services.billing.documents import repository as documents
from services.billing.documents.admin_api import SettingsOf
from services.billing.documents.domain.series import Kind
from services.billing.occasions import repository as occasions
from services.billing.settings import Settings
from shared.database import Database
from shared.web.api import (
    PARTY_NAME,
    Administrator,
    AfterId,
    DatabaseOf,
    IdInPath,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    ProgrammeInQuery,
    Reader,
    View,
    page_of,
)

router = APIRouter(prefix="/billing", tags=["deliveries"])


class DeliveryView(View):
    id: str
    programme: str
    kind: Kind
    number: int = Field(description="in the programme's series of its kind")
    document_number: str
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    state: State = Field(description="recalled: it was credited while it was held, and goes nowhere")
    channel: Channel | None = Field(description="how it goes, or went; null while it is held")
    access_point: str | None = Field(description="what it was given to; `fake` delivers nowhere")
    receipt: str | None = Field(description="what the access point calls what it delivered")
    why: str | None = Field(
        description="a code: why it goes by mail although its party takes EHF, did not arrive, or is tried again"
    )
    is_credited: bool
    tries: int
    queued_at: datetime | None = Field(description="since when it is under way, in real time")
    try_at: datetime = Field(description="not before; in real time")
    held_until: datetime | None = Field(
        description="not sent before, and not at all where it is credited by then; in real time; null once that is over"
    )
    changed_at: datetime = Field(description="in real time; of what is delivered, when that was known")
    changed_by: str | None = Field(description="the name of the key that had it tried again, or sent by mail")


class SummaryView(View):
    invoices: int
    credit_notes: int
    total_ore: int = Field(description="what was invoiced less what was credited")
    first_number: int | None = Field(description="of the invoices")
    last_number: int | None = Field(description="of the invoices")
    delivered_ehf: int = Field(
        description="invoices and credit notes that arrived as EHF; copies are not counted, here or below"
    )
    delivered_mail: int
    under_way: int = Field(
        description="invoices and credit notes that are held, or have no verdict yet, and were not credited while held"
    )
    undelivered: int = Field(description="that did not arrive, and are not credited since")


@router.get("/programmes/{programme}/deliveries")
async def list_deliveries(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: AfterId = None,
    limit: Limit = 50,
    settings: SettingsOf,
) -> Page[DeliveryView]:
    """List how a programme's invoices and credit notes are delivered; those to a party."""
    async with database.looking_up() as connection:
        found = await deliveries.of_programme(connection, programme, party=party, after=after, limit=limit + 1)
        if not found:
            await occasions.check_programme_is_named(connection, programme)
    return page_of(_views(found, settings), limit, lambda it: it.id)


@router.get("/summary", responses={404: {}})
async def show_summary(programme: ProgrammeInQuery, database: DatabaseOf, _: Reader) -> SummaryView:
    """Show what was issued in a programme, and what became of it, in figures."""
    async with database.reading() as connection:
        await occasions.check_programme_is_named(connection, programme)
        invoices = await documents.totals(connection, "invoice", programme)
        credit_notes = await documents.totals(connection, "credit_note", programme)
        counted = await deliveries.count(connection, programme)
    return SummaryView(
        invoices=invoices.documents,
        credit_notes=credit_notes.documents,
        total_ore=invoices.amount_ore - credit_notes.amount_ore,
        first_number=invoices.first_number,
        last_number=invoices.last_number,
        **counted._asdict(),
    )


@router.get("/undelivered")
async def list_undelivered(
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: AfterId = None,
    limit: Limit = 50,
    settings: SettingsOf,
) -> Page[DeliveryView]:
    """List what did not arrive, what has been under way for more than a day, and what waits for a PDF that cannot be made; what
    goes to a party.
    """
    async with database.looking_up() as connection:
        found = await deliveries.undelivered(connection, party=party, after=after, limit=limit + 1)
    return page_of(_views(found, settings), limit, lambda it: it.id)


@router.post("/deliveries/{id}/retry", operation_id="retry_delivery")
async def retry(id: IdInPath, database: DatabaseOf, key: Administrator, settings: SettingsOf) -> DeliveryView:
    """Try again to deliver a document; what is delivered is never sent again."""
    await retry_delivery(database, id, by=key.name)
    return await _shown(database, id, settings)


@router.post("/deliveries/{id}/by-mail", operation_id="deliver_by_mail")
async def by_mail(id: IdInPath, database: DatabaseOf, key: Administrator, settings: SettingsOf) -> DeliveryView:
    """Send a document by mail instead."""
    await send_by_mail(database, id, by=key.name)
    return await _shown(database, id, settings)


async def _shown(database: Database, id: str, settings: Settings) -> DeliveryView:
    async with database.reading() as connection:
        (view,) = _views([await deliveries.delivery(connection, id)], settings)
    return view


def _views(found: Sequence[NamedDelivery], settings: Settings) -> list[DeliveryView]:
    hold = timedelta(minutes=settings.hold_minutes)
    return [DeliveryView(**vars(it) | {"held_until": it.try_at + hold if it.state == "held" else None}) for it in found]
