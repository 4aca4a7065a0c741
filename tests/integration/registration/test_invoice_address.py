"""How a party takes its invoices: where EHF go, which others hear of, and where mails about them go, which nobody else does (B8, N2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from services.registration.parties import repository as parties
from shared.contracts.questions import Recipient, WhoIsConcerned
from shared.contracts.registration import Party
from shared.database import Database
from tests.integration.registration.test_erasure import Others, export
from tests.integration.registration.test_people import person_of
from tests.integration.registration.world import CODE, MOLDE, OCTOBER, PARTY, form_group, happened, send, sign, to_who
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.facts import events_of

PATH = f"/registration/parties/{MOLDE}"
MAILBOX = "faktura@molde.example"
AFTERWARDS = datetime(2026, 1, 15, 12, tzinfo=UTC)


async def written_to(database: Database) -> list[Recipient]:
    question = WhoIsConcerned(purpose="invoice", programme=CODE, party=MOLDE)
    return list((await say_who_is_concerned(database, question)).recipients)


async def told(database: Database) -> Party:
    return [it.data for it in await events_of(database) if isinstance(it.data, Party)][-1]


async def test_what_is_not_said_is_by_mail_to_the_contact_person_and_as_ehf_to_its_number(
    api: Api, database: Database
) -> None:
    party = await api.post("/registration/parties", PARTY)
    assert (party["by_mail_if_refused"], party["invoice_endpoint"], party["invoice_email"]) == (True, None, None)
    it = await told(database)
    assert (it.by_mail_if_refused, it.invoice_endpoint, it.has_invoice_email) == (True, None, False)


async def test_others_hear_where_ehf_go_and_of_an_address_only_that_there_is_one(api: Api, database: Database) -> None:
    how: dict[str, Any] = {
        "takes_invoices_by": "ehf",
        "by_mail_if_refused": False,
        "invoice_endpoint": "0192:974652277",
        "invoice_email": "Faktura@Molde.example",
    }
    party = await api.post("/registration/parties", PARTY | how)
    assert {name: party[name] for name in how} == how | {"invoice_email": MAILBOX}
    it = await told(database)
    assert (it.by_mail_if_refused, it.invoice_endpoint, it.has_invoice_email) == (False, "0192:974652277", True)
    assert (await api.patch(PATH, {"invoice_email": None, "by_mail_if_refused": True}))["version"] == 2
    assert (await api.patch(PATH, {"invoice_email": None, "by_mail_if_refused": True}))["version"] == 2
    assert not (await told(database)).has_invoice_email
    assert not any("molde.example" in it.model_dump_json() for it in await events_of(database))


async def test_who_only_reads_does_not_see_the_address(api: Api) -> None:
    await api.post("/registration/parties", PARTY | {"invoice_email": MAILBOX})
    assert (await api.get(PATH))["invoice_email"] == MAILBOX
    for path in (PATH, "/registration/parties"):
        answer = await api.reader.get(path)
        assert answer.status_code == 200
        assert MAILBOX not in answer.text


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"invoice_endpoint": "0192:974652278"}, "invoice_endpoint", "B8"),
        ({"invoice_endpoint": "9908:974652277"}, "invoice_endpoint", "B8"),
        ({"invoice_email": "faktura"}, "invoice_email", None),
        ({"by_mail_if_refused": "no"}, "by_mail_if_refused", None),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_told(
    api: Api, database: Database, given: dict[str, Any], field: str, rule: str | None
) -> None:
    await api.post("/registration/parties", PARTY)
    refused = await api.refused(422, PATH, given, method="PATCH")
    assert (refused["field"], refused.get("rule")) == (field, rule)
    await api.refused(422, "/registration/parties", PARTY | given)
    assert await happened(database) == ["party.registered"]


async def test_invoices_go_to_the_address_and_all_else_to_whom_it_went(api: Api, database: Database) -> None:
    await form_group(api)
    assert [it.name for it in await written_to(database)] == ["Person 2"]
    await api.patch(PATH, {"invoice_email": MAILBOX})
    assert await written_to(database) == [Recipient(person=MOLDE, name="Molde kommune", email=MAILBOX)]
    assert await to_who(database, "application") == ["Person 2"]
    assert await to_who(database, "invitation") == ["Person 2", "Jonas Brekke"]
    await api.patch(PATH, {"invoice_email": None})
    assert [it.name for it in await written_to(database)] == ["Person 2"]


async def test_an_address_that_is_a_persons_is_written_to_as_that_person(api: Api, database: Database) -> None:
    """So that the mails are found where that person is exported or erased."""
    await form_group(api)
    await api.patch(PATH, {"invoice_email": "1@Molde.example"})
    person = await person_of(api, "Person 1")
    assert await written_to(database) == [Recipient(person=person["id"], name="Person 1", email="1@molde.example")]


async def test_it_is_exported_with_the_person_and_erased_with_it(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.patch(PATH, {"invoice_email": "2@molde.example"})
    await set_clock(database, AFTERWARDS)
    person = await person_of(api, "Person 2")
    exported = await export(api, database, person["id"], Others())
    in_party = {"where": "party.invoice_email", "key": [MOLDE], "text": "2@molde.example"}
    assert in_party in exported["texts"]
    before = (await told(database)).version
    receipt = await api.post(f"/registration/people/{person['id']}/erasure", {"reason": "asked_for"})
    (here,) = (it for it in receipt["services"] if it["service"] == "registration")
    assert {"what": "mailboxes", "count": 1} in here["emptied"]
    party = await api.get(PATH)
    assert (party["invoice_email"], party["version"]) == (None, before + 1)
    it = await told(database)
    assert (it.version, it.has_invoice_email) == (before + 1, False)
    assert await written_to(database) == []  # its contact person was this one


async def test_a_party_that_is_deleted_keeps_no_address(api: Api, database: Database) -> None:
    await api.post("/registration/parties", PARTY | {"invoice_email": MAILBOX})
    assert (await api.delete(PATH))["invoice_email"] is None
    assert not (await told(database)).has_invoice_email


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("registration")


async def missing_of(api: Api) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(it["entity"], it["id"], tuple(it["fields"])) for it in (await api.get("/operations/missing"))["items"]]


async def test_an_address_of_which_an_event_alone_is_left_is_missing_until_it_is_said_anew(
    drill: Drill, make_database: MakeDatabase
) -> None:
    database, empty = await make_database("registration"), await make_database("registration")
    async with drill.running(database) as api:
        await api.post(
            "/registration/parties", PARTY | {"invoice_email": MAILBOX, "invoice_endpoint": "0192:974652277"}
        )
    report = await drill.recover(empty)
    assert report.invalid == []
    async with drill.running(empty) as api:
        assert await missing_of(api) == [("party", MOLDE, ("invoice_email",))]
        party = await api.get(PATH)
        assert (party["invoice_email"], party["invoice_endpoint"]) == (None, "0192:974652277")
        assert (await api.patch(PATH, {"name": "Molde by"}))["version"] == 2
        assert (await told(empty)).has_invoice_email
        assert len(await missing_of(api)) == 1
        assert (await api.patch(PATH, {"invoice_email": MAILBOX}))["invoice_email"] == MAILBOX
        assert await missing_of(api) == []
        await api.patch(PATH, {"invoice_email": None})
        assert await missing_of(api) == []


async def test_an_older_database_keeps_its_address_unless_that_is_what_changed(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    async with drill.running(database) as api:
        await api.post("/registration/parties", PARTY | {"invoice_email": MAILBOX})
    older = [await copy_database(database) for _ in range(2)]
    async with drill.running(database) as api:
        await api.patch(PATH, {"name": "Molde by"})
    await drill.recover(older[0])
    async with drill.running(database) as api:
        await api.patch(PATH, {"invoice_email": "post@molde.example"})
    await drill.recover(older[1])
    async with drill.running(older[1]) as api:
        assert (await api.get(PATH))["invoice_email"] is None
        assert await missing_of(api) == [("party", MOLDE, ("invoice_email",))]
    async with older[0].reading() as connection:
        assert (await parties.get(connection, MOLDE)).invoice_email == MAILBOX
