"""Who a person is: the same name and address over all parties; two people are one once that is said (N1)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, select, update

from services.registration import tables
from services.registration.groups.use_cases.merge_those_who_stand_twice import merge_those_who_stand_twice
from shared.database import Database
from tests.integration.registration.world import (
    ADVISOR,
    AGREEMENT,
    APPLICATION,
    ASSESSMENT,
    BRANCH,
    CONTACT,
    GROUP,
    OF_PROGRAMME,
    PARTY,
    form_group,
    happened,
    send,
    to_who,
)
from tests.support.api import Api
from tests.support.databases import count

OTHER_GROUP = f"{OF_PROGRAMME}/groups/{BRANCH}"


async def accept_another(api: Api, contact: dict[str, Any]) -> dict[str, Any]:
    """A county branch that is accepted; its application's contact person."""
    await api.post(
        "/registration/parties",
        PARTY | {"organisation_number": BRANCH, "kind": "county_branch", "municipality_number": None},
    )
    applied = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": BRANCH, "contact_person": contact})
    await api.post(f"/registration/applications/{applied['id']}/assessment", ASSESSMENT)
    found: dict[str, Any] = applied["contact_person"]
    return found


async def person_of(api: Api, name: str) -> dict[str, Any]:
    (found,) = (await api.get("/registration/people", q=name))["items"]
    return dict(found)


async def test_the_same_name_and_address_is_the_same_person_over_all_parties(api: Api) -> None:
    await form_group(api)
    contact = await accept_another(api, CONTACT | {"name": "KARI  VIK", "phone": "90000000"})
    kari = await person_of(api, "kari vik")
    assert (kari["id"], kari["name"], kari["phone"]) == (contact["id"], "Kari Vik", "90000000")
    assert {(it["what"], it["party"]) for it in kari["points_to_them"]} == {
        ("contact_person", BRANCH),
        ("contact_person", PARTY["organisation_number"]),
    }
    again = await api.post(f"{OTHER_GROUP}/participants", CONTACT | {"phone": "90000001"})
    assert [(it["person"], it["phone"]) for it in again["participants"]] == [(kari["id"], "90000001")]


async def test_two_people_share_a_mailbox(api: Api, database: Database) -> None:
    group = await form_group(api)
    await api.patch(f"/registration/people/{group['participants'][2]['person']}", {"email": CONTACT["email"]})
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert len((await api.get("/registration/people", q=CONTACT["email"]))["items"]) == 2
    assert {"Kari Vik", "Person 2"} <= set(
        await to_who(database, "agreement")
    )  # one of them is written to (notifications)


