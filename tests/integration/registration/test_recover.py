"""Registration's database is put back from an older moment, and recovered from the streams: without people and prose."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from services.registration.parties.use_cases.delete_party import delete_party
from services.registration.programmes.use_cases.delete_programme import delete_programme
from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from shared.kept_files import kept_file
from tests.integration.registration.world import (
    ADVISOR,
    AGREEMENT,
    APPLICATION,
    APRIL,
    ASSESSMENT,
    BRANCH,
    CODE,
    CONTACT,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    SIGNATORIES,
    FakeScheduling,
    send,
    sign,
)
from tests.support.api import Api
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import Drill, DrillOf
from tests.support.waiting import eventually

OTHER = {
    "organisation_number": BRANCH,
    "kind": "county_branch",
    "county": "Trøndelag",
    "name": "Trøndelag",
    "language_form": "bokmål",
    "address": {"street": "Gata 1", "postal_code": "7010", "city": "Trondheim"},
}
# By table, what no event carries, and ids that recovering makes anew.
LOST = {
    "application": {"answers"},
    "agreement": {"end_note"},
    "concern": {"description", "raised_on"},
    "party_group": {"coordinator"},  # a participant's id
    "signatory": {"person", "place", "fingerprint"},
    "programme": {"contact_person"},
}
PEOPLE = ("person", "advisor", "participant", "tenure", "assessment")
DOCUMENTS = ("agreement_document", "named_in_document", "kept_file")  # which name people


class Lost:
    def __init__(self, database: Database, older: Database, agreement: str) -> None:
        self.database = database
        self.older = older
        self.agreement = agreement


@pytest.fixture
async def drill(drill_of: DrillOf) -> Drill:
    return await drill_of("registration")


@pytest.fixture
async def lost(drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase) -> Lost:
    """A party applies before; after it another programme is opened, and the party is accepted, signs and is terminated."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await api.post("/registration/programmes", PROGRAMME)
        await api.post("/registration/parties", PARTY)
    older = await copy_database(database)
    async with drill.running(database) as api:
        agreement = await play(api, database)
    await database.close()
    return Lost(database, older, agreement)


