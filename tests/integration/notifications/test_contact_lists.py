"""Contact lists go to the party's contact person and its advisor; what is missing is asked for, while it is missing (R7, A8)."""

from __future__ import annotations

from datetime import date

import pytest

from services.notifications.letters import contents
from services.notifications.letters.domain.erased import Erased, without
from shared.contracts.questions import ContactListContent, ListedPerson, WhatContactList
from shared.database import Database
from tests.integration.notifications.world import (
    ADA,
    ADVISOR,
    BO,
    EVA,
    FakeAsk,
    marks_left,
    queued,
    take,
    waiting,
    work,
)
from tests.support.events import (
    accepted,
    contact_list_exchanged,
    contact_list_missing,
    organisation_number,
    party,
    programme,
    withdrawn,
)
from tests.unit.notifications.samples import content

KARI = ListedPerson(
    person="kari",
    name="Kari Vik",
    email="kari@kommune.example",
    phone="900",
    role="rektor",
    coordinates=True,
    represents_school_owner=False,
)
START = date(2024, 8, 1)


@pytest.fixture
async def taking_part(database: Database, ask: FakeAsk) -> Database:
    """Party 1, for which Ada hears, and its advisor Eva."""
    ask.for_purpose = {"contact_list": [ADA, EVA], "contact_list_missing": [ADA, BO], "application": []}
    ask.advisor = ADVISOR
    ask.contact_list = ContactListContent(period_start=START, group=(KARI,), missing=())
    await take(database, programme(), party(1), accepted(1))
    return database


async def lists(database: Database) -> list[tuple[str, str | None]]:
    return [(it.kind, it.person) for it in await queued(database) if it.kind.startswith("contact_list")]


async def test_both_get_the_councils_contacts_and_the_partys_own_group(taking_part: Database, ask: FakeAsk) -> None:
    await take(taking_part, contact_list_exchanged(1))
    await work(taking_part, ask)
    await work(taking_part, ask)
    assert await lists(taking_part) == [("contact_list", "ada"), ("contact_list", "eva")]
    one, _ = await queued(taking_part, kind="contact_list")
    assert one.content["of_council"]["name"] == ADVISOR.name
    assert [it["name"] for it in one.content["group"]] == ["Kari Vik"]
    assert one.content["period_start"] == "2024-08-01"
    assert WhatContactList(programme=one.programme, party=organisation_number(1)) in ask.asked


async def test_a_list_that_is_exchanged_anew_is_sent_anew(taking_part: Database, ask: FakeAsk) -> None:
    await take(taking_part, contact_list_exchanged(1), contact_list_exchanged(1, version=2))
    await work(taking_part, ask)
    assert len(await lists(taking_part)) == 4


async def test_what_is_missing_is_asked_for_while_it_is(taking_part: Database, ask: FakeAsk) -> None:
    ask.contact_list = ask.contact_list.model_copy(update={"missing": ("coordinator_is_missing",)})
    await take(taking_part, contact_list_missing(1))
    await work(taking_part, ask)
    assert await lists(taking_part) == [("contact_list_missing", "ada"), ("contact_list_missing", "bo")]
    ask.contact_list = ask.contact_list.model_copy(update={"missing": ()})
    await take(taking_part, contact_list_missing(1, version=2, asked_before=14))
    await work(taking_part, ask)
    assert len(await lists(taking_part)) == 2


async def test_who_has_withdrawn_hears_of_no_list(taking_part: Database, ask: FakeAsk) -> None:
    await take(taking_part, withdrawn(1), contact_list_exchanged(1))
    await work(taking_part, ask)
    assert await lists(taking_part) == []


async def test_while_nobody_answers_who_stands_on_it_it_waits(taking_part: Database, ask: FakeAsk) -> None:
    await work(taking_part, ask)
    ask.silent = {WhatContactList}
    await take(taking_part, contact_list_exchanged(1))
    await work(taking_part, ask)
    assert ("contact_list", organisation_number(1), "answer") in await waiting(taking_part)
    assert await marks_left(taking_part) > 0
    ask.silent = set()
    await work(taking_part, ask)
    assert len(await lists(taking_part)) == 2


def test_who_is_erased_stands_on_no_list_that_was_sent() -> None:
    stored = contents.store(content("contact_list"))
    left = without(stored, Erased(persons=frozenset({"bo"})))  # who has no address
    assert [it["person"] for it in left["group"]] == ["ada", "kari"]
