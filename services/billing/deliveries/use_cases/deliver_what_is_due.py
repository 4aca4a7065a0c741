"""Deliver what is due: at most once, by any number of replicas.

Each delivery is a row that its document's own transaction added, and says itself when it is due: no mark is needed, and none
can be lost. An EHF is claimed by a lease, as a mail is (notifications' send_mails.py), and its try is counted before it is
made: whoever finds one that was tried asks the access point for its state before anything is submitted again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.deliveries import repository as deliveries
from services.billing.deliveries.access_point import AccessPoint, NoAccessPoint, Submission
from services.billing.deliveries.domain.answer import Answer, trouble
from services.billing.deliveries.domain.delivery import (
    Delivery,
    after_answer,
    after_hold,
    after_mails,
    is_asked_first,
    is_late,
    is_to_be_submitted,
    without_ehf,
)
from services.billing.deliveries.repository import Claimed, changed
from services.billing.deliveries.use_cases.tell import store_and_tell
from services.billing.documents import repository as documents
from services.billing.documents.domain.content import Content, endpoint
from shared import clock, kept_files
from shared.database import Database
from shared.errors import Refused
from shared.points import reached

log = structlog.get_logger()

SLICE = 500  # deliveries a transaction
AT_ONCE = 16  # EHF that are under way to the access point
FAILED = "failed"  # giving it to the access point: a fault of this program
LEASE = timedelta(minutes=3)


class Delivering:
    """Goes on with all deliveries that are due, each time it is run."""

    def __init__(
        self, database: Database, access_point: AccessPoint, *, hold: timedelta, lease: timedelta = LEASE
    ) -> None:
        """`lease` is longer than asking, submitting and asking again may take."""
        self._database = database
        self._access_point = access_point
        self._hold = hold
        self._lease = lease
        self._has_begun = False
        self._is_finishing = False
        self.trouble: str | None = None  # why the access point takes nothing, while it does not

    def finish(self) -> None:
        """Have a run end early: what is under way is brought to its end, and nothing further begun."""
        self._is_finishing = True

    async def run(self) -> None:
        if not self._has_begun and self._database.is_sqlite:  # where the process before this one was the only one
            async with self._database.transaction(wakes=False) as connection:
                await deliveries.free_leases(connection)
        self._has_begun = True
        due = await self._due()  # which no writer waits for: this is asked after each commit
        while due.mails and await self._take_mails_into_account():
            pass
        while due.holds and await self._end_holds():
            pass
        if due.holds or due.tries:
            await self._send(self._access_point)

    async def count_due(self) -> int:
        return sum(await self._due())

    async def _due(self) -> deliveries.Due:
        async with self._database.reading() as connection:
            return await deliveries.due(connection, hold=self._hold)

    async def _take_mails_into_account(self) -> bool:
        async with self._database.transaction() as connection:
            found = await deliveries.mailed(connection, limit=SLICE)
            now = await clock.database_now(connection)
            steps = [(it.delivery, after_mails(sent=it.sent, failed=it.failed)) for it in found]
            await store_and_tell(connection, [changed(it, step, now=now) for it, step in steps if step is not None])
        return bool(found)

    async def _end_holds(self) -> bool:
        async with self._database.transaction() as connection:
            found = await deliveries.whose_hold_is_over(connection, hold=self._hold, limit=SLICE)
            now = await clock.database_now(connection)
            has_access_point = not isinstance(self._access_point, NoAccessPoint)
            steps = [
                (
                    it.delivery,
                    after_hold(
                        it.payer,
                        is_credited=it.is_credited,
                        has_access_point=has_access_point,
                        invoice=it.invoice,
                    ),
                )
                for it in found
            ]
            await store_and_tell(connection, [changed(it, step, now=now) for it, step in steps])
        return bool(found)

    async def _send(self, to: AccessPoint) -> None:
        """Round by round; what became of one is committed with the claim on the next."""
        tried: Sequence[tuple[Claimed, Answer | None]] = ()
        while True:
            async with self._database.transaction() as connection:
                await self._settle(connection, tried, to)
                claimed = []
                if not self._is_finishing:
                    claimed = await deliveries.claim(connection, lease=self._lease, limit=AT_ONCE)
                submissions = [await submission(connection, it.delivery) for it in claimed]
            if not claimed:
                return
            answers = await asyncio.gather(
                *(_try(to, it.delivery, what) for it, what in zip(claimed, submissions, strict=True))
            )
            tried = list(zip(claimed, answers, strict=True))
            if found := [it for it in answers if it is not None]:
                self._tell_of_trouble(to, found)

    async def _settle(
        self, connection: AsyncConnection, tried: Sequence[tuple[Claimed, Answer | None]], to: AccessPoint
    ) -> None:
        """One without an answer cannot be submitted."""
        if not tried:
            return
        now = await clock.database_now(connection)
        still = await deliveries.still_tried(connection, [it.delivery for it, _ in tried])
        settled = []
        for claimed, answer in tried:
            it = claimed.delivery
            if it.id not in still:
                continue
            payer = claimed.payer
            step = after_answer(it, answer, payer, now=now) if answer else without_ehf(payer)
            after = changed(it, step, now=now, by=still[it.id])
            if after.state in ("queued", "submitted", "delivered"):
                after = replace(after, access_point=to.name)
            if is_late(after, now):
                log.error(
                    "a document has no verdict yet", document=it.document_number, since=it.queued_at, why=step.why
                )
            settled.append(after)
        await store_and_tell(connection, settled)

    def _tell_of_trouble(self, to: AccessPoint, answers: Sequence[Answer]) -> None:
        """In the service's health, and in the log: once, and not with each try."""
        found = next((it.why for it in answers if it.says == "trouble"), None)
        if all(it.says == "trouble" for it in answers):
            trouble = f"the access point ({to.name}) answers with {found}"
            if trouble != self.trouble:
                log.warning("the access point takes nothing", access_point=to.name, why=found)
            self.trouble = trouble
        else:
            self.trouble = None


