"""Puts notifications together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from services.notifications.calendars.use_cases.mark_what_comes_near import count_what_has_come_near
from services.notifications.calendars.use_cases.update_calendars import Rules, update_calendars
from services.notifications.consumers import consumers
from services.notifications.forgetting import adopting as forgetting_adopting
from services.notifications.forgetting import trial_mails
from services.notifications.forgetting.use_cases.forget_people import forget_people
from services.notifications.forgetting.use_cases.say_what_is_kept import say_what_is_kept
from services.notifications.letters import admin_api as letters_api
from services.notifications.letters import repository as mails
from services.notifications.letters.adopting import ADOPTIONS
from services.notifications.mailings.use_cases.follow_addresses import follow_addresses
from services.notifications.mailings.use_cases.write_mailings import write_mailings
from services.notifications.sending import admin_api as sending_api
from services.notifications.sending import repository as messages
from services.notifications.sending.use_cases.say_what_publishing_sends import say_what_publishing_sends
from services.notifications.sending.use_cases.send_mails import MailSending
from services.notifications.settings import Settings
from shared.contracts.questions import WhatIsKeptOfPerson, WhatPublishingSends
from shared.database import Database
from shared.ids import made_at
from shared.messaging import emptying
from shared.messaging.ask import Ask
from shared.messaging.due_work import Mails, Work
from shared.messaging.patience import PatientAsk
from shared.messaging.recover import Adoptions
from shared.service import Service

adoptions: Adoptions = {**ADOPTIONS, **forgetting_adopting.ADOPTIONS}


def create(settings: Settings) -> Service:
    database = Database(settings.database_url)
    work = DueWork(database, settings)
    return Service(
        name="notifications",
        settings=settings,
        database=database,
        consumers=consumers,
        routers=[letters_api.router, sending_api.texts, sending_api.router],
        answers={
            WhatIsKeptOfPerson: say_what_is_kept,
            WhatPublishingSends: partial(say_what_publishing_sends, ahead=timedelta(days=settings.invite_days_ahead)),
        },
        work=work.of,
        missing=[mails.missing],
    )


class DueWork:
    """What is to be done besides taking in facts, and how much of it is left."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        domain, ahead = settings.mail_sender.partition("@")[2], timedelta(days=settings.invite_days_ahead)
        self._rules = Rules(domain=domain, ahead=ahead, leads=settings.remind_days_before)

    def of(self, ask: Ask) -> Sequence[Work]:
        patient = PatientAsk(ask)
        sending = MailSending(self._database, self._settings, patient)
        folder = self._settings.trial_mails

        async def write() -> None:
            """Mailings come first: whoever is accepted reads so before being invited."""
            try:
                await write_mailings(self._database, patient, domain=self._rules.domain)
            finally:  # calendars do not wait for a mailing that fails
                await update_calendars(self._database, patient, self._rules)
                await follow_addresses(self._database, patient)

        return [
            Work("forget people", partial(forget_people, self._database)),
            Work("write mails", write),
            Work(
                "send mails",
                sending.run,
                mails=self.mails,
                needs="mail",
                trouble=lambda: sending.trouble,
                finish=sending.finish,
            ),
            emptying.work_of(self._database, partial(trial_mails.remove, folder) if folder else None),
        ]

    async def mails(self) -> Mails:
        """Those whose question is about to be asked could be sent now too; so may some, where a day has passed unnoticed."""
        async with self._database.reading() as connection:
            sendable = await mails.count_sendable(connection)
            unsent, oldest = await mails.count_unsent_and_oldest(connection)
            to_ask = await messages.count_mailings_to_ask_about(connection)
            to_ask += await count_what_has_come_near(connection, ahead=self._rules.ahead, leads=self._rules.leads)
        return Mails(sendable=sendable + to_ask, unsent=unsent, oldest=made_at(oldest) if oldest else None)
