"""The council's contact person for a programme: whom each mail names, and whom a concern reaches (N1, R10)."""

from __future__ import annotations

from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from shared.contracts.questions import Contacts, Someone, WhoIsConcerned
from shared.database import Database
from tests.integration.registration.world import (
    AGREEMENT,
    CODE,
    CONTACT,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    form_group,
    happened,
    send,
    sign,
)
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of

INGRID = {"name": "Ingrid Moe", "email": "ingrid.moe@raadet.example", "phone": "+47 900 00 003"}
WITHOUT = {name: value for name, value in PROGRAMME.items() if name != "contact_person"}


async def of_concern(database: Database, raised_by: str) -> Contacts:
    question = WhoIsConcerned(purpose="concern", programme=CODE, party=MOLDE, raised_by=raised_by)
    return await say_who_is_concerned(database, question)


async def test_who_it_is_is_asked_for_and_never_told(api: Api, database: Database) -> None:
    opened = await api.post("/registration/programmes", PROGRAMME)
    assert {name: opened["contact_person"][name] for name in INGRID} == INGRID
    assert await api.post("/registration/programmes", PROGRAMME) == opened
    await api.post("/registration/parties", PARTY)
    assert (await of_concern(database, "council")).council == Someone(**INGRID, person=opened["contact_person"]["id"])
    told = "".join(event.model_dump_json() for event in await events_of(database))
    assert not [it for it in (*INGRID.values(), "contact_person") if it in told]
    shown = (await api.reader.get("/registration/programmes")).json()["items"]
    assert [it["contact_person"] for it in shown] == [None]


async def test_no_agreement_is_sent_before_there_is_one(api: Api, database: Database) -> None:
    await api.post("/registration/programmes", WITHOUT)
    await form_group(api, opened=True)
    refused = await api.refused(409, f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert (refused["rule"], refused["field"]) == ("N1", "contact_person")
    await api.refused(422, OF_PROGRAMME, {"contact_person": CONTACT}, method="PATCH")  # without a telephone number
    changed = await api.patch(OF_PROGRAMME, {"contact_person": INGRID})
    assert (changed["version"], changed["contact_person"]["name"]) == (2, "Ingrid Moe")
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert (await happened(database))[-2:] == ["programme.changed", "agreement.sent"]


async def test_of_a_programme_as_a_whole_its_contact_person_alone_hears(api: Api, database: Database) -> None:
    question = WhoIsConcerned(purpose="programme", programme=CODE, party="")
    assert await say_who_is_concerned(database, question) == Contacts(recipients=())  # nobody has heard of it
    await api.post("/registration/programmes", PROGRAMME)
    await form_group(api, opened=True)
    found = await say_who_is_concerned(database, question)
    assert [it.email for it in found.recipients] == [INGRID["email"]]
    assert found.council is not None
    assert (found.contact, found.advisor) == (None, None)


async def test_a_concern_reaches_the_council_whoever_raises_it(api: Api, database: Database) -> None:
    await send(api)
    found = await of_concern(database, "council")
    assert [it.name for it in found.recipients] == ["Person 2", "Jonas Brekke"]
    found = await of_concern(database, "municipality")
    assert [it.name for it in found.recipients] == ["Person 2", "Jonas Brekke", "Ingrid Moe"]
    named = [it.model_copy(update={"person": None}) for it in (found.contact, found.advisor, found.council) if it]
    assert named == [
        Someone(name="Person 2", email="2@molde.example"),
        Someone(name="Jonas Brekke", email="jonas.brekke@raadet.example"),
        Someone(**INGRID),
    ]
    await api.delete(f"{GROUP}/advisor")
    assert [it.name for it in (await of_concern(database, "council")).recipients] == ["Person 2", "Ingrid Moe"]


async def test_nobody_is_contact_person_and_deleted(api: Api) -> None:
    opened = await api.post("/registration/programmes", PROGRAMME)
    person = opened["contact_person"]["id"]
    refused = await api.refused(409, f"/registration/people/{person}", method="DELETE")
    assert refused["message"].endswith(f"council contact person in {CODE}")
    (found,) = (await api.get("/registration/people", q="ingrid"))["items"]
    pointing = {
        "what": "council_contact_person",
        "programme": CODE,
        "party": None,
        "party_name": None,
        "is_over": False,
        "needs_them": True,
    }
    assert found["points_to_them"] == [pointing]


async def test_who_turns_out_to_be_another_is_contact_person_as_that_one(api: Api) -> None:
    opened = await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/advisors", {"name": "Ingrid Mo", "email": "ingrid@raadet.example"})
    (other,) = (await api.get("/registration/people", q="ingrid@raadet.example"))["items"]
    one = await api.patch(f"/registration/people/{other['id']}", INGRID | {"merge": True})
    assert one["id"] == opened["contact_person"]["id"]
    assert [it["id"] for it in (await api.get("/registration/advisors"))["items"]] == [one["id"]]
    assert (await api.get(OF_PROGRAMME))["contact_person"] == one


async def test_a_concern_that_would_reach_nobody_is_not_raised(api: Api, database: Database) -> None:
    """A programme from before a contact person was asked for, whose party has no advisor."""
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.delete(f"{GROUP}/advisor")
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE programme SET contact_person = NULL")
    body = {"raised_by": "municipality", "description": "Ingen svarer."}
    assert (await api.refused(409, f"{path}/concerns", body))["field"] == "contact_person"
    await api.patch(OF_PROGRAMME, {"contact_person": INGRID})
    await api.post(f"{path}/concerns", body)
