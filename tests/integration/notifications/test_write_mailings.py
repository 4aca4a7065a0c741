from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifications.consumers import KIND_OF_MAILING
from services.notifications.letters.domain.kinds import PURPOSES
from services.notifications.mailings.use_cases.write_mailings import write_mailings
from shared.contracts.envelope import Event, EventType
from shared.contracts.questions import WhatDocument, WhoIsConcerned
from shared.database import Database
from shared.messaging.patience import PatientAsk
from tests.integration.notifications.world import (
    ADA,
    ADVISOR,
    BO,
    DOMAIN,
    EVA,
    FakeAsk,
    document,
    marks_left,
    queued,
    take,
    waiting,
    work,
)
from tests.support.events import (
    AT,
    PROGRAMME,
    PROGRAMME_NAME,
    accepted,
    called_back,
    concern_raised,
    credit_note,
    group_changed,
    invoice,
    organisation_number,
    party,
    programme,
    received,
    sent,
    signed,
    withdrawn,
)

ONE = organisation_number(1)
RECEIVED = "application_received"


async def test_everyone_concerned_gets_one_mail_with_what_is_to_be_said(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1, ADA, BO)
    event = received(1)
    await take(database, programme(), party(1), event)
    await work(database, ask)
    await work(database, ask)
    ada, bo = await queued(database)
    assert (ada.person, ada.name, ada.address) == ("ada", "Ada", "ada@kommune.example")
    assert (ada.kind, ada.event_id, ada.party, ada.programme) == (RECEIVED, event.id, ONE, PROGRAMME)
    assert (ada.state, ada.language, ada.made_at) == ("queued", "nb", event.time)
    assert {name: it for name, it in ada.content.items() if it is not None} == {
        "content_version": 1,
        "programme": PROGRAMME_NAME,
        "party": "Kommune 1",
        "official_name": "Kommune 1",
        "party_kind": "municipality",
        "happened_on": "2024-09-01",
        "contacts": [],
        "application": {"waiting_list_place": None, "replaces": None, "offered_until": None},
    }
    assert bo.content == ada.content
    assert ada.message_id != bo.message_id
    assert await marks_left(database) == 0
    assert await waiting(database) == [(RECEIVED, ONE, "sending")] * 2


@pytest.mark.parametrize(("kind", "mail"), KIND_OF_MAILING.items(), ids=lambda it: getattr(it, "name", it))
async def test_of_every_kind_of_event_only_those_who_are_to_hear_of_it_hear(
    database: Database, ask: FakeAsk, kind: EventType[Any], mail: str
) -> None:
    event, purpose = kind.example(), PURPOSES[mail]
    if mail == "application_offered":  # whose last day is still to come
        offered = event.data.model_copy(update={"offered_until": AT.date()})
        event = event.model_copy(update={"data": offered})
    ask.for_purpose = {purpose: [EVA]}
    ask.people = {}
    ask.advisor = None if mail == "advisor_detached" else ADVISOR
    ask.contact_list = ask.contact_list.model_copy(update={"missing": ("coordinator_is_missing",)})
    concerned = getattr(event.data, "party", "")  # none of a programme as a whole
    await take(database, programme(), party(1, organisation_number=concerned or ONE), event)
    await work(database, ask)
    assert [(it.kind, it.person, it.event_id) for it in await queued(database)] == [(mail, "eva", event.id)]
    asked = [it for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose == purpose]
    assert [(it.programme, it.party) for it in asked] == [(PROGRAMME, concerned)]


@pytest.mark.parametrize(("form", "language"), [("nynorsk", "nn"), ("bokmål", "nb"), ("nøytral", "nb")])
async def test_a_mail_is_in_its_partys_language_form(
    database: Database, ask: FakeAsk, form: str, language: str
) -> None:
    await take(database, programme(), party(1, language_form=form), received(1))
    await work(database, ask)
    assert [it.language for it in await queued(database)] == [language]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
async def test_a_mailing_waits_for_its_programme_and_its_party_and_is_written_when_they_come(
    database: Database, ask: FakeAsk, order: tuple[int, ...]
) -> None:
    news: list[Event[Any]] = [programme(), party(1), received(1)]
    for which in order:
        assert await queued(database) == []
        await take(database, news[which])
        await work(database, ask)
        assert await marks_left(database) == 0
    assert [it.person for it in await queued(database)] == ["ada"]


