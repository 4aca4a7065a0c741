"""A document reaches its party once, whatever its access point, its mails and this process do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from services.billing import tables
from services.billing.deliveries import repository as deliveries
from services.billing.deliveries.access_point import AccessPoint, NoAccessPoint, Submission
from services.billing.deliveries.domain.answer import Answer
from services.billing.deliveries.phoss import Phoss
from services.billing.deliveries.use_cases.deliver_what_is_due import Delivering
from services.billing.deliveries.use_cases.retry_delivery import retry_delivery, send_by_mail
from services.billing.documents.domain.series import series_id
from services.billing.documents.use_cases.credit_invoice import credit_invoice
from services.billing.works import MAKE_FILES
from shared import kept_files
from shared.contracts import billing as events
from shared.contracts import notifications
from shared.contracts.envelope import Event
from shared.database import Database
from shared.errors import Conflict
from shared.ids import new_id
from shared.kept_files import Made, kept_file
from shared.messaging import set_aside
from tests.integration.billing.world import take, the_books, work
from tests.support.access_points import Behaviour, FakeAccessPoint, create
from tests.support.databases import set_clock
from tests.support.events import PROGRAMME, completed, organisation_number, party, programme, signed
from tests.support.facts import events_of
from tests.support.processes import HOST
from tests.support.served import served
from tests.support.tampering import tamper

EHF, EHF_ALONE, EMAIL = 1, 2, 3  # parties, by how they take invoices
NO_HOLD = timedelta()
TOLD = {
    events.DOCUMENT_HANDED_TO_MAIL.type: "by_mail",
    events.DOCUMENT_DELIVERED.type: "delivered",
    events.DOCUMENT_DELIVERY_FAILED.type: "undelivered",
}


class Given:
    """Billing with an access point, whose invoices are issued and whose files are made."""

    def __init__(self, database: Database, fake: FakeAccessPoint, phoss: AccessPoint) -> None:
        self.database, self.fake, self.phoss = database, fake, phoss

    def behave(self, n: int, *behaviours: Behaviour) -> None:
        self.fake.behaviours[f"0192:{organisation_number(n)}"].extend(behaviours)

    async def deliver(self, *, to: AccessPoint | None = None, hold: timedelta = NO_HOLD) -> Delivering:
        """As a process that was just started."""
        await make_files(self.database)
        it = Delivering(self.database, to or self.phoss, hold=hold)
        await it.run()
        return it

    async def later(self, by: timedelta) -> None:
        """As if so much time had passed."""
        d = tables.delivery
        async with self.database.transaction() as connection:
            for row in (await connection.execute(select(d))).all():
                values = {name: getattr(row, name) and getattr(row, name) - by for name in ("try_at", "queued_at")}
                await connection.execute(update(d).where(d.c.id == row.id).values(values))

    async def states(self) -> dict[int, Any]:
        """By the party of each invoice, how it stands and why."""
        n_of = {organisation_number(n): n for n in (EHF, EHF_ALONE, EMAIL)}
        return {n_of[it.party]: (it.state, it.why) for it in await self.all() if it.kind == "invoice"}

    async def all(self) -> list[deliveries.NamedDelivery]:
        async with self.database.reading() as connection:
            return await deliveries.of_programme(connection, PROGRAMME, party=None, after=None, limit=100)

    async def of(self, n: int, kind: str = "invoice") -> deliveries.NamedDelivery:
        (found,) = (it for it in await self.all() if it.party == organisation_number(n) and it.kind == kind)
        return found

    async def figures(self) -> deliveries.Counted:
        async with self.database.reading() as connection:
            return await deliveries.count(connection, PROGRAMME)

    async def told(self, n: int) -> list[str]:
        told = await events_of(self.database)
        return [TOLD[it.type] for it in told if it.type in TOLD and it.data.party == organisation_number(n)]

    async def credit(self, n: int) -> None:
        number = (await self.of(n)).number
        await credit_invoice(self.database, PROGRAMME, number, reason="mistake", document_prefix="FK", by="kari")


async def make_files(database: Database) -> None:
    """As the worker makes them."""
    d = tables.delivery.c
    async with database.transaction() as connection:
        rows = (await connection.execute(select(d.programme, d.kind, d.document_number))).all()
        files = [
            Made(
                name=f"{series_id(it.programme, it.kind)}/{it.document_number}.xml",
                media_type="application/xml",
                content=f"<Invoice><ID>{it.document_number}</ID></Invoice>".encode(),
            )
            for it in rows
        ]
        await kept_files.keep(connection, files)


def mail(state: str, of: deliveries.NamedDelivery, **changes: Any) -> Event[notifications.Mail]:
    kind = notifications.MAIL_SENT if state == "sent" else notifications.MAIL_FAILED
    told: dict[str, Any] = {
        "version": 2,
        "id": new_id(),
        "kind": of.kind,
        "state": state,
        "event": of.mail_event,
    } | changes
    told |= {"programme": of.programme, "party": of.party}
    return kind.event(notifications.Mail(**told), id=new_id(), time=datetime(2024, 10, 1, 12, tzinfo=UTC))


@pytest.fixture
async def given(database: Database) -> AsyncIterator[Given]:
    await set_clock(database, datetime(2024, 10, 1, 12, tzinfo=UTC))
    parties = [
        party(EHF, takes_invoices_by="ehf"),
        party(EHF_ALONE, takes_invoices_by="ehf", by_mail_if_refused=False),
        party(EMAIL, takes_invoices_by="email"),
    ]
    await take(database, programme(), *parties, *(signed(n) for n in (EHF, EHF_ALONE, EMAIL)), completed(1))
    await work(database)
    fake = FakeAccessPoint()
    async with served(create(fake)) as port:
        phoss = Phoss(f"http://{HOST}:{port}", None, name="fake", time_out=1.0)
        yield Given(database, fake, phoss)
        await phoss.aclose()


async def test_each_document_goes_as_its_party_takes_it_and_is_told_of_once(given: Given) -> None:
    await given.deliver()
    assert await given.states() == {1: ("delivered", None), 2: ("delivered", None), 3: ("by_mail", None)}
    assert [await given.told(n) for n in (1, 2, 3)] == [["delivered"], ["delivered"], ["by_mail"]]
    it = await given.of(EHF)
    assert (it.channel, it.access_point, it.receipt) == ("ehf", "fake", f"fake-{it.id}")
    assert len(given.fake.taken) == 2
    await given.deliver()
    assert len(given.fake.taken) == 2
    assert given.fake.twice == []


async def test_what_is_told_names_the_files_by_their_hashes_and_no_address(given: Given) -> None:
    await given.deliver()
    (told,) = (
        it
        for it in await events_of(given.database)
        if it.type == events.DOCUMENT_DELIVERED.type and it.data.number == 1
    )
    async with given.database.reading() as connection:
        kept = await kept_files.about(connection, [f"{PROGRAMME}/invoices/{told.data.document_number}.xml"])
    assert told.data.sha256_of_ehf == next(iter(kept.values())).sha256
    assert "@" not in told.model_dump_json()


async def test_nothing_is_sent_while_it_is_held(given: Given) -> None:
    await given.deliver(hold=timedelta(minutes=60))
    assert {state for state, _ in (await given.states()).values()} == {"held"}
    await given.later(timedelta(minutes=61))
    await given.deliver(hold=timedelta(minutes=60))
    assert (await given.of(EHF)).state == "delivered"


async def test_what_is_credited_while_it_is_held_goes_nowhere_and_stands_in_the_books(given: Given) -> None:
    for n in (EHF, EMAIL):
        await given.credit(n)
    await given.deliver()
    for n in (EHF, EMAIL):
        assert [(await given.of(n, kind)).state for kind in ("invoice", "credit_note")] == ["recalled", "recalled"]
        assert await given.told(n) == []
    assert len(given.fake.taken) == 1
    assert (await the_books(given.database))["series"]["credit_notes"] == {"count": 2, "unbroken": True}


async def test_a_credit_note_goes_where_its_invoice_went_and_after_it(given: Given) -> None:
    given.behave(EHF, "delay")
    await given.deliver()
    for n in (EHF, EMAIL):
        await given.credit(n)
    await given.deliver()
    assert [(await given.of(n, "credit_note")).state for n in (EHF, EMAIL)] == ["held", "held"]
    await take(given.database, mail("sent", await given.of(EMAIL)), party(EHF, version=2, takes_invoices_by="email"))
    for _ in range(3):
        await given.later(timedelta(minutes=2))
        await given.deliver()
    found = [await given.of(n, "credit_note") for n in (EHF, EMAIL)]
    assert [(it.state, it.channel) for it in found] == [("delivered", "ehf"), ("by_mail", "mail")]


async def test_one_that_is_refused_goes_by_mail_where_its_party_allows_it(given: Given) -> None:
    given.behave(EHF, "refuse")
    given.behave(EHF_ALONE, "reject")
    await given.deliver()
    assert await given.states() == {
        1: ("by_mail", "permanently_failed"),
        2: ("undelivered", "rejected"),
        3: ("by_mail", None),
    }
    async with given.database.reading() as connection:
        (found,) = await deliveries.undelivered(connection, after=None, limit=10)
    assert found.party == organisation_number(EHF_ALONE)


async def test_the_figures_count_each_where_it_stands(given: Given) -> None:
    assert await given.figures() == (0, 0, 3, 0)  # as EHF, by mail, under way, undelivered
    given.behave(EHF_ALONE, "refuse")
    await given.deliver()
    assert await given.figures() == (1, 0, 1, 1)
    await take(given.database, mail("sent", await given.of(EMAIL)))
    await given.credit(EHF_ALONE)
    await given.deliver()
    assert await given.figures() == (1, 1, 0, 0)


@pytest.mark.parametrize("trouble", ["error", "html", "rubbish", "huge", "never"])
async def test_what_is_no_verdict_is_tried_again(given: Given, trouble: Behaviour) -> None:
    given.behave(EHF, trouble)
    it = await given.deliver()
    assert (await given.of(EHF)).state == "queued"
    assert it.trouble is None  # another was taken meanwhile
    await given.deliver()
    assert (await given.of(EHF)).state == "queued"  # its time has not come
    await given.later(timedelta(minutes=1))
    await given.deliver()
    assert (await given.of(EHF)).state == "delivered"
    assert given.fake.twice == []


async def test_one_that_was_taken_though_no_answer_came_is_not_sent_again(given: Given) -> None:
    given.behave(EHF, "late")
    await given.deliver()
    assert (await given.of(EHF)).state == "delivered"
    assert given.fake.twice == []


async def test_one_that_was_taken_and_forgotten_is_not_sent_again_and_goes_by_mail_after_three_days(
    given: Given,
) -> None:
    given.behave(EHF, "forget")
    await given.deliver()
    assert (await given.of(EHF)).state == "submitted"
    await given.later(timedelta(days=1))
    await given.deliver()
    async with given.database.reading() as connection:
        late = await deliveries.undelivered(connection, after=None, limit=10)
    assert [it.party for it in late] == [organisation_number(EHF)]  # after a day somebody is to look
    await given.later(timedelta(days=2))
    await given.deliver()
    assert (await given.states())[EHF] == ("by_mail", "no_verdict")
    assert given.fake.twice == []


async def test_a_process_that_dies_after_handing_over_has_handed_over(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the submission and the commit: the next asks first."""

    class Killed(BaseException):
        pass

    async def dies(*_: object) -> None:
        raise Killed

    await make_files(given.database)
    dying = Delivering(given.database, given.phoss, hold=NO_HOLD)
    monkeypatch.setattr(dying, "_settle", _first_well(dying._settle, then=dies))  # noqa: SLF001 - it is to die there
    with pytest.raises(Killed):
        await dying.run()
    assert len(given.fake.taken) == 2
    assert (await given.of(EHF)).state == "queued"
    async with given.database.transaction() as connection:
        await deliveries.free_leases(connection)  # as time does
    await given.deliver()
    assert (await given.of(EHF)).state == "delivered"
    assert (len(given.fake.taken), given.fake.twice) == (2, [])


