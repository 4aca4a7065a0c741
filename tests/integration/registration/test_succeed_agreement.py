"""A municipality merges or gets another organisation number: its agreement goes on under the successor (R12)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registration.consumers import consumers
from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from shared.contracts.questions import Purpose, WhoIsConcerned
from shared.database import Database
from tests.integration.registration.world import (
    APPLICATION,
    BRANCH,
    CODE,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    happened,
    send,
    sign,
)
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.events import completed, plan_published, session
from tests.support.facts import events_of, take

NEW = "942110464"
SUCCESSOR = PARTY | {"organisation_number": NEW, "name": "Nye Molde", "municipality_number": "1599"}
GROUP_OF_NEW = f"{OF_PROGRAMME}/groups/{NEW}"


@pytest.fixture
async def path(api: Api, database: Database) -> str:
    """Of an agreement that is signed, with a concern that stands; and the party that is to take it over is registered."""
    path = await send(api)
    await api.post("/registration/parties", SUCCESSOR)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.post(f"{path}/concerns", {"raised_by": "council", "description": "Ingen møtte."})
    return path


def people(group: dict[str, Any]) -> list[str]:
    return [it["name"] for it in group["participants"]]


async def who(database: Database, purpose: Purpose, party: str) -> list[str]:
    answer = await say_who_is_concerned(database, WhoIsConcerned(purpose=purpose, programme=CODE, party=party))
    return [it.name for it in answer.recipients]


async def test_it_goes_on_with_its_group_its_advisor_and_its_concerns(api: Api, database: Database, path: str) -> None:
    before, group = await api.get(path), await api.get(GROUP)
    concerns, told = (await api.get(f"{path}/concerns"))["items"], await happened(database)
    new = {"party": NEW, "party_name": (await api.get(f"/registration/parties/{NEW}"))["name"]}
    after = await api.post(f"{path}/successor", {"party": NEW})
    assert after == before | new | {"predecessor": MOLDE, "version": before["version"] + 1}
    assert await happened(database) == [
        *told,
        "agreement.succeeded",
        "application.changed",
        "group.changed",
        "group.changed",
    ]
    goes_on, emptied = await api.get(GROUP_OF_NEW), await api.get(GROUP)
    for name in ("participants", "coordinator", "advisor", "missing"):
        assert goes_on[name] == group[name]
    assert (people(emptied), emptied["coordinator"], emptied["advisor"]) == ([], None, None)
    assert (await api.get(f"{path}/concerns"))["items"] == [it | new for it in concerns]
    assert (await api.get("/registration/summary", programme=CODE))["agreements_signed"] == 1
    assert await api.post(f"{path}/successor", {"party": NEW}) == after, "the same successor twice is one"
    assert len(await happened(database)) == len(told) + 4


async def test_whoever_is_asked_for_is_the_successors(api: Api, database: Database, path: str) -> None:
    """Also of the one before: a credit note of what that one was invoiced finds somebody who reads it."""
    await api.post(f"{path}/successor", {"party": NEW})
    for party in (NEW, MOLDE):
        assert await who(database, "invitation", party) == ["Person 2", "Jonas Brekke"]
        assert await who(database, "invoice", party) == ["Person 2"]


async def test_the_group_changes_on_under_the_successor(api: Api, database: Database, path: str) -> None:
    await api.post(f"{path}/successor", {"party": NEW})
    await api.post(f"{GROUP_OF_NEW}/participants", {"name": "Siri Lund", "email": "siri@molde.example"})
    told = [it.data for it in await events_of(database) if it.data.__class__.__name__ == "Group"]
    assert [(it.party, it.version, it.size) for it in told[-3:]] == [(MOLDE, 7, 0), (NEW, 1, 4), (NEW, 2, 5)]
    assert (await api.refused(409, f"{GROUP}/participants", {"name": "A", "email": "a@b.example"}))["rule"] == "R2"


async def test_a_successor_that_was_the_wrong_one_hands_it_back(api: Api, path: str) -> None:
    before, group = await api.get(path), await api.get(GROUP)
    await api.post(f"{path}/successor", {"party": NEW})
    back = await api.post(f"{path}/successor", {"party": MOLDE})
    assert back == before | {"predecessor": NEW, "version": before["version"] + 2}
    assert people(await api.get(GROUP)) == people(group)


async def test_who_takes_part_itself_is_no_successor(api: Api, database: Database, path: str) -> None:
    branch = {**SUCCESSOR, "organisation_number": BRANCH, "kind": "county_branch"}
    del branch["municipality_number"]
    await api.post("/registration/parties", branch)
    refused = await api.refused(422, f"{path}/successor", {"party": BRANCH})
    assert (refused["rule"], refused["field"]) == ("R12", "party")
    await api.patch(OF_PROGRAMME, {"applications_until": None})
    await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": NEW})
    refused = await api.refused(409, f"{path}/successor", {"party": NEW})
    assert (refused["rule"], refused["field"]) == ("R12", "party")
    assert "received" in refused["message"]
    await api.refused(404, f"{path}/successor", {"party": "940000000"})
    assert "agreement.succeeded" not in await happened(database)


async def test_who_applied_in_vain_takes_part_as_the_successor(api: Api, database: Database, path: str) -> None:
    await api.patch(OF_PROGRAMME, {"applications_until": None})
    own = await api.post(f"{OF_PROGRAMME}/applications", APPLICATION | {"party": NEW, "payer_reference": "NEW-1"})
    await api.post(f"/registration/applications/{own['id']}/withdrawal")
    told = len(await happened(database))
    await api.post(f"{path}/successor", {"party": NEW})
    assert (await happened(database))[told:] == [
        "agreement.succeeded",
        "application.changed",
        "application.withdrawn",
        "group.changed",
        "group.changed",
    ]
    states = {it["party"]: it["state"] for it in (await api.get(f"{OF_PROGRAMME}/applications"))["items"]}
    assert states == {NEW: "accepted", MOLDE: "withdrawn"}
    assert await who(database, "invitation", NEW) == ["Person 2", "Jonas Brekke"]
    await api.post(f"{path}/successor", {"party": MOLDE})
    states = {it["party"]: it["state"] for it in (await api.get(f"{OF_PROGRAMME}/applications"))["items"]}
    assert states == {NEW: "withdrawn", MOLDE: "accepted"}


async def test_what_has_ended_goes_on_with_nobody(api: Api, path: str) -> None:
    await api.post(f"{path}/end", {"ends_on": "2024-09-01", "reason": "Nedlagt."})
    assert "2024-09-01" in (await api.refused(409, f"{path}/successor", {"party": NEW}))["message"]


async def findings(api: Api, party: str) -> list[str]:
    return [it["code"] for it in (await api.get(f"{OF_PROGRAMME}/findings", party=party))["items"]]


async def test_what_was_held_with_the_one_before_counts_for_the_successor(
    api: Api, database: Database, path: str
) -> None:
    """The contract meeting and the visits, and the work that a visit was; what is only planned with it does not."""
    of_one: dict[str, Any] = {"party": MOLDE, "format": "digital"}
    visit: dict[str, Any] = {"kind": "guidance_visit", "last_day": date(2024, 11, 6)}
    plan_line = session(n=6, number=1, **visit)
    meeting = completed(4, kind="contract_meeting", last_day=date(2024, 10, 20), **of_one)
    held = completed(5, number=1, **visit, **of_one)
    joint = completed(1, last_day=date(2024, 10, 17)), completed(2, last_day=date(2024, 11, 27))
    await take(consumers, database, plan_published(), plan_line, meeting, held, *joint)
    await set_clock(database, datetime(2024, 12, 1, 12, tzinfo=UTC))
    of_meetings = {"contract_meeting_not_held", "visit_not_booked", "visit_not_held", "no_work_between_sessions"}
    assert not of_meetings & {*await findings(api, MOLDE)}
    await api.post(f"{path}/successor", {"party": NEW})
    assert not of_meetings & {*await findings(api, NEW)}
    assert await findings(api, MOLDE) == []
    await take(
        consumers,
        database,
        session("completion_revoked", 4, 3, kind="contract_meeting", last_day=date(2024, 10, 20), **of_one),
    )
    assert of_meetings & {*await findings(api, NEW)} == {"contract_meeting_not_held"}
