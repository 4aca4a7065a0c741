from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.registration.app import create
from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from services.registration.settings import Settings
from shared.contracts import registration as events
from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from shared.errors import NotFound
from tests.integration.registration.world import (
    ADVISOR,
    AGREEMENT,
    APPLICATION,
    APRIL,
    ASSESSMENT,
    BRANCH,
    CODE,
    CONTACT,
    DIRECTOR,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    SIGNATORIES,
    accept,
    apply,
    form_group,
    happened,
    send,
    sign,
    to_who,
)
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.facts import events_of


async def test_a_municipality_applies_is_accepted_and_signs(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    agreement = await sign(api, path)
    assert (agreement["sent_on"], agreement["signed_on"]) == ("2024-04-15", "2024-08-15")
    assert agreement["fee_ore"] == 2_000_000
    assert agreement["payer_reference"] == "KS-1506"
    assert await api.get("/registration/summary", programme=CODE) == {
        "applications": 1,
        "accepted": 1,
        "waiting_list": 0,
        "declined": 0,
        "withdrawn": 0,
        "offered": 0,
        "agreements_signed": 1,
    }
    assert await happened(database) == [
        "programme.opened",
        "party.registered",
        "application.received",
        "application.accepted",
        *["group.changed"] * 5,
        "advisor.attached",
        "agreement.sent",
        "agreement.signed",
    ]


async def test_no_event_carries_personal_data_or_free_text(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.post(f"{path}/concerns", {"raised_by": "council", "description": "Gruppen har ikke møtt."})
    await api.post(f"{path}/end", {"ends_on": "2024-09-01", "reason": "Stillingen er nedlagt."})
    bodies = "".join(event.model_dump_json() for event in await events_of(database))
    for secret in ("@", "Kari", "Person", "Jonas", "Kjersti", "møtt", "nedlagt", "begrunnet", "Vi vil"):
        assert secret not in bodies, secret


async def test_the_same_request_twice_answers_the_same_and_makes_one_event(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    concern = await api.post(f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."})
    termination = {"concern": concern["id"], "ends_on": "2024-10-15"}
    await api.post(f"{path}/termination", termination)
    before = await happened(database)
    first = (await api.get(GROUP))["participants"][0]
    for repeated, body in (
        ("/registration/programmes", PROGRAMME),
        ("/registration/parties", PARTY),
        ("/registration/advisors", ADVISOR),
        (f"{OF_PROGRAMME}/applications", APPLICATION),
        (f"{GROUP}/participants", {"name": "Person 0", "email": "0@molde.example"}),
        (f"{OF_PROGRAMME}/agreements", AGREEMENT),
        (
            f"{path}/signatures",
            {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-08-15"},
        ),
        (f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."}),
        (f"{path}/termination", termination),
    ):
        once = await api.post(repeated, body)
        assert await api.post(repeated, body) == once, repeated
    assert (await api.get(GROUP))["participants"][0] == first
    assert await happened(database) == before
    await api.post(f"{path}/end-taken-back")
    await api.post(f"{path}/end-taken-back")
    assert await happened(database) == [*before, "agreement.end_taken_back"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/registration/programmes", PROGRAMME | {"fee_ore": 1_900_000}, "code"),
        ("/registration/parties", PARTY | {"name": "Moldø"}, "organisation_number"),
        (f"{OF_PROGRAMME}/applications", APPLICATION | {"payer_reference": "other-1"}, "party"),
        (f"{GROUP}/participants", {"name": "Person 0", "email": "0@molde.example", "role": "Rektor"}, "email"),
        (f"{OF_PROGRAMME}/agreements", AGREEMENT | {"period_end": "2025-06-30"}, "party"),
    ],
)
async def test_other_content_under_the_same_key_is_a_conflict(
    api: Api, database: Database, path: str, body: dict[str, Any], field: str
) -> None:
    await send(api)
    before = await happened(database)
    assert (await api.refused(409, path, body))["field"] == field
    assert await happened(database) == before


async def test_an_agreement_is_not_sent_before_the_group_is_complete(api: Api, database: Database) -> None:
    await accept(api)
    path = f"{OF_PROGRAMME}/agreements"
    assert (await api.refused(422, path, AGREEMENT))["rule"] == "R3"
    for n in range(3):
        group = await api.post(
            f"{GROUP}/participants",
            {"name": f"Person {n}", "email": f"{n}@molde.example", "represents_school_owner": n == 0},
        )
    refused = await api.refused(422, path, AGREEMENT)
    lacks = "R5: a group needs at least four participants; R5: a group elects one coordinator among its participants"
    assert refused == {"code": "group_is_incomplete", "field": "party", "rule": "R5", "message": lacks}
    group = await api.post(f"{GROUP}/participants", {"name": "Person 3", "email": "3@molde.example"})
    assert (await api.refused(422, path, AGREEMENT))["message"].startswith("R5: a group elects one coordinator")
    await api.post(f"{GROUP}/coordinator", {"participant": group["participants"][0]["id"]})
    assert (await api.get(GROUP))["missing"] == []
    refused = await api.refused(422, path, AGREEMENT)
    assert (refused["rule"], refused["field"]) == ("R8", "without_advisor")
    await api.post(path, AGREEMENT | {"without_advisor": True})
    assert (await happened(database))[-1] == "agreement.sent"


async def test_nobody_is_known_of_a_request_that_was_refused(api: Api, database: Database) -> None:
    await accept(api)
    await api.refused(422, f"{OF_PROGRAMME}/agreements", AGREEMENT)
    await form_group(api)
    other = {**DIRECTOR, "name": "Another Director"}
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT | {"signatories": SIGNATORIES | {"council_director": other}})
    assert "Another Director" in await to_who(database, "agreement")


async def test_who_is_not_accepted_has_no_group_and_no_agreement(api: Api) -> None:
    application = await apply(api)
    for path, body in ((f"{GROUP}/participants", CONTACT), (f"{OF_PROGRAMME}/agreements", AGREEMENT)):
        assert (await api.refused(409, path, body))["rule"] == "R2"
    await api.post(f"/registration/applications/{application}/assessment", ASSESSMENT | {"outcome": "declined"})
    assert (await api.refused(409, f"{GROUP}/participants", CONTACT))["rule"] == "R2"


async def test_applications_are_taken_within_their_window_and_a_repeated_one_is_answered_after_it(
    api: Api, database: Database
) -> None:
    await apply(api)
    await set_clock(database, OCTOBER)
    await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)
    late = PARTY | {"organisation_number": BRANCH, "kind": "county_branch", "municipality_number": None}
    await api.post("/registration/parties", late)
    assert (await api.refused(422, f"{OF_PROGRAMME}/applications", APPLICATION | {"party": BRANCH}))["rule"] == "R1"
    await api.patch(OF_PROGRAMME, {"applications_until": "2024-12-31"})
    await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": BRANCH})


async def test_a_county_branch_takes_part_without_a_school_owner_and_pays_its_own_fee(api: Api) -> None:
    await api.post("/registration/programmes", PROGRAMME | {"county_branch_fee_ore": 500_000})
    branch = PARTY | {"organisation_number": BRANCH, "kind": "county_branch", "municipality_number": None}
    await api.post("/registration/parties", branch)
    application = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": BRANCH})
    await api.post(f"/registration/applications/{application['id']}/assessment", ASSESSMENT)
    group = f"{OF_PROGRAMME}/groups/{BRANCH}"
    for n in range(4):
        view = await api.post(f"{group}/participants", {"name": f"Person {n}", "email": f"{n}@branch.example"})
    await api.post(f"{group}/coordinator", {"participant": view["participants"][0]["id"]})
    agreement = AGREEMENT | {"party": BRANCH}
    assert (await api.refused(422, f"{OF_PROGRAMME}/agreements", agreement))["rule"] == "A4"
    two = {"council_director": DIRECTOR, "leader": CONTACT}
    sent = await api.post(f"{OF_PROGRAMME}/agreements", agreement | {"signatories": two, "without_advisor": True})
    assert sent["fee_ore"] == 500_000


async def test_a_changed_fee_is_that_of_later_agreements(api: Api, database: Database) -> None:
    path = await send(api)
    changed = await api.patch(OF_PROGRAMME, {"fee_ore": 2_400_000})
    assert (changed["version"], changed["fee_ore"]) == (2, 2_400_000)
    assert (await api.get(path))["fee_ore"] == 2_000_000
    await api.patch(OF_PROGRAMME, {"fee_ore": 2_400_000})
    assert (await happened(database)).count("programme.changed") == 1


@pytest.mark.parametrize("fee", ["fee_ore", "county_branch_fee_ore"])
@pytest.mark.parametrize(("ore", "kroner"), [(20_000, "200"), (99_999, "999.99"), (10_000_001, "100000.01")])
async def test_a_fee_out_of_the_ordinary_is_said_to_be_meant(api: Api, fee: str, ore: int, kroner: str) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    for method, path, body in (
        ("POST", "/registration/programmes", PROGRAMME | {"code": "neste"}),
        ("PATCH", OF_PROGRAMME, {}),
    ):
        refused = await api.refused(422, path, body | {fee: ore}, method=method)
        assert (refused["rule"], refused["field"]) == ("B1", fee)
        assert f"{ore} øre is {kroner} kroner;" in refused["message"]
        send = api.post if method == "POST" else api.patch
        assert (await send(path, body | {fee: ore, "unusual": True}))[fee] == ore
    assert (await api.patch(OF_PROGRAMME, {"name": "Et annet"}))[fee] == ore, "it is asked about once"


async def test_an_optional_reason_is_left_out_with_its_body(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    concern = await api.post(f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."})
    answer = await api.administrator.post(f"/registration/concerns/{concern['id']}/resolution")
    assert (answer.status_code, answer.json()["state"]) == (200, "resolved")
    await api.post(f"{path}/end", {"ends_on": "2024-09-01", "reason": "Nedlagt."})
    answer = await api.administrator.post(f"{path}/end-taken-back")
    assert (answer.status_code, answer.json()["ends_on"]) == (200, None)


async def test_a_party_moves_house(api: Api, database: Database) -> None:
    await api.post("/registration/parties", PARTY)
    address = {"street": "Storgata 1", "postal_code": "6415", "city": "Molde"}
    changed = await api.patch(f"/registration/parties/{MOLDE}", {"address": address})
    assert changed["address"] == address
    assert (await events_of(database))[-1].data.address.street == "Storgata 1"
    assert (await api.get("/registration/parties"))["items"] == [changed]
    refused = await api.refused(422, f"/registration/parties/{MOLDE}", {"municipality_number": None}, method="PATCH")
    assert refused["rule"] == "R1"


async def test_a_participant_leaves_and_comes_back_as_the_same_person(api: Api, database: Database) -> None:
    group = await form_group(api)
    await set_clock(database, OCTOBER)
    coordinator = group["coordinator"]
    left = await api.delete(f"{GROUP}/participants/{coordinator}")
    assert (left["coordinator"], len(left["participants"])) == (None, 3)
    assert await api.delete(f"{GROUP}/participants/{coordinator}") == left
    assert (await api.refused(404, f"{GROUP}/participants/none", method="DELETE"))["field"] == "participant"
    back = await api.post(f"{GROUP}/participants", {"name": "Person 2", "email": "2@molde.example", "role": "Lærer"})
    assert {it["id"] for it in back["participants"]} == {it["id"] for it in group["participants"]}
    event = (await events_of(database))[-1]
    assert (event.data.size, event.data.complete, event.data.coordinator_elected) == (4, False, False)


async def test_a_concern_is_resolved_or_followed_by_termination(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    told_of = {"raised_by": "municipality", "description": "Veilederen svarer ikke."}
    one = await api.post(f"{path}/concerns", told_of)
    two = await api.post(f"{path}/concerns", told_of | {"raised_by": "council"})
    resolved = await api.post(f"/registration/concerns/{one['id']}/resolution", {"note": "Ny veileder."})
    assert resolved["state"] == "resolved"
    body = {"concern": one["id"], "ends_on": "2024-10-15"}
    assert (await api.refused(422, f"{path}/termination", body))["rule"] == "R10"
    ended = await api.post(f"{path}/termination", body | {"concern": two["id"]})
    assert (ended["ends_on"], ended["kind_of_end"]) == ("2024-10-15", "terminated")
    assert [it["state"] for it in (await api.get(f"{path}/concerns"))["items"]] == ["resolved", "terminated"]
    assert (await happened(database))[-4:] == [
        "concern.raised",
        "concern.raised",
        "concern.resolved",
        "agreement.ended",
    ]


async def test_an_end_is_taken_back(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    refused = await api.refused(422, f"{path}/end", {"ends_on": "2004-09-01", "reason": "Nedlagt."})
    assert (refused["rule"], refused["field"]) == ("R10", "ends_on")
    ended = await api.post(f"{path}/end", {"ends_on": "2024-09-01", "reason": "Nedlagt."})
    assert (ended["ends_on"], ended["kind_of_end"]) == ("2024-09-01", "agreed")
    other = {"ends_on": "2024-09-02", "reason": "Nedlagt."}
    assert (await api.refused(409, f"{path}/end", other))["rule"] == "R10"
    back = await api.post(f"{path}/end-taken-back", {"reason": "Feil kommune."})
    assert (back["ends_on"], back["signed_on"]) == (None, "2024-08-15")
    assert await to_who(database, "end") == ["Kjersti Holm", "Kari Vik", "Per Moen", "Person 2"]
    versions = [
        event.data.version for event in await events_of(database) if event.data.__class__.__name__ == "Agreement"
    ]
    assert versions == [1, 2, 3, 4]


async def test_who_is_concerned(api: Api, database: Database) -> None:
    await apply(api)
    assert await to_who(database, "application") == ["Kari Vik"]
    assert await to_who(database, "invitation") == ["Kari Vik"]
    await form_group(api)
    await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert await to_who(database, "invitation") == ["Person 2", "Jonas Brekke"]
    assert await to_who(database, "concern") == ["Person 2", "Jonas Brekke"]
    assert sorted(await to_who(database, "agreement")) == ["Kari Vik", "Kjersti Holm", "Per Moen", "Person 2"]
    assert await to_who(database, "invoice") == ["Person 2"]
    with pytest.raises(NotFound):
        await say_who_is_concerned(database, WhoIsConcerned(purpose="end", programme=CODE, party="940000000"))


async def test_a_person_is_corrected_and_keeps_the_id(api: Api, database: Database) -> None:
    group = await form_group(api)
    person = group["participants"][2]["person"]
    path = f"/registration/people/{person}"
    corrected = await api.patch(path, {"name": "Petra Person", "email": "Petra@Molde.example"})
    said = {"name": "Petra Person", "email": "petra@molde.example", "phone": None}
    assert corrected == {"id": person, "erased": False} | said
    assert await to_who(database, "invoice") == ["Petra Person"]


@pytest.mark.parametrize("who", ["participant", "advisor", "contact_person"])
async def test_a_person_who_is_corrected_has_the_group_told_anew_so_that_mails_find_the_new_address(
    api: Api, database: Database, who: str
) -> None:
    group = await form_group(api)
    (application,) = (await api.get(f"{OF_PROGRAMME}/applications"))["items"]
    person = {
        "participant": group["participants"][0]["person"],
        "advisor": group["advisor"]["id"],
        "contact_person": application["contact_person"]["id"],
    }[who]
    for _ in range(2):
        await api.patch(f"/registration/people/{person}", {"email": "ny@adresse.example"})
    *_, before, after = await events_of(database)
    assert before.data.version == group["version"]
    assert after.type == events.GROUP_CHANGED.type
    assert after.data == before.data.model_copy(update={"version": group["version"] + 1})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("programmes", PROGRAMME | {"code": "Æ"}, "code"),
        ("programmes", PROGRAMME | {"fee_ore": -1}, "fee_ore"),
        ("programmes", PROGRAMME | {"period_end": "2024-07-31"}, "period_end"),
        ("parties", PARTY | {"organisation_number": "921221968"}, "organisation_number"),
        ("parties", PARTY | {"colour": "blue"}, "colour"),
        ("parties", PARTY | {"address": {"street": "x", "postal_code": "12", "city": "y"}}, "address.postal_code"),
        ("advisors", ADVISOR | {"email": "jonas"}, "email"),
        ("advisors", ADVISOR | {"email": "jonas@raadet.example\nBcc: x@y.example"}, "email"),
        ("advisors", ADVISOR | {"name": "Jonas\r\nBrekke"}, "name"),
        (f"programmes/{CODE}/applications", APPLICATION | {"payer_reference": "til Kari"}, "payer_reference"),
        (f"programmes/{CODE}/applications", APPLICATION | {"payer_reference": "01019010046"}, "payer_reference"),
    ],
)
async def test_bad_input_names_the_field(
    api: Api, database: Database, path: str, body: dict[str, Any], field: str
) -> None:
    assert (await api.refused(422, f"/registration/{path}", body))["field"] == field
    assert await events_of(database) == []


async def test_what_is_not_known_is_not_found(api: Api) -> None:
    assert (await api.refused(404, f"{OF_PROGRAMME}/applications", APPLICATION))["field"] == "programme"
    await api.post("/registration/programmes", PROGRAMME)
    assert (await api.refused(404, f"{OF_PROGRAMME}/applications", APPLICATION))["field"] == "party"
    assert (await api.refused(404, "/registration/agreements/none/end-taken-back"))["field"] == "agreement"
    await accept(api)
    stranger = {"advisor": "0190a0a0-0000-7000-8000-000000000000"}
    assert (await api.refused(404, f"{GROUP}/advisor", stranger))["rule"] == "R8"


async def test_a_reader_sees_no_personal_data(api: Api) -> None:
    path = await send(api)
    for open_one in ("/registration/programmes", "/registration/parties", f"/registration/summary?programme={CODE}"):
        assert (await api.reader.get(open_one)).status_code == 200
    for closed in (path, f"{path}/concerns", GROUP, f"{OF_PROGRAMME}/applications", "/registration/advisors"):
        problem(await api.reader.get(closed), 403)


async def test_lists_come_in_pages(api: Api) -> None:
    await send(api)
    for number in (BRANCH, "974652277"):
        branch = PARTY | {"organisation_number": number, "kind": "county_branch", "municipality_number": None}
        await api.post("/registration/parties", branch)
    first = await api.get("/registration/parties", limit=2)
    rest = await api.get("/registration/parties", limit=2, after=first["next"])
    assert [it["organisation_number"] for it in first["items"] + rest["items"]] == [MOLDE, "974652277", BRANCH]
    assert rest["next"] is None
    for kind in ("applications", "agreements"):
        assert len((await api.get(f"{OF_PROGRAMME}/{kind}"))["items"]) == 1


@pytest.fixture
async def racing(postgres_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[tuple[Api, Database]]:
    database = await postgres_database("registration")
    await set_clock(database, APRIL)
    async with api_of(create, Settings, database, tmp_path) as api:
        yield api, database


async def test_many_at_once_make_one_of_each(racing: tuple[Api, Database]) -> None:
    api, database = racing
    for path, body in (
        ("/registration/programmes", PROGRAMME),
        ("/registration/parties", PARTY),
        ("/registration/advisors", ADVISOR),
        (f"{OF_PROGRAMME}/applications", APPLICATION),
    ):
        answers = await asyncio.gather(*(api.post(path, body) for _ in range(5)))
        assert all(it == answers[0] for it in answers), path
    assert await happened(database) == ["programme.opened", "party.registered", "application.received"]


async def test_two_last_signatures_at_once_sign_the_agreement_once(racing: tuple[Api, Database]) -> None:
    api, database = racing
    path = await send(api)
    await set_clock(database, OCTOBER)
    both = [
        {"signatory": it, "place": "Molde", "signed_on": "2024-08-15"}
        for it in ("municipal_director", "head_of_culture_school")
    ]
    council = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-08-14"}
    await asyncio.gather(*(api.post(f"{path}/signatures", body) for body in [*both, council]))
    assert (await api.get(path))["signed_on"] == "2024-08-15"
    assert (await happened(database)).count("agreement.signed") == 1


async def test_participants_who_join_at_once_are_all_there(racing: tuple[Api, Database]) -> None:
    api, database = racing
    await accept(api)
    bodies = [{"name": f"Person {n}", "email": f"{n}@molde.example"} for n in range(6)]
    await asyncio.gather(*(api.post(f"{GROUP}/participants", body) for body in bodies))
    group = await api.get(GROUP)
    assert (group["version"], len(group["participants"])) == (6, 6)
    elected = [it["id"] for it in group["participants"][:2]]
    await asyncio.gather(*(api.post(f"{GROUP}/coordinator", {"participant": it}) for it in elected))
    assert (await api.get(GROUP))["coordinator"] in elected
    assert [event.data.version for event in await events_of(database) if event.type == events.GROUP_CHANGED.type] == [
        *range(1, 9)
    ]
