"""Puts billing together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.billing import admin_api
from services.billing.consumers import consumers
from services.billing.repository import marks
from services.billing.settings import Settings
from services.billing.use_cases.issue_invoices import Seller
from services.billing.use_cases.issue_what_is_due import issue_all_that_is_due
from services.billing.use_cases.mark_every_programme import mark_every_programme
from services.billing.use_cases.show_document import show_document
from shared.database import Database
from shared.messaging.due_work import Work
from shared.questions import BilledParty, WhatDocument
from shared.service import Service


def create(settings: Settings) -> Service:
    database = Database(settings.database_url)
    return Service(
        name="billing",
        settings=settings,
        database=database,
        consumers=consumers,
        routers=[admin_api.router],
        answers={WhatDocument: show_document},
        work=lambda _: [Work("issue what is due", issuing(database, seller(settings)), pending(database))],
    )


def seller(settings: Settings) -> Seller:
    party = BilledParty(
        name=settings.seller_name,
        organisation_number=settings.seller_organisation_number,
        street=settings.seller_street,
        postal_code=settings.seller_postal_code,
        city=settings.seller_city,
    )
    return Seller(party=party, account=settings.seller_account, no_vat_because=settings.no_vat_because)


def issuing(database: Database, seller: Seller) -> Callable[[], Awaitable[None]]:
    """Looks at every programme once after each start, then at what is marked."""
    has_looked = False

    async def run() -> None:
        nonlocal has_looked
        if not has_looked:
            await mark_every_programme(database)
            has_looked = True
        await issue_all_that_is_due(database, seller)

    return run


def pending(database: Database) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        async with database.reading() as connection:
            return await marks.count(connection)

    return count
