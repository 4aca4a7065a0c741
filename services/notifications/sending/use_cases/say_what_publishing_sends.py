"""Answer how many mails would be sent if a programme's plan were published now: `rpc.notifications.publication`."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.calendars import repository as calendars
from services.notifications.calendars.domain.calendar import differences
from services.notifications.letters import repository as mails
from shared import clock
from shared.contracts.questions import PublishingSends, WhatPublishingSends
from shared.database import Database


async def say_what_publishing_sends(
    database: Database, question: WhatPublishingSends, *, ahead: timedelta
) -> PublishingSends:
    """By what is known of now: who was answered to be invited, as the calendars are compared. Nothing is asked, kept or queued.

    `ahead` is how far off a session may be to which people are invited before their agreement is sent.
    """
    async with database.reading() as connection:
        programme, today = question.programme, await clock.today(connection)
        notices = await calendars.last_notices(connection, programme, None, set())
        found = await calendars.sessions_and_parties(connection, programme, None, set(), notices)
        changes = differences(
            found.sessions,
            found.parties,
            notices,
            today,
            first_mails=await mails.first_mails(connection, found.sharing) if found.sharing else {},
            invited_until=today + ahead,
        )
    staying = [it for it in found.parties if it.ends_on is None or it.ends_on > today]
    people = {it.address.lower() for party in staying for it in party.persons if it.address}
    return PublishingSends(plans=len(people), invitations=len(changes))
