"""Send what is queued: at least once, several at a time, no mail by two replicas at once.

A mail is claimed by a lease, which is longer than a try may take, and not by a lock: a lock would keep a transaction open
for as long as an SMTP server takes its time. Leases go by the database's clock, since replicas' clocks may stand apart. The lease of a process that died runs out by itself. What became of a try is
committed as soon as it ends, together with the tries that end about then and with the claim on the next mails. A process
that dies between the server's 250 and that commit leaves the mail to be sent again, with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.letters import contents, overtaken, telling
from services.notifications.letters import repository as mails
from services.notifications.letters.attachments import Attached, attached, question_of
from services.notifications.letters.domain.content import MailingContent
from services.notifications.letters.domain.kinds import (
    ATTENDANCE_MISSING,
    NOT_ONCE_WITHDRAWN,
    OF_THE_PLAN,
    REMINDER,
    TO_SIGN,
    UNTIL_A_DAY,
    VISIT_UNBOOKED,
    WITH_FEED,
)
from services.notifications.letters.domain.letter import Mail
from services.notifications.letters.domain.outcome import Outcome, next_of
from services.notifications.sending import repository as messages
from services.notifications.sending.domain.standing import Standing, Trouble
from services.notifications.sending.mailer import Mailer
from services.notifications.sending.render import Rendered, render
from services.notifications.settings import Settings
from shared import clock
from shared.contracts import notifications as events
from shared.contracts.questions import WhatFeed
from shared.database import Database
from shared.messaging import emptying, outbox
from shared.messaging.ask import TIME_OUT, NoAnswer
from shared.messaging.facts import record
from shared.messaging.patience import Patience, PatientAsk
from shared.points import reached
from shared.transient import is_transient

log = structlog.get_logger()

SERVER = "the SMTP server"
LONGEST_WAIT = 5.0  # seconds, from a mail's claim until it is tried
LEASE_MARGIN = timedelta(seconds=LONGEST_WAIT + TIME_OUT + 5)  # a lease lasts for one try and this
CLAIMED_PER_CONNECTION = 2  # mails: one is being sent, one waits for its turn
IN_TIME = (
    REMINDER,
    ATTENDANCE_MISSING,
    VISIT_UNBOOKED,
    *OF_THE_PLAN,
)  # kinds that say nothing any more once time, or what is known, has gone on
GATHERING = 0.02  # seconds: tries that end this close to each other are recorded in one transaction
RETRY_AFTER = 0.2  # seconds, while the database does not answer

UNTRIED = Outcome(kind="untried")

Tried: TypeAlias = Sequence[tuple[Mail, Outcome]]


class MailSending:
    """Sends what is queued each time it is run; while the server can't be reached, only a few mails now and then."""

    def __init__(self, database: Database, settings: Settings, ask: PatientAsk) -> None:
        self._database = database
        self._settings = settings
        self._ask = ask
        self._mailer = Mailer(settings)
        self._lease = timedelta(seconds=settings.smtp_timeout) + LEASE_MARGIN
        self._patience = Patience(longest=60.0)
        self._connections = asyncio.Semaphore(settings.smtp_connections)
        self._unrecorded: list[tuple[Mail, Outcome]] = []  # what became of mails, known here and nowhere else
        self._has_begun = False
        self._is_finishing = False
        self._standing = Standing()
        self._told: Trouble | None = None
        self.trouble: str | None = None  # why the server takes no mails, while it does not

    def finish(self) -> None:
        """Have a run end early: it takes no further mail, and sends those under way to the end.

        One that is broken off would be sent a second time.
        """
        self._is_finishing = True

    async def run(self) -> None:
        if not self._has_begun:
            await self._begin()
        await self._record_what_is_left()
        async with self._database.reading() as connection:
            is_any = await mails.is_any_free(connection)
        if not is_any or self._patience.leaves_alone(SERVER):
            return
        tries: dict[asyncio.Task[Outcome], Mail] = {}
        try:
            await self._send_all(tries)
        except Exception:
            # What broke off the recording must not break off mails that are just being sent, nor have what became of them
            # forgotten: they would be sent a second time.
            outcomes = await asyncio.gather(*tries)
            self._unrecorded += zip(tries.values(), outcomes, strict=True)
            await self._record_what_is_left()
            raise
        finally:
            for task in tries:
                task.cancel()

    async def _begin(self) -> None:
        """End the leases of a process before this one. A SQLite file has one process at a time (shared/service.py)."""
        if self._database.is_sqlite:
            async with self._database.transaction() as connection:
                await mails.free_leases(connection)
        self._has_begun = True

    async def _record_what_is_left(self) -> None:
        """Record what a run could not: each by itself, so that one that fails again has no other forgotten."""
        for it in [*self._unrecorded]:
            try:
                async with self._database.transaction() as connection:
                    await settle(connection, [it])
            except Exception:
                log.exception("what became of a mail cannot be recorded; it is not sent again", mail=it[0].id)
            else:
                self._unrecorded.remove(it)

    async def _send_all(self, tries: dict[asyncio.Task[Outcome], Mail]) -> None:
        """Send mails until none is left. `tries` holds those that are under way."""
        ended: Iterable[asyncio.Task[Outcome]] = ()
        while True:
            tried = [(tries.pop(task), task.result()) for task in ended]
            at_most = CLAIMED_PER_CONNECTION * self._settings.smtp_connections - len(tries)
            known = {mail.id for mail, _ in self._unrecorded}  # these are kept from other processes, and no more
            since, claimed = await self._settle_and_claim(tried, at_most=at_most)
            for mail in claimed:
                if mail.id not in known:
                    tries[asyncio.create_task(self._try(mail, claimed_at=since))] = mail
            if not tries:
                return
            await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
            ended, _ = await asyncio.wait(tries, timeout=GATHERING)

    async def _settle_and_claim(self, tried: Tried, *, at_most: int) -> tuple[float, list[Mail]]:
        """Record what became of tries, and take the next mails, if there are any and the server is to be used.

        With them the moment before their leases began (monotonic): a commit may take its time.
        """
        while True:
            since = time.monotonic()
            try:
                async with self._database.transaction() as connection:
                    await settle(connection, tried)
                    if self._is_finishing or self._patience.leaves_alone(SERVER):
                        return since, []
                    return since, await claim(connection, lease=self._lease, at_most=at_most)
            except Exception as error:
                if not is_transient(error):
                    self._unrecorded += tried
                if not tried or not is_transient(error):
                    raise
                log.warning("the database does not answer; waiting with outcomes in hand", mails=len(tried))
                await asyncio.sleep(RETRY_AFTER)

    async def _try(self, mail: Mail, *, claimed_at: float) -> Outcome:
        async with self._connections:
            waited = time.monotonic() - claimed_at
            if self._is_finishing or self._patience.leaves_alone(SERVER) or waited > LONGEST_WAIT:
                return UNTRIED  # if it waited that long, its lease might end during the try, and another replica send it too
            return await self._send(mail)

    async def _send(self, mail: Mail) -> Outcome:
        try:
            feed = await self._feed_for(mail)
            files = await self._files_of(mail)
        except NoAnswer:
            return Outcome(kind="put_off")
        except Exception:
            log.exception("what goes with a mail cannot be had", mail=mail.id, kind=mail.kind)
            return Outcome(kind="put_off")
        try:
            kept = self._written(mail, None if feed else "")
            rendered = self._written(mail, feed) if feed else kept
        except Exception:
            log.exception("a mail cannot be written", mail=mail.id, kind=mail.kind)
            return Outcome(kind="put_off")  # a later version may have mended it
        try:
            message = self._mailer.message(mail, rendered, files)
            # Files are kept where they were made, and the mail's content has their hashes.
            to_keep = self._mailer.message(mail, kept) if feed or files else message
        except Exception as error:  # noqa: BLE001 - the email package has many for a name or address that no header takes
            # Its text holds the address.
            log.error("a mail cannot be addressed", mail=mail.id, error=type(error).__name__)  # noqa: TRY400
            return Outcome(kind="refused")
        try:
            outcome = await self._mailer.send(message, to=mail.address)
        except Exception as error:  # noqa: BLE001 - nobody knows of one; it must not take the outcomes of others with it
            log.error("a mail cannot be sent", mail=mail.id, error=type(error).__name__)  # noqa: TRY400
            return Outcome(kind="put_off")
        if outcome.kind == "accepted":
            reached("smtp.accepted")  # 250, and not recorded
            outcome = replace(outcome, message=to_keep)
        outcome = self._standing.judge(outcome, mail.id, was_put_off=mail.put_off_at is not None)
        if outcome.kind == "unreachable":
            self._patience.failed(SERVER)
        else:
            self._patience.answered(SERVER)
        self._tell()
        return outcome

    async def _feed_for(self, mail: Mail) -> str:
        """The address of the calendar feed that a mail says; empty where it says none. Raises NoAnswer."""
        if mail.kind not in WITH_FEED or mail.person is None:
            return ""
        question = WhatFeed(programme=mail.programme, party=mail.party, person=mail.person)
        return (await self._ask(question)).address or ""

    async def _files_of(self, mail: Mail) -> Sequence[Attached]:
        """The files that a mail carries: the very ones that it was written for.

        Raises NoAnswer, and ValueError where others are there by now.
        """
        if not mail.content.get("files"):
            return ()
        content = contents.read(mail.kind, mail.content)
        assert isinstance(content, MailingContent)  # for the type checker: no other carries files
        question = question_of(mail.kind, mail.programme, content, with_content=True)
        return attached(content.files or (), await self._ask(question)) if question is not None else ()

    def _written(self, mail: Mail, feed: str | None) -> Rendered:
        return render(mail, organiser=self._settings.mail_organiser, sender=self._settings.mail_sender, feed=feed)

    def _tell(self) -> None:
        """Say why the server takes no mails, and that it does again: once, and not with each try."""
        trouble, server = self._standing.trouble, f"{self._settings.smtp_host}:{self._settings.smtp_port}"
        if trouble is not None and trouble != self._told:
            log.warning("the SMTP server takes no mails", server=server, reason=trouble.reason)
        elif trouble is None and self._told is not None:
            log.info("the SMTP server takes mails again", server=server)
        self._told = trouble
        self.trouble = f"the SMTP server {server} takes no mails: {trouble.reason}" if trouble else None


