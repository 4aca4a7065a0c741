"""Puts scheduling together."""

from __future__ import annotations

from functools import partial

from services.scheduling.circumstances import admin_api as circumstances
from services.scheduling.circumstances import repository as circumstances_rows
from services.scheduling.consumers import consumers
from services.scheduling.feeds import admin_api as feeds
from services.scheduling.feeds import open_api
from services.scheduling.feeds.addresses import OPEN, Addresses
from services.scheduling.feeds.use_cases.say_what_feed import say_what_feed
from services.scheduling.forgetting import adopting as forgetting_adopting
from services.scheduling.forgetting.use_cases.forget_people import forget_people
from services.scheduling.forgetting.use_cases.say_what_names_someone import say_what_names_someone
from services.scheduling.guidance import admin_api as guidance
from services.scheduling.guidance import adopting as guidance_adopting
from services.scheduling.guidance import repository as guidance_rows
from services.scheduling.guidance.use_cases.tell_unbooked_visits import count_unbooked_to_tell, tell_unbooked_visits
from services.scheduling.plans import admin_api as plans
from services.scheduling.plans import adopting as plans_adopting
from services.scheduling.plans import repository as plans_rows
from services.scheduling.plans.use_cases.publish_plan import tell_of_plans_from_before
from services.scheduling.plans.use_cases.say_what_plan_is import say_what_plan_is
from services.scheduling.sessions import admin_api as sessions
from services.scheduling.sessions import adopting as sessions_adopting
from services.scheduling.sessions import repository as session_rows
from services.scheduling.sessions.use_cases.hand_sessions_on import hand_all_sessions_on
from services.scheduling.sessions.use_cases.say_what_is_planned import say_what_is_planned
from services.scheduling.sessions.use_cases.say_what_session_is import say_what_session_is
from services.scheduling.settings import Settings
from shared.contracts.questions import WhatFeed, WhatIsPlanned, WhatNamesSomeone, WhatPlan, WhatSession
from shared.database import Database
from shared.messaging.due_work import Work
from shared.messaging.recover import Adoptions
from shared.service import Service

adoptions: Adoptions = {
    **sessions_adopting.ADOPTIONS,
    **plans_adopting.ADOPTIONS,
    **guidance_adopting.ADOPTIONS,  # of what was held, more than sessions'
    **forgetting_adopting.ADOPTIONS,
}


def create(settings: Settings) -> Service:
    database = Database(settings.database_url)
    addresses = Addresses(settings.public_url, settings.feeds_secret())
    service = Service(
        name="scheduling",
        settings=settings,
        database=database,
        consumers=consumers,
        # The feeds first: a route takes the longer to find the more there are before it.
        routers=[it.router for it in (open_api, sessions, plans, circumstances, guidance, feeds)],
        answers={
            WhatSession: say_what_session_is,
            WhatIsPlanned: say_what_is_planned,
            WhatPlan: say_what_plan_is,
            WhatNamesSomeone: say_what_names_someone,
            WhatFeed: partial(say_what_feed, addresses),
        },
        missing=[it.missing for it in (session_rows, circumstances_rows, plans_rows, guidance_rows)],
        work=lambda _: [
            Work("hand sessions on", partial(hand_all_sessions_on, database)),
            Work("tell of plans from before", partial(tell_of_plans_from_before, database)),
            Work("forget people", partial(forget_people, database)),
            Work(
                "tell unbooked visits",
                partial(tell_unbooked_visits, database),
                due=partial(count_unbooked_to_tell, database),
            ),
        ],
        shows=OPEN,
    )
    service.api.state.addresses = addresses
    return service