async def play(api: Api, database: Database) -> str:
    await api.post("/registration/programmes", PROGRAMME | {"code": "neste", "county_branch_fee_ore": 500_000})
    await api.post("/registration/parties", OTHER)
    await api.patch(f"/registration/parties/{MOLDE}", {"name": "Molde kommune"})
    application = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)
    await api.post(f"/registration/applications/{application['id']}/assessment", ASSESSMENT)
    for n in range(5):
        body = {"name": f"Person {n}", "email": f"{n}@molde.example", "represents_school_owner": n == 1}
        group = await api.post(f"{GROUP}/participants", body)
    await api.post(f"{GROUP}/coordinator", {"participant": group["participants"][2]["id"]})
    await api.delete(f"{GROUP}/participants/{group['participants'][4]['id']}")
    advisor = await api.post("/registration/advisors", ADVISOR)
    await api.post(f"{GROUP}/advisor", {"advisor": advisor["id"]})
    agreement = (await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT))["id"]
    path = f"/registration/agreements/{agreement}"
    await set_clock(database, OCTOBER)
    await sign(api, path)
    concern = await api.post(f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."})
    end = {"ends_on": "2024-10-15", "note": "Ingen endring."}
    await api.post(f"{path}/termination", end | {"concern": concern["id"]})
    return str(agreement)


def without_what_no_event_carries(rows: dict[str, Any]) -> dict[str, Any]:
    return {
        table: sorted(({k: v for k, v in row.items() if k not in LOST.get(table, ())} for row in found), key=repr)
        for table, found in rows.items()
        if table not in (*PEOPLE, *DOCUMENTS)
    }


async def test_a_database_from_an_older_moment_gets_back_all_that_was_told(drill: Drill, lost: Lost) -> None:
    before = await drill.rows(lost.database)
    report = await drill.recover(lost.older)
    assert report.invalid == []
    after = await drill.rows(lost.older)
    assert without_what_no_event_carries(after) == without_what_no_event_carries(before)
    assert [row["ended_over"] for row in after["agreement"]] == [row["id"] for row in after["concern"]]
    for table, column in (("advisor", "person"), ("application", "contact_person")):
        assert [row[column] for row in after[table]] == [row[column] for row in before[table]]
    assert coordinator_of(after) == coordinator_of(before)


async def test_what_is_missing_is_listed_and_can_be_said_anew(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    async with drill.running(lost.older) as api:
        missing = await missing_of(api)
        assert sorted((entity, fields) for entity, _, fields in missing) == sorted(
            [
                ("advisor", ("name", "email")),
                ("agreement", ("document",)),
                ("agreement", ("places_and_days_of_signing",)),
                ("application", ("answers", "assessment")),
                ("concern", ("description",)),
                ("contact_person", ("name", "email")),
                *[("participant", ("name", "email"))] * 4,
                *[("signatory", ("name", "email"))] * 3,
            ]
        )
        await api.post(f"{OF_PROGRAMME}/applications", APPLICATION)
        for n, person in enumerate(id for entity, id, _ in missing if entity == "participant"):
            named = {"name": f"Person {n}", "email": f"{n}@molde.example"}
            assert (await api.patch(f"/registration/people/{person}", named))["id"] == person
        advisor = next(id for entity, id, _ in missing if entity == "advisor")
        await api.patch(f"/registration/people/{advisor}", ADVISOR)
        for it in (await api.get(f"/registration/agreements/{lost.agreement}"))["signatories"]:
            assert ("signatory", it["person"]) in {(entity, id) for entity, id, _ in missing}
            await api.patch(f"/registration/people/{it['person']}", SIGNATORIES[it["signatory"]])
        assert {entity for entity, _, _ in await missing_of(api)} == {"agreement", "application", "concern"}
        group = await api.get(GROUP)
        assert group["missing"] == []
        assert len(group["participants"]) == 4
        assert group["coordinator"] in {it["id"] for it in group["participants"]}
        found = await api.get(f"/registration/agreements/{lost.agreement}")
        assert {
            it["signatory"]: {"name": it["name"], "email": it["email"]} for it in found["signatories"]
        } == SIGNATORIES
        await eventually(lambda: status_of_document(api, lost.agreement), equals=200)
    async with lost.older.reading() as connection:
        ((name, made_again),) = await connection.execute(select(kept_file.c.name, kept_file.c.made_again))
    assert found["fingerprint"] in name
    assert made_again


async def test_nobody_is_written_to_whose_address_is_lost(drill: Drill, lost: Lost) -> None:
    await drill.recover(lost.older)
    question = WhoIsConcerned(purpose="agreement", programme=CODE, party=MOLDE)
    assert (await say_who_is_concerned(lost.older, question)).recipients == ()
    async with drill.running(lost.older) as api:
        group = await api.get(GROUP)
        coordinator = next(it["person"] for it in group["participants"] if it["id"] == group["coordinator"])
        await api.refused(422, f"/registration/people/{coordinator}", {"name": "Kari Vik"}, method="PATCH")
        await api.patch(f"/registration/people/{coordinator}", CONTACT)
    assert [it.name for it in (await say_who_is_concerned(lost.older, question)).recipients] == ["Kari Vik"]


async def test_a_signature_that_is_known_stays_and_the_last_makes_the_agreement_signed(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """The older database has the first of three signatures."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        path = await send(api)
    await set_clock(database, OCTOBER)
    async with drill.running(database) as api:
        first = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-08-14"}
        await api.post(f"{path}/signatures", first)
    older = await copy_database(database)
    async with drill.running(database) as api:
        for signatory in ("municipal_director", "head_of_culture_school"):
            await api.post(f"{path}/signatures", {"signatory": signatory, "place": "Molde", "signed_on": "2024-08-15"})
    await database.close()
    await drill.recover(older)
    async with drill.running(older) as api:
        found = await api.get(path)
        assert found["signed_on"] == "2024-08-15"
        assert {it["signatory"]: (it["place"], it["signed_on"]) for it in found["signatories"]} == {
            "council_director": ("Trondheim", "2024-08-14"),
            "municipal_director": (None, "2024-08-15"),
            "head_of_culture_school": (None, "2024-08-15"),
        }
        assert await missing_of(api) == [("agreement", found["id"], ("places_and_days_of_signing",))]


async def test_what_is_told_next_follows_on(drill: Drill, lost: Lost) -> None:
    """The group is still complete, and has the versions that it had."""
    await drill.recover(lost.older)
    told = await drill.messages()
    async with drill.running(lost.older) as api:
        before = await api.get(GROUP)
        participant = before["participants"][0]
        await api.patch(
            f"/registration/people/{participant['person']}", {"name": "Ola Ness", "email": "o@molde.example"}
        )
        assert (await api.get(GROUP))["version"] == before["version"] + 1
        back = await api.post(f"/registration/agreements/{lost.agreement}/end-taken-back")
        assert (back["version"], back["ends_on"]) == (4, None)
    assert await drill.messages() == told + 2


async def test_a_dry_run_says_the_same_and_run_again_it_finds_nothing(drill: Drill, lost: Lost) -> None:
    before = await drill.rows(lost.older)
    dry = await drill.recover(lost.older, do=False)
    assert await drill.rows(lost.older) == before
    assert (await drill.recover(lost.older)).adopted == dry.adopted
    assert (await drill.recover(lost.older)).adopted.total() == 0


async def test_an_application_that_was_changed_and_decided_anew_stands_as_it_was_told(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    """What it says since it was changed is missing, and the payer's reference too: no invoice is to carry the one before."""
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await api.post("/registration/programmes", PROGRAMME)
        await api.post("/registration/parties", PARTY)
        path = f"/registration/applications/{(await api.post(f'{OF_PROGRAMME}/applications', APPLICATION))['id']}"
        await api.post(f"{path}/assessment", ASSESSMENT | {"outcome": "declined"})
    older = await copy_database(database)
    async with drill.running(database) as api:
        await api.patch(path, {"contact_person": {"name": "Nils Lie", "email": "nils.lie@molde.example"}})
        before = await api.post(f"{path}/assessment", ASSESSMENT)
    await database.close()
    await drill.recover(older)
    async with drill.running(older) as api:
        found = await api.get(path)
        assert (found["state"], found["version"]) == ("accepted", 4)
        assert found["contact_person"]["id"] == before["contact_person"]["id"]
        assert sorted(await missing_of(api)) == [
            ("application", found["id"], ("payer_reference", "assessment")),
            ("contact_person", found["contact_person"]["id"], ("name", "email")),
        ]
        await api.patch(path, {"payer_reference": "KS-1506"})
        await api.post(f"{path}/assessment", ASSESSMENT)
        assert [entity for entity, _, _ in await missing_of(api)] == ["contact_person"]
        assert (await api.post(f"{path}/withdrawal"))["state"] == "withdrawn"


async def test_what_was_deleted_stays_so_and_what_came_again_does_too(
    drill: Drill, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        await api.post("/registration/programmes", PROGRAMME)
        await api.post("/registration/parties", PARTY)
        await api.post("/registration/parties", OTHER)
    older = await copy_database(database)
    async with drill.running(database) as api:
        await delete_programme(database, FakeScheduling(), CODE, by="test")
        for number in (MOLDE, BRANCH):
            await delete_party(database, FakeScheduling(), number, by="test")
        await api.post("/registration/parties", PARTY)
    before = await drill.rows(database)
    await database.close()
    await drill.recover(older)
    assert await drill.rows(older) == before
    async with drill.running(older) as api:
        assert [it["version"] for it in (await api.get("/registration/parties"))["items"]] == [3]
        assert (await api.get("/registration/programmes"))["items"] == []


def coordinator_of(rows: dict[str, Any]) -> str:
    """Who it is by id, which stands in calendars."""
    (group,) = rows["party_group"]
    return next(str(it["person"]) for it in rows["participant"] if it["id"] == group["coordinator"])


async def status_of_document(api: Api, agreement: str) -> int:
    return (await api.administrator.get(f"/registration/agreements/{agreement}.pdf")).status_code


async def missing_of(api: Api) -> list[tuple[str, str, tuple[str, ...]]]:
    found = (await api.get("/registration/operations/missing"))["items"]
    return [(it["entity"], it["id"], tuple(it["fields"])) for it in found]