async def claim(connection: AsyncConnection, *, lease: timedelta, at_most: int) -> list[Mail]:
    """Take the next mails.

    One that is tried or sent again fails, unsent, where what came later has overtaken it meanwhile, or its session is over; so
    does a reminder, what asks for attendance, what tells that a visit is not booked, and a plan, tried for the first time too; so
    does one that offers a place until a day that is past, tells of a week that is, or asks to sign an agreement which was called back, or which others are
    to sign by now, and one about an application or an agreement whose party has withdrawn.
    """
    claimed = await mails.claim(connection, lease=lease, at_most=at_most)
    again = [it.id for it in claimed if it.changed_by is not None or it.repeats is not None or it.kind in IN_TIME]
    late = await overtaken.by_what_came_later(connection, again) | await overtaken.by_time(connection, again)
    late |= await overtaken.asked_in_vain(connection, [it.id for it in claimed if it.kind in TO_SIGN])
    late |= await overtaken.told_in_vain(connection, [it.id for it in claimed if it.kind in UNTIL_A_DAY])
    late |= await overtaken.by_withdrawal(connection, [it.id for it in claimed if it.kind in NOT_ONCE_WITHDRAWN])
    tried = [(it, Outcome(kind="overtaken", reply=it.reply)) for it in claimed if it.id in late]
    await settle(connection, tried)
    return [it for it in claimed if it.id not in late]