async def test_of_who_has_withdrawn_nothing_that_waited_is_written_but_a_document_and_what_is_called_back(
    database: Database, ask: FakeAsk
) -> None:
    ask.silent.add(WhoIsConcerned)
    await take(database, programme(), party(1), party(2), received(1), accepted(1), sent(1), invoice(1), received(2))
    await work(database, ask)
    await take(database, withdrawn(1), called_back(1))
    ask.silent.clear()
    ask.asked.clear()
    ask.concerned(2, BO)
    ask.concerned(1, ADA)  # whom registration names of what is called back with it, the council's own director
    await work(database, ask)
    written = {(it.kind, it.party) for it in await queued(database)}
    assert written == {(RECEIVED, organisation_number(2)), ("invoice", ONE), ("agreement_called_back", ONE)}
    assert [it[2] for it in await waiting(database)] == ["sending"] * 3
    assert await marks_left(database) == 0


async def test_what_waits_says_for_what(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1)
    await take(database, received(1))
    await work(database, ask)
    assert await waiting(database) == [(RECEIVED, ONE, "programme")]
    await take(database, programme())
    await work(database, ask)
    assert await waiting(database) == [(RECEIVED, ONE, "party")]
    await take(database, party(1))
    await work(database, ask)
    assert await waiting(database) == [(RECEIVED, ONE, "recipient")]
    assert await marks_left(database) == 0


async def test_who_is_known_too_late_gets_the_mail_when_the_group_changes(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1)
    await take(database, programme(), party(1), signed(1))
    await work(database, ask)
    ask.concerned(1, ADA)
    await work(database, ask)
    assert await queued(database) == []
    await take(database, group_changed(1))
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["agreement_signed"]


@pytest.mark.parametrize("how", ["silent", "refused"])
@pytest.mark.parametrize("question", [WhoIsConcerned, WhatDocument])
async def test_a_mailing_waits_for_an_answer_and_is_asked_about_again(
    database: Database, ask: FakeAsk, question: type[Any], how: str
) -> None:
    getattr(ask, how).add(question)
    await take(database, programme(), party(1), invoice(1, content=None))
    await work(database, ask)
    assert await queued(database) == []
    assert await waiting(database) == [("invoice", ONE, "refused" if how == "refused" else "answer")]
    assert await marks_left(database) > 0
    getattr(ask, how).clear()
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == ["invoice"]
    assert await marks_left(database) == 0


async def test_while_somebody_is_lost_nobody_is_told_without_the_other(database: Database, ask: FakeAsk) -> None:
    """Who is told once would else never hear of it."""
    ask.concerned(1, ADA)
    ask.lost = ("bo",)
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    assert await queued(database) == []
    assert await marks_left(database) == 0
    assert await waiting(database) == [(RECEIVED, ONE, "recipient")]
    ask.concerned(1, ADA, BO)
    ask.lost = ()
    await take(database, group_changed(1))
    await work(database, ask)
    assert [it.person for it in await queued(database)] == ["ada", "bo"]


async def test_who_waits_for_an_answer_holds_up_nobody_else(database: Database, ask: FakeAsk) -> None:
    ask.silent.add(WhatDocument)
    await take(database, programme(), party(1), invoice(1, content=None), received(1))
    await work(database, ask)
    assert [it.kind for it in await queued(database)] == [RECEIVED]
    assert await waiting(database) == [("invoice", ONE, "answer"), (RECEIVED, ONE, "sending")]


