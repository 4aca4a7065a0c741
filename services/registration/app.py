"""Puts registration together."""

from __future__ import annotations

from services.registration.admin_api import agreements, applications, groups, programmes
from services.registration.consumers import consumers
from services.registration.settings import Settings
from services.registration.use_cases.say_who_is_concerned import say_who_is_concerned
from shared.database import Database
from shared.questions import WhoIsConcerned
from shared.service import Service


def create(settings: Settings) -> Service:
    return Service(
        name="registration",
        settings=settings,
        database=Database(settings.database_url),
        consumers=consumers,
        routers=[it.router for it in (programmes, applications, groups, agreements)],
        answers={WhoIsConcerned: say_who_is_concerned},
    )