async def _try(to: AccessPoint, it: Delivery, what: Submission | None) -> Answer | None:
    """What one raises holds up no other; whether it was handed over is asked the next time."""
    try:
        return await carry(to, it, what)
    except Exception:
        log.exception("a document cannot be given to the access point", document=it.document_number)
        return trouble(FAILED)


async def carry(to: AccessPoint, it: Delivery, what: Submission | None) -> Answer | None:
    """Give an EHF to the access point, unless it has it, and ask what became of it. None where it has none, and there is none."""
    state = await to.state(it.submission) if is_asked_first(it) else None
    if not is_to_be_submitted(it, state):
        assert state is not None  # for the type checker: what was not asked for is submitted
        return state
    if what is None:
        return None
    taken = await to.submit(what)
    reached("delivery.submitted")  # and not recorded
    state = await to.state(it.submission)
    if state.says in ("unknown", "trouble"):
        return taken  # which says whether it is certain that it was taken
    return state


async def submission(connection: AsyncConnection, it: Delivery) -> Submission | None:
    """What is handed over: the EHF as it is kept, from and to where the document says.

    None where no EHF could be made, or what the document says is lost or cannot be read.
    """
    xml = await kept_files.content(connection, deliveries.name_of(it, "xml"))
    if xml is None:
        return None
    try:
        said: Content = await documents.content(connection, it.kind, it.programme, it.number)
    except (Refused, ValueError) as error:
        # Its text alone, and not what stands there, which names people.
        log.error("what a document says cannot be read", document=it.document_number, error=type(error).__name__)  # noqa: TRY400
        return None
    return Submission(
        id=it.submission,
        xml=xml,
        sender=said.seller.endpoint or endpoint(said.seller.organisation_number),
        receiver=said.buyer.endpoint or endpoint(said.buyer.organisation_number),
        kind=it.kind,
    )