async def settle(connection: AsyncConnection, tried: Tried) -> None:
    """Record what became of tries, and publish what is final: that a mail is sent, or has failed."""
    if not tried:
        return
    log.debug("mails were tried", count=len(tried))
    now = await clock.now(connection)
    accepted = [mail for mail, outcome in tried if outcome.kind == "accepted"]
    sent = await mails.record_sent(connection, accepted, at=now)
    taken = {mail.id: (mail.content, outcome.message) for mail, outcome in tried}
    said = {it.id: message for it in sent for content, message in [taken[it.id]] if message and content == it.content}
    await messages.keep(connection, said)  # but none that names somebody who was erased since it was claimed
    as_it_was = {it.id for it in sent if it.content == taken[it.id][0]}
    if erased_since := [it.id for it in accepted if it.id not in as_it_was]:
        await record(connection, emptying.wipe(erased_since))
    await outbox.add(connection, events.MAIL_SENT, [telling.mail(mail) for mail in sent], at=now)
    unsent = [(mail, outcome) for mail, outcome in tried if outcome.kind != "accepted"]
    if unsent:
        tried_at = await clock.database_now(connection)
        for mail, outcome in unsent:
            await _settle_unsent(connection, mail, outcome, now=now, tried_at=tried_at)


async def _settle_unsent(
    connection: AsyncConnection, mail: Mail, outcome: Outcome, *, now: datetime, tried_at: datetime
) -> None:
    after = next_of(outcome, tries=mail.tries, put_off_at=mail.put_off_at, try_at=mail.try_at, now=tried_at)
    reply = mail.reply if outcome.kind == "untried" else outcome.reply
    settled = await mails.record_unsent(connection, mail, after, reply=reply)
    if settled is None:
        return
    if after.state == "failed":
        if outcome.kind == "overtaken":
            log.info("a mail is not sent, since what it says is so no more", mail=mail.id, kind=mail.kind)
        else:
            log.error("a mail failed", mail=mail.id, kind=mail.kind, reply=outcome.reply, reason=outcome.reason)
        await outbox.add(connection, events.MAIL_FAILED, [telling.mail(settled)], at=now)
    elif outcome.kind == "put_off":
        log.info(
            "a mail was not taken and is tried again",
            mail=mail.id,
            kind=mail.kind,
            reply=outcome.reply,
            reason=outcome.reason,
        )
