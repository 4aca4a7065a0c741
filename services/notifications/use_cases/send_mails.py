"""Send what is queued: at least once, several at a time, no mail by two replicas at once.

A mail is claimed for as long as a try may take, tried, and what became of it committed at once, together with the claim
on the next. Who dies between the server's 250 and that commit leaves the mail to be sent again, with the same Message-ID.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.sending import Outcome, next_of
from services.notifications.mailer import Mailer
from services.notifications.patience import Patience
from services.notifications.render import render
from services.notifications.repository import mails
from services.notifications.repository.mails import Mail
from services.notifications.settings import Settings
from shared import clock
from shared.clock import real_now
from shared.database import Database, is_passing
from shared.events import notifications as events
from shared.messaging import outbox
from shared.points import reached

log = structlog.get_logger()

SERVER = "the SMTP server"
BETWEEN = timedelta(seconds=10)  # a lease outlives a try by this
AGAIN = 0.2  # seconds


class MailSending:
    """Sends what is queued each time it is run. While the server can't be reached no mail is tried, but one now and then."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._mailer = Mailer(settings)
        self._lease = timedelta(seconds=settings.smtp_timeout) + BETWEEN
        self._patience = Patience(longest=60.0)
        self._has_begun = False
        self._is_finishing = False

    def finish(self) -> None:
        """Take no further mail: one that is broken off while it is sent would be sent a second time."""
        self._is_finishing = True

    async def run(self) -> None:
        if not self._has_begun:
            await self._begin()
        async with self._database.reading() as connection:
            is_any = await mails.is_any_free(connection, now=real_now())
        if is_any and not self._patience.leaves_alone(SERVER):
            # What one of them raises must not break off the others while they are sending.
            tasks = [self._one_after_the_other() for _ in range(self._settings.smtp_connections)]
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, BaseException):
                    raise ended

    async def _begin(self) -> None:
        """One process a SQLite file (shared/service.py): whoever held a lease there is gone."""
        if self._database.is_sqlite:
            async with self._database.transaction() as connection:
                await mails.free_leases(connection)
        self._has_begun = True

    async def _one_after_the_other(self) -> None:
        tried: tuple[Mail, Outcome] | None = None
        while True:
            try:
                mail = await self._settle_and_claim(tried)
            except Exception as error:
                if tried is None or not is_passing(error):
                    raise
                # What became of it is known here and nowhere else: forgotten, the mail would be sent a second time.
                log.warning("the database does not answer; waiting with a mail's outcome in hand", mail=tried[0].id)
                await asyncio.sleep(AGAIN)
                continue
            if mail is None:
                return
            tried = mail, await self._try(mail)

    async def _settle_and_claim(self, tried: tuple[Mail, Outcome] | None) -> Mail | None:
        """Record what became of a try, and take the next mail, if there is one and the server is to be used."""
        async with self._database.transaction() as connection:
            if tried:
                await settle(connection, *tried)
            if self._is_finishing or self._patience.leaves_alone(SERVER):
                return None
            return await mails.claim(connection, now=real_now(), lease=self._lease)

    async def _try(self, mail: Mail) -> Outcome:
        try:
            said = render(mail, organiser=self._settings.mail_organiser, sender=self._settings.mail_sender)
        except Exception:
            log.exception("a mail cannot be written", mail=mail.id, kind=mail.kind)
            return Outcome(kind="put_off")  # a later version may have mended it
        try:
            message = self._mailer.message(mail, said)
        except Exception as error:  # noqa: BLE001 - the email package has many for a name or address that no header takes
            # Its text holds the address.
            log.error("a mail cannot be addressed", mail=mail.id, error=type(error).__name__)  # noqa: TRY400
            return Outcome(kind="refused")
        outcome = await self._mailer.send(message, to=mail.address)
        if outcome.kind == "accepted":
            reached("smtp.accepted")  # 250, and not recorded
        if outcome.kind == "unreachable":
            self._patience.failed(SERVER)
        else:
            self._patience.answered(SERVER)
        return outcome


async def settle(connection: AsyncConnection, mail: Mail, outcome: Outcome) -> None:
    """Record what became of a try, and tell of it where it is final."""
    now = await clock.now(connection)
    after = next_of(outcome, tries=mail.tries, first_tried_at=mail.first_tried_at or real_now(), now=real_now())
    sent_at = now if after.state == "sent" else None
    settled = await mails.settle(connection, mail, after, reply=outcome.reply, sent_at=sent_at)
    if settled is None:
        return
    if after.state == "sent":
        await outbox.add(connection, events.MAIL_SENT, [entity(settled)], at=now)
    elif after.state == "failed":
        log.error("a mail failed", mail=mail.id, kind=mail.kind, reply=outcome.reply)
        await outbox.add(connection, events.MAIL_FAILED, [entity(settled)], at=now)
    else:
        log.info("a mail was not taken and is tried again", mail=mail.id, kind=mail.kind, reply=outcome.reply)


def entity(mail: Mail) -> events.Mail:
    return events.Mail(
        version=mail.version,
        id=mail.id,
        kind=mail.kind,
        programme=mail.programme,
        party=mail.party,
        state="sent" if mail.state == "sent" else "failed",
        event=mail.event_id,
    )