async def test_a_participant_needs_no_address_and_then_belongs_to_one_party_alone(api: Api) -> None:
    await form_group(api)
    await accept_another(api, CONTACT)
    young = {"name": "Ung Deltaker"}
    here = (await api.post(f"{GROUP}/participants", young))["participants"][-1]
    assert (await api.post(f"{GROUP}/participants", young))["participants"][-1] == here
    there = (await api.post(f"{OTHER_GROUP}/participants", young))["participants"][0]
    assert here["email"] is None
    assert here["person"] != there["person"]
    refused = await api.refused(422, f"{GROUP}/coordinator", {"participant": here["id"]})
    assert (refused["rule"], refused["field"]) == ("N1", "participant")
    with_address = await api.patch(f"/registration/people/{here['person']}", {"email": "ung@molde.example"})
    assert with_address["email"] == "ung@molde.example"
    await api.post(f"{GROUP}/coordinator", {"participant": here["id"]})
    refused = await api.refused(422, f"/registration/people/{here['person']}", {"email": None}, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("N1", "email")


async def test_who_gets_the_name_and_address_of_another_is_that_one_after_a_question(
    api: Api, database: Database
) -> None:
    group = await form_group(api)
    contact = await accept_another(api, {"name": "Kari Wik", "email": "kari@trondelag.example"})
    await api.post(f"{OTHER_GROUP}/participants", {"name": "Kari Wik", "email": "kari@trondelag.example"})
    kari = await person_of(api, "kari vik")
    path = f"/registration/people/{contact['id']}"
    refused = await api.refused(409, path, CONTACT, method="PATCH")
    assert (refused["rule"], refused["field"]) == ("N1", "merge")
    assert f"{kari['id']} has this name" in refused["message"], "who it is can be looked up"
    before = await happened(database)
    one = await api.patch(path, CONTACT | {"merge": True})
    assert (one["id"], one["name"]) == (kari["id"], "Kari Vik")
    assert (await api.get(OTHER_GROUP))["participants"][0]["person"] == kari["id"]
    assert {(it["what"], it["party"]) for it in (await person_of(api, "kari"))["points_to_them"]} == {
        ("contact_person", BRANCH),
        ("participant", BRANCH),
        ("contact_person", group["party"]),
    }
    told = (await happened(database))[len(before) :]
    assert (told.count("group.changed"), told.count("application.changed")) == (2, 1)
    await api.refused(404, path, {"name": "Kari"}, method="PATCH")


async def test_the_one_who_was_known_first_keeps_the_id_whoever_is_corrected(api: Api, database: Database) -> None:
    group = await form_group(api)
    liv = await api.post(
        "/registration/advisors", {"name": "Liv Ås", "email": "liv@raadet.example", "phone": "90000000"}
    )
    one = await api.patch(
        f"/registration/people/{group['advisor']['id']}",
        {"name": "Liv Ås", "email": "liv@raadet.example", "merge": True},
    )
    said = {"name": "Liv Ås", "email": "liv@raadet.example", "phone": "90000000"}
    assert one == said | {"id": group["advisor"]["id"], "erased": False}
    assert [it["id"] for it in (await api.get("/registration/advisors"))["items"]] == [one["id"]]
    assert (await api.get(GROUP))["advisor"] == one
    await api.refused(404, f"/registration/people/{liv['id']}", {"name": "Liv"}, method="PATCH")


async def test_two_who_are_both_in_one_group_are_not_made_one(api: Api, database: Database) -> None:
    group = await form_group(api)
    before = await happened(database)
    first, second, *_ = group["participants"]
    path = f"/registration/people/{first['person']}"
    body = {"name": second["name"], "email": second["email"], "merge": True}
    assert (await api.refused(409, path, body, method="PATCH"))["rule"] == "R5"
    assert await happened(database) == before
    assert await api.get(GROUP) == group


async def test_a_person_is_deleted_while_nothing_points_to_them(api: Api) -> None:
    group = await form_group(api)
    refused = await api.refused(409, f"/registration/people/{group['advisor']['id']}", method="DELETE")
    assert f"advisor of {group['party']}" in refused["message"]
    mistake = await api.post("/registration/advisors", {"name": "Feil Person", "email": "feil@raadet.example"})
    path = f"/registration/people/{mistake['id']}"
    assert await api.delete(path) == mistake
    await api.refused(404, path, method="DELETE")
    assert [it["name"] for it in (await api.get("/registration/advisors"))["items"]] == [ADVISOR["name"]]


TO_PEOPLE = [
    column
    for table in tables.metadata.sorted_tables
    for column in table.columns
    if any(key.column in (tables.person.c.id, tables.advisor.c.person) for key in column.foreign_keys)
    and column is not tables.advisor.c.person  # goes with the person
]


@pytest.mark.parametrize("column", TO_PEOPLE, ids=str)
async def test_whatever_refers_to_a_person_is_shown_keeps_them_and_follows_who_they_turn_out_to_be(
    api: Api, database: Database, column: Column[str]
) -> None:
    await send(api)
    mistake, other = [
        await api.post("/registration/advisors", {"name": name, "email": email})
        for name, email in (("Feil Person", "feil@raadet.example"), ("Rett Person", "rett@raadet.example"))
    ]
    path, primary = f"/registration/people/{mistake['id']}", column.table.primary_key
    async with database.transaction() as connection:
        row = (await connection.execute(select(*primary).limit(1))).one()
        which = [it == value for it, value in zip(primary, row, strict=True)]
        await connection.execute(update(column.table).where(*which).values({column.name: mistake["id"]}))
    assert (await api.get(path))["points_to_them"] != []
    assert (await api.refused(409, path, method="DELETE"))["code"] == "something_points_to_it"
    one, twin = sorted((mistake["id"], other["id"]))
    merged = await api.patch(path, {"name": "Rett Person", "email": "rett@raadet.example", "merge": True})
    assert merged["id"] == one
    assert (await api.get(f"/registration/people/{one}"))["points_to_them"] != []
    await api.refused(404, f"/registration/people/{twin}", method="GET")


async def test_who_was_to_sign_before_another_did_is_erased_and_not_deleted(api: Api) -> None:
    agreement = await send(api)
    person = await person_of(api, "Per Moen")
    another = {"name": "Siri Lund", "email": "siri.lund@molde.example"}
    await api.patch(agreement, {"signatories": {"municipal_director": another}})
    path = f"/registration/people/{person['id']}"
    (pointing,) = (await api.get(path))["points_to_them"]
    assert (pointing["what"], pointing["is_over"], pointing["needs_them"]) == ("named_in_document", True, False)
    refused = await api.refused(409, path, method="DELETE")
    assert (refused["code"], refused["values"]) == ("something_points_to_it", {"named_in_document": 1})
    assert "was named in document of" in refused["message"]
    await api.post(f"{path}/erasure", {"reason": "asked_for"})


async def test_people_are_found_by_what_is_known_of_them(api: Api) -> None:
    await form_group(api)
    for sought, found in (
        ("person", 4),
        ("PERSON 2", 1),
        ("@molde.example", 5),
        ("brekke jonas", 1),
        ("50%", 0),
        ("", 7),
    ):
        assert len((await api.get("/registration/people", q=sought))["items"]) == found, sought
    page = await api.get("/registration/people", q="person", limit=3)
    rest = await api.get("/registration/people", q="person", after=page["next"])
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    assert (await api.reader.get("/registration/people")).status_code == 403


async def test_those_whom_the_version_before_knew_by_party_become_one(api: Api, database: Database) -> None:
    group = await form_group(api)
    await accept_another(api, {"name": "Trond Lag", "email": "trond@trondelag.example"})
    joined = await api.post(f"{OTHER_GROUP}/participants", {"name": "Person 0", "email": "another@molde.example"})
    twin = joined["participants"][0]["person"]
    async with database.transaction() as connection:  # as the version before left it
        p = tables.person
        await connection.execute(p.update().where(p.c.id == twin).values(email="0@molde.example", scope=BRANCH))
        await connection.execute(p.update().values(sought_by=None))
    people = await count(database, p)
    await merge_those_who_stand_twice(database)
    kept = (await api.get(GROUP))["participants"][0]["person"]
    assert kept == group["participants"][0]["person"]
    assert (await api.get(OTHER_GROUP))["participants"][0]["person"] == kept
    assert await count(database, p) == people - 1
    assert (await happened(database))[-2:] == ["group.changed"] * 2
    assert (await person_of(api, "person 0"))["id"] == kept
    told = await happened(database)
    await merge_those_who_stand_twice(database)
    assert await happened(database) == told
    async with database.reading() as connection:
        assert not (await connection.execute(select(p.c.id).where(p.c.sought_by.is_(None)))).all()