def as_mails_say(told: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Of a document what its mail says: not where an EHF goes."""
    said = {name: told.get(name) for name in names}
    for side in ("seller", "buyer"):
        said[side] = {name: it for name, it in told[side].items() if name != "endpoint"}
    return said


async def test_a_document_stands_in_the_mail_as_its_event_carries_it_and_nobody_is_asked(
    database: Database, ask: FakeAsk
) -> None:
    events: dict[str, Event[Any]] = {
        "invoice": invoice(1, document_number="FK1-1"),
        "credit_note": credit_note(1, document_number="FK2-1"),
    }
    await take(database, programme(), party(1), *events.values())
    await work(database, ask)
    assert not [it for it in ask.asked if isinstance(it, WhatDocument)]
    documents = {it.kind: it.content["document"] for it in await queued(database)}
    for kind, event in events.items():
        told = event.data.model_dump(mode="json")
        told |= told["content"] | {"credits_invoice": told.get("invoice")}
        assert as_mails_say(told, documents[kind]) == documents[kind]
    assert documents["credit_note"]["credits_document_number"] == "FK1-1"


async def test_a_document_whose_event_does_not_carry_it_is_asked_for_and_stands_in_the_mail_as_issued(
    database: Database, ask: FakeAsk
) -> None:
    await take(
        database, programme(), party(1), invoice(1, number=7, content=None), credit_note(1, number=3, content=None)
    )
    await work(database, ask)
    contents = {it.kind: it.content["document"] for it in await queued(database)}
    questions = {
        "invoice": WhatDocument(kind="invoice", series=f"{PROGRAMME}/invoices", number=7),
        "credit_note": WhatDocument(kind="credit_note", series=f"{PROGRAMME}/credit-notes", number=3),
    }
    for kind, question in questions.items():
        answer = document(question).model_dump(mode="json")
        assert as_mails_say(answer, contents[kind]) == contents[kind]


async def test_the_same_event_twice_is_one_mail_and_one_question(database: Database, ask: FakeAsk) -> None:
    event = received(1)
    await take(database, programme(), party(1), event, event)
    await work(database, ask)
    await take(database, event)
    await work(database, ask)
    assert len(await queued(database)) == 1
    assert len([it for it in ask.asked if isinstance(it, WhoIsConcerned) and it.purpose == "application"]) == 1


async def test_who_is_concerned_is_asked_once_and_a_later_answer_adds_nobody(database: Database, ask: FakeAsk) -> None:
    await take(database, programme(), party(1), received(1))
    await work(database, ask)
    ask.concerned(1, ADA, BO)
    await take(database, group_changed(1), party(1, version=2), programme(version=2))
    await work(database, ask)
    assert [it.person for it in await queued(database)] == ["ada"]


async def test_two_events_of_a_kind_are_two_mails(database: Database, ask: FakeAsk) -> None:
    await take(database, programme(), party(1), invoice(1, 1), invoice(1, 2))
    await work(database, ask)
    assert sorted(it.content["document"]["number"] for it in await queued(database)) == [1, 2]


async def test_a_mail_names_the_day_in_norway_on_which_it_happened(database: Database, ask: FakeAsk) -> None:
    late_in_the_evening = datetime(2024, 9, 1, 22, 30, tzinfo=UTC)
    await take(database, programme(), party(1), received(1).model_copy(update={"time": late_in_the_evening}))
    await work(database, ask)
    assert [it.content["happened_on"] for it in await queued(database)] == ["2024-09-02"]


async def test_two_workers_at_once_write_a_mail_once(database: Database, ask: FakeAsk) -> None:
    ask.concerned(1, ADA, BO)
    everything: list[Event[Any]] = [received(1), signed(1), concern_raised(1)]
    await take(database, programme(), party(1), *everything)
    both_ask = asyncio.Barrier(2)
    ask.meanwhile = both_ask.wait  # neither has written anything when the other reads
    await asyncio.gather(work(database, ask), work(database, ask))
    assert len([it for it in ask.asked if isinstance(it, WhoIsConcerned)]) == 2 * len(everything)
    written = [(it.event_id, it.person) for it in await queued(database)]
    assert sorted(written) == sorted((event.id, who) for event in everything for who in ("ada", "bo"))
    assert await marks_left(database) == 0


async def test_news_while_a_question_is_under_way_are_not_lost(database: Database, ask: FakeAsk) -> None:
    """Nobody is concerned, is the answer; somebody is by the time it arrives."""
    ask.concerned(1)
    await take(database, programme(), party(1), received(1))

    async def elect() -> None:
        ask.meanwhile = None
        await take(database, group_changed(1))

    ask.meanwhile = elect
    await write_mailings(database, PatientAsk(ask), domain=DOMAIN)
    assert await queued(database) == []
    ask.concerned(1, ADA)
    await work(database, ask)
    assert [it.person for it in await queued(database)] == ["ada"]


async def test_more_marks_than_are_looked_at_in_one_go_are_worked_off(database: Database, ask: FakeAsk) -> None:
    numbers = range(1, 121)
    for n in numbers:
        ask.concerned(n, ADA)
    await take(database, programme(), *(party(n) for n in numbers), *(received(n) for n in numbers))
    await work(database, ask)
    assert {it.party for it in await queued(database)} == {organisation_number(n) for n in numbers}
    assert await marks_left(database) == 0
