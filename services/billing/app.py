"""Puts billing together."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from services.billing.approvals import admin_api as approvals_api
from services.billing.approvals import repository as approvals_rows
from services.billing.consumers import consumers
from services.billing.deliveries import admin_api as deliveries_api
from services.billing.deliveries import adopting as deliveries_adopting
from services.billing.deliveries.access_point import AccessPoint, NoAccessPoint
from services.billing.deliveries.folder import Folder
from services.billing.deliveries.phoss import Phoss
from services.billing.deliveries.use_cases.deliver_what_is_due import Delivering
from services.billing.documents import admin_api as documents_api
from services.billing.documents import adopting as documents_adopting
from services.billing.documents import repository as documents_rows
from services.billing.documents.domain.content import BilledParty, endpoint
from services.billing.documents.use_cases.issue_invoices import Seller
from services.billing.documents.use_cases.show_document import show_document
from services.billing.files import admin_api as files_api
from services.billing.files.domain.contact import Contact
from services.billing.files.use_cases.make_files import make_all_files, mark_all
from services.billing.files.use_cases.show_files import show_files
from services.billing.instalments import admin_api as instalments_api
from services.billing.instalments import adopting as instalments_adopting
from services.billing.instalments.use_cases.foresee import say_what_would_follow
from services.billing.instalments.use_cases.issue_what_is_due import issue_all_that_is_due
from services.billing.instalments.use_cases.list_unbilled import count_pressing_and_oldest
from services.billing.instalments.use_cases.mark_every_programme import mark_every_programme
from services.billing.instalments.use_cases.report_unbilled import count_reports_to_tell, report_unbilled
from services.billing.instalments.use_cases.say_what_is_unbilled import say_what_is_unbilled
from services.billing.occasions import admin_api as occasions_api
from services.billing.occasions import adopting as occasions_adopting
from services.billing.settings import Settings
from services.billing.waivers import admin_api as waivers_api
from services.billing.waivers import adopting as waivers_adopting
from shared.contracts.questions import WhatDocument, WhatFiles, WhatIsUnbilled, WhatWouldFollow
from shared.database import Database
from shared.messaging.due_work import Work
from shared.messaging.recover import Adoptions
from shared.service import Service

ANSWERS_A_LEASE = 6  # of the access point: three that a delivery may wait for, and as much again

adoptions: Adoptions = {
    **occasions_adopting.ADOPTIONS,
    **waivers_adopting.ADOPTIONS,
    **documents_adopting.ADOPTIONS,
    **deliveries_adopting.ADOPTIONS,
    **instalments_adopting.ADOPTIONS,
}


def create(settings: Settings) -> Service:
    database = Database(settings.database_url)
    return Service(
        name="billing",
        settings=settings,
        database=database,
        consumers=consumers,
        # Files stand first: `35.pdf` is no number.
        routers=[
            it.router
            for it in (
                files_api,
                documents_api,
                instalments_api,
                occasions_api,
                waivers_api,
                approvals_api,
                deliveries_api,
            )
        ],
        answers={
            WhatDocument: show_document,
            WhatFiles: show_files,
            WhatIsUnbilled: say_what_is_unbilled,
            WhatWouldFollow: partial(say_what_would_follow, approve_above=settings.approve_above),
        },
        missing=[documents_rows.missing],
        work=lambda _: [issuing(database, settings), making_files(database, settings), delivering(database, settings)],
    )


def seller(settings: Settings) -> Seller:
    party = BilledParty(
        name=settings.seller_name,
        organisation_number=settings.seller_organisation_number,
        street=settings.seller_street,
        postal_code=settings.seller_postal_code,
        city=settings.seller_city,
        endpoint=endpoint(settings.seller_organisation_number),
    )
    return Seller(
        party=party,
        account=settings.seller_account,
        in_foretaksregisteret=settings.in_foretaksregisteret,
        no_vat_because=settings.no_vat_because,
        document_prefix=settings.document_prefix,
        kid_prefix=settings.kid_prefix,
    )


def issuing(database: Database, settings: Settings) -> Work:
    """The work of issuing, and of telling weekly what is not. Its first run after a start marks every programme."""

    async def run() -> None:
        await issue_all_that_is_due(database, seller(settings), approve_above=settings.approve_above)
        await report_unbilled(
            database
        )  # after it, so that nothing is told to be missing that is merely not looked at yet

    async def approvals() -> tuple[int, datetime | None]:
        async with database.reading() as connection:
            return await approvals_rows.count_and_oldest(connection)

    return Work(
        "issue what is due",
        run,
        first=partial(mark_every_programme, database),
        due=partial(count_reports_to_tell, database),
        approvals=approvals,
        unbilled=partial(count_pressing_and_oldest, database),
    )


def making_files(database: Database, settings: Settings) -> Work:
    """The work of making files. Its first run after a start looks at all that was issued."""
    contact = Contact(name=settings.seller_contact, telephone=settings.seller_telephone, email=settings.seller_email)
    return Work("make files", partial(make_all_files, database, contact), first=partial(mark_all, database))


def delivering(database: Database, settings: Settings) -> Work:
    it = Delivering(
        database,
        access_point(settings),
        hold=timedelta(minutes=settings.hold_minutes),
        lease=timedelta(seconds=ANSWERS_A_LEASE * settings.access_point_timeout),
    )
    return Work(
        "deliver documents",
        it.run,
        due=it.count_due,
        needs="access_point",
        trouble=lambda: it.trouble,
        finish=it.finish,
    )


def access_point(settings: Settings) -> AccessPoint:
    """Without one EHF go by mail, where their party allows it, and nothing pretends."""
    if settings.access_point == "folder":
        assert settings.access_point_folder is not None  # for the type checker: the settings have looked
        return Folder(settings.access_point_folder)
    if settings.access_point in ("phoss", "fake"):
        assert settings.access_point_url is not None  # for the type checker: likewise
        return Phoss(
            settings.access_point_url,
            settings.access_point_secret(),
            name=settings.access_point,
            time_out=settings.access_point_timeout,
        )
    return NoAccessPoint()