def _first_well(well: Any, *, then: Any) -> Any:
    calls = iter([well, then])

    async def call(*given: Any) -> None:
        await next(calls)(*given)

    return call


async def test_two_at_once_deliver_each_once(given: Given) -> None:
    await make_files(given.database)
    both = [Delivering(given.database, given.phoss, hold=NO_HOLD) for _ in range(2)]
    for it in both:
        it._has_begun = True  # noqa: SLF001 - two processes, of which SQLite would have one
    await asyncio.gather(*(it.run() for it in both))
    assert (len(given.fake.taken), given.fake.twice) == (2, [])
    assert [await given.told(n) for n in (1, 2)] == [["delivered"], ["delivered"]]


async def test_without_an_access_point_nothing_pretends(given: Given) -> None:
    await given.deliver(to=NoAccessPoint())
    assert await given.states() == {
        1: ("by_mail", "no_access_point"),
        2: ("undelivered", "no_access_point"),
        3: ("by_mail", None),
    }


async def test_one_by_mail_is_delivered_when_its_mail_is_sent_and_undelivered_when_it_fails(given: Given) -> None:
    await given.deliver()
    it = await given.of(EMAIL)
    await take(given.database, mail("sent", it, kind="invoice_copy"))
    await given.deliver()
    assert (await given.of(EMAIL)).state == "by_mail"  # a copy brings nothing
    failed = mail("failed", it)
    await take(given.database, failed)
    await given.deliver()
    assert (await given.states())[EMAIL] == ("undelivered", "mail_failed")
    await take(given.database, mail("sent", it, id=failed.data.id, version=3))  # tried again in notifications
    await given.deliver()
    assert (await given.of(EMAIL)).state == "delivered"
    assert await given.told(EMAIL) == ["by_mail", "undelivered", "delivered"]


