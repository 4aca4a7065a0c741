"""Puts scheduling together."""

from __future__ import annotations

from services.scheduling import admin_api, repository
from services.scheduling.adopting import ADOPTIONS
from services.scheduling.consumers import consumers
from services.scheduling.settings import Settings
from services.scheduling.use_cases.say_what_is_planned import say_what_is_planned
from services.scheduling.use_cases.say_what_session_is import say_what_session_is
from shared.contracts.questions import WhatIsPlanned, WhatSession
from shared.database import Database
from shared.service import Service

adoptions = ADOPTIONS  # for who recovers it


def create(settings: Settings) -> Service:
    return Service(
        name="scheduling",
        settings=settings,
        database=Database(settings.database_url),
        consumers=consumers,
        routers=[admin_api.router],
        answers={WhatSession: say_what_session_is, WhatIsPlanned: say_what_is_planned},
        missing=[repository.missing],
    )
