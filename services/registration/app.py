"""Puts registration together."""

from __future__ import annotations

from functools import partial

from services.registration.agreements import admin_api as agreements
from services.registration.agreements import adopting as agreements_adopting
from services.registration.agreements import repository as agreements_rows
from services.registration.agreements.use_cases.follow_names import follow_names
from services.registration.agreements.use_cases.make_documents import make_documents, mark_those_without_a_file
from services.registration.agreements.use_cases.say_document import say_document
from services.registration.applications import admin_api as applications
from services.registration.applications import adopting as applications_adopting
from services.registration.applications import repository as applications_rows
from services.registration.applications import waiting_list_api
from services.registration.applications.use_cases.lapse_offers import count_lapsing, lapse_offers
from services.registration.areas import admin_api as areas
from services.registration.areas import repository as areas_rows
from services.registration.attendance import admin_api as attendance
from services.registration.attendance import adopting as attendance_adopting
from services.registration.attendance import repository as attendance_rows
from services.registration.attendance.domain.chasing import Delays
from services.registration.attendance.use_cases.ask_for_what_is_missing import (
    ask_for_what_is_missing,
    count_what_is_missing,
)
from services.registration.consumers import consumers
from services.registration.contact_lists import admin_api as contact_lists
from services.registration.contact_lists import adopting as contact_lists_adopting
from services.registration.contact_lists.use_cases.exchange_contact_lists import (
    count_what_is_due,
    exchange_what_is_due,
)
from services.registration.contact_lists.use_cases.say_contact_list import say_contact_list
from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from services.registration.development_plans import admin_api as development_plans
from services.registration.development_plans import adopting as development_plans_adopting
from services.registration.development_plans import repository as development_plans_rows
from services.registration.erasure import admin_api as erasure
from services.registration.erasure import adopting as erasure_adopting
from services.registration.groups import admin_api as groups
from services.registration.groups import adopting as groups_adopting
from services.registration.groups import repository as groups_rows
from services.registration.groups.use_cases.merge_those_who_stand_twice import merge_those_who_stand_twice
from services.registration.mapping import admin_api as mapping
from services.registration.mapping import adopting as mapping_adopting
from services.registration.mapping import repository as mapping_rows
from services.registration.obligations import admin_api as obligations
from services.registration.overview import admin_api as overview
from services.registration.parties import admin_api as parties
from services.registration.parties import adopting as parties_adopting
from services.registration.parties import repository as parties_rows
from services.registration.people import admin_api as people
from services.registration.programmes import admin_api as programmes
from services.registration.programmes import adopting as programmes_adopting
from services.registration.programmes import repository as programmes_rows
from services.registration.settings import Settings
from services.registration.works import FOLLOW_NAMES, MAKE_DOCUMENTS
from shared.contracts.questions import WhatAgreementDocument, WhatContactList, WhoIsConcerned
from shared.database import Database
from shared.messaging import emptying
from shared.messaging.due_work import Work
from shared.messaging.recover import Adoptions
from shared.service import Service

adoptions: Adoptions = {
    **programmes_adopting.ADOPTIONS,
    **parties_adopting.ADOPTIONS,
    **applications_adopting.ADOPTIONS,
    **groups_adopting.ADOPTIONS,
    **mapping_adopting.ADOPTIONS,
    **development_plans_adopting.ADOPTIONS,
    **agreements_adopting.ADOPTIONS,
    **erasure_adopting.ADOPTIONS,
    **attendance_adopting.ADOPTIONS,
    **contact_lists_adopting.ADOPTIONS,
}


def create(settings: Settings) -> Service:
    database = Database(settings.database_url)
    delays = Delays(first=settings.attendance_asked_for_after, again=settings.attendance_asked_for_again_after)

    async def nothing_else() -> None:
        pass

    async def lapse() -> None:
        await lapse_offers(database)

    async def lapsing() -> int:
        return await count_lapsing(database)

    return Service(
        name="registration",
        settings=settings,
        database=database,
        consumers=consumers,
        routers=[
            it.router
            for it in (
                *(
                    erasure,
                    people,
                    parties,
                    areas,
                    programmes,
                    applications,
                    waiting_list_api,
                    groups,
                ),  # /people/retention first
                *(mapping, development_plans, agreements, attendance, obligations, overview, contact_lists),
            )
        ],
        answers={
            WhoIsConcerned: say_who_is_concerned,
            WhatContactList: say_contact_list,
            WhatAgreementDocument: say_document,
        },
        work=lambda _: [
            Work("merge people", nothing_else, first=partial(merge_those_who_stand_twice, database)),
            Work("lapse offers", lapse, due=lapsing),
            Work(
                "exchange contact lists",
                partial(exchange_what_is_due, database),
                due=partial(count_what_is_due, database),
            ),
            Work(FOLLOW_NAMES, partial(follow_names, database)),
            Work(
                MAKE_DOCUMENTS,
                partial(make_documents, database),
                first=partial(mark_those_without_a_file, database),
            ),
            emptying.work_of(database),
            Work(
                "ask for attendance",
                partial(ask_for_what_is_missing, database, delays),
                due=partial(count_what_is_missing, database, delays),
            ),
        ],
        missing=[
            it.missing
            for it in (
                *(parties_rows, areas_rows, programmes_rows, applications_rows, groups_rows),
                *(mapping_rows, development_plans_rows, agreements_rows, attendance_rows),
            )
        ],
    )