async def test_it_is_tried_again_by_hand_and_nothing_delivered_is(given: Given) -> None:
    given.behave(EHF_ALONE, "refuse")
    await given.deliver()
    refused = await given.of(EHF_ALONE)
    await retry_delivery(given.database, refused.id, by="kari")
    await given.deliver()
    again = await given.of(EHF_ALONE)
    assert (again.state, again.changed_by) == ("delivered", "kari")
    assert again.submission != refused.submission  # it has refused the one it knows
    for change in (retry_delivery, send_by_mail):
        with pytest.raises(Conflict) as found:
            await change(given.database, again.id, by="kari")
        assert found.value.code == "is_delivered"
    assert given.fake.twice == []


async def test_what_is_tried_again_by_hand_while_it_is_in_hand_is_not_submitted_by_another_too(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit, has_it, goes_on = given.phoss.submit, asyncio.Event(), asyncio.Event()

    async def slowly(it: Submission) -> Answer:
        has_it.set()
        await goes_on.wait()
        return await submit(it)

    monkeypatch.setattr(given.phoss, "submit", slowly)
    delivering = asyncio.create_task(given.deliver())
    await has_it.wait()
    await retry_delivery(given.database, (await given.of(EHF)).id, by="kari")
    async with given.database.transaction() as connection:
        assert await deliveries.claim(connection, lease=timedelta(minutes=3), limit=100) == []
    goes_on.set()
    await delivering
    after = await given.of(EHF)
    assert (after.state, after.changed_by) == ("delivered", "kari")
    assert given.fake.twice == []


async def test_it_is_sent_by_mail_by_hand_whatever_its_party_says(given: Given) -> None:
    given.behave(EHF_ALONE, "refuse")
    await given.deliver()
    await send_by_mail(given.database, (await given.of(EHF_ALONE)).id, by="kari")
    assert (await given.states())[EHF_ALONE] == ("by_mail", "by_hand")
    with pytest.raises(Conflict):
        await send_by_mail(given.database, (await given.of(EHF_ALONE)).id, by="kari")


async def test_what_is_held_or_credited_is_not_tried_by_hand(given: Given) -> None:
    held = await given.of(EHF)
    for change in (retry_delivery, send_by_mail):
        with pytest.raises(Conflict):
            await change(given.database, held.id, by="kari")
    await given.credit(EHF)
    await given.deliver()
    with pytest.raises(Conflict) as found:
        await retry_delivery(given.database, held.id, by="kari")
    assert found.value.code == "is_credited"


class Unmakeable:
    """Billing whose invoices to these parties no EHF can be made of; all other files are made."""

    def __init__(self, given: Given, *parties: int) -> None:
        self.given, self.parties = given, {organisation_number(n) for n in parties}

    async def make(self, *endings: str) -> None:
        """Set aside what is theirs, with the files of these endings alone."""
        async with self.given.database.transaction() as connection:
            for it in await deliveries.of_programme(connection, PROGRAMME, party=None, after=None, limit=100):
                mine = it.party in self.parties
                files = [
                    Made(name=deliveries.name_of(it, ending), media_type="x/y", content=f"{it.id}.{ending}".encode())
                    for ending in (endings if mine else ("xml", "pdf"))
                ]
                await kept_files.keep(connection, files)
                if mine:
                    part = f"{it.kind}/{it.number}"
                    await set_aside.keep(connection, MAKE_FILES, PROGRAMME, {part}, {part: "endpoint_is_wrong"})

    async def deliver(self) -> None:
        await Delivering(self.given.database, self.given.phoss, hold=NO_HOLD).run()


async def undelivered(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [it.party for it in await deliveries.undelivered(connection, after=None, limit=10)]


async def test_one_that_no_ehf_can_be_made_of_goes_as_one_that_is_refused(given: Given) -> None:
    it = Unmakeable(given, EHF, EHF_ALONE)
    await it.deliver()
    assert (await given.of(EHF)).state == "queued"  # its file may be just being made
    await it.make("pdf")
    await it.deliver()
    assert await given.states() == {
        1: ("by_mail", "ehf_cannot_be_made"),
        2: ("undelivered", "ehf_cannot_be_made"),
        3: ("by_mail", None),
    }
    assert [await given.told(n) for n in (EHF, EHF_ALONE)] == [["by_mail"], ["undelivered"]]
    assert await undelivered(given.database) == [organisation_number(EHF_ALONE)]
    assert given.fake.taken == []


async def test_once_it_can_be_made_it_goes_when_somebody_tries_it_again(given: Given) -> None:
    it = Unmakeable(given, EHF_ALONE)
    await it.make()
    await it.deliver()
    number = (await given.of(EHF_ALONE)).number
    await make_files(given.database)
    async with given.database.transaction() as connection:
        await set_aside.keep(connection, MAKE_FILES, PROGRAMME, {f"invoice/{number}"}, {})
    await it.deliver()
    assert (await given.of(EHF_ALONE)).state == "undelivered"
    await retry_delivery(given.database, (await given.of(EHF_ALONE)).id, by="kari")
    await it.deliver()
    assert (await given.states())[EHF_ALONE] == ("delivered", None)
    assert given.fake.twice == []


async def test_one_that_may_have_been_submitted_is_asked_for_before_it_goes_another_way(given: Given) -> None:
    """It came back from its event, without its file: an access point may have it."""
    await make_files(given.database)
    await given.deliver()
    it = await given.of(EHF)
    async with given.database.transaction() as connection:
        await connection.execute(
            update(tables.delivery).values(state="queued", tries=1, why=None).where(tables.delivery.c.id == it.id)
        )
    await tamper(given.database, delete(kept_file).where(kept_file.c.name == deliveries.name_of(it, "xml")))
    part = f"invoice/{it.number}"
    async with given.database.transaction() as connection:
        await set_aside.keep(connection, MAKE_FILES, PROGRAMME, {part}, {part: "endpoint_is_wrong"})
    await Delivering(given.database, given.phoss, hold=NO_HOLD).run()
    assert (await given.states())[EHF] == ("delivered", None)
    assert given.fake.twice == []


async def test_what_goes_by_mail_and_waits_for_a_pdf_that_cannot_be_made_is_seen(given: Given) -> None:
    it = Unmakeable(given, EMAIL)
    await it.make()
    await it.deliver()
    assert await undelivered(given.database) == [organisation_number(EMAIL)]
    await given.credit(EMAIL)
    assert await undelivered(given.database) == []


@pytest.mark.parametrize("content", [None, '{"kind": "invoice"}'])
async def test_one_whose_content_is_lost_or_cannot_be_read_stops_no_other(given: Given, content: str | None) -> None:
    await make_files(given.database)
    it = await given.of(EHF)
    await tamper(
        given.database, update(tables.invoice).where(tables.invoice.c.number == it.number).values(content=content)
    )
    await given.deliver()
    assert await given.states() == {
        1: ("by_mail", "ehf_cannot_be_made"),
        2: ("delivered", None),
        3: ("by_mail", None),
    }


async def test_one_that_cannot_be_handed_over_stops_no_other(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    submit = given.phoss.submit
    wrong = f"0192:{organisation_number(EHF)}"

    async def fails(it: Submission) -> Answer:
        if it.receiver == wrong:
            raise KeyError(it.receiver)
        return await submit(it)

    monkeypatch.setattr(given.phoss, "submit", fails)
    await given.deliver()
    assert [state for state, _ in (await given.states()).values()] == ["queued", "delivered", "by_mail"]
    assert (await given.states())[EHF] == ("queued", "failed")
    monkeypatch.undo()
    await given.later(timedelta(minutes=1))
    await given.deliver()
    assert (await given.of(EHF)).state == "delivered"
