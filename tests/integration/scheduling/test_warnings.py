"""A plan's warnings by the API: refused until they are named, and kept with who accepted them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from services.scheduling import tables
from services.scheduling.consumers import consumers
from services.scheduling.plans.use_cases.plan_session import plan_session
from services.scheduling.sessions.domain.session import Session
from shared.database import Database
from shared.ids import new_id
from shared.when import Days, When
from tests.integration.scheduling.test_admin_api import FIRST, SESSIONS, VISIT, api, database, happened
from tests.support.api import Api, problem
from tests.support.events import PROGRAMME, accepted, ended, group_changed, organisation_number, party, signed
from tests.support.facts import take
from tests.support.statements import statements

__all__ = ["api", "database"]

SATURDAY = {"when": {"days": {"first": "2024-09-28", "last": "2024-09-28"}}}
EASTER = {"when": {"days": {"first": "2025-04-17", "last": "2025-04-19"}}}


async def kept(database: Database) -> list[Any]:
    async with database.reading() as connection:
        t = tables.accepted
        return list(await connection.execute(select(t).order_by(t.c.about, t.c.code)))


async def test_what_speaks_against_a_day_is_told_and_nothing_is_saved(api: Api, database: Database) -> None:
    found = problem(await api.administrator.post(SESSIONS, json=FIRST | EASTER), 409)
    assert found["code"] == "warnings_are_not_accepted"
    assert [(it["code"], it["field"], it["values"]) for it in found["errors"]] == [
        ("public_holiday", "accepted", {"day": "2025-04-17", "name": "skjærtorsdag"}),
        ("public_holiday", "accepted", {"day": "2025-04-18", "name": "langfredag"}),
        ("weekend", "accepted", {"day": "2025-04-19", "name": "lørdag"}),
    ]
    assert (await api.get(SESSIONS))["items"] == []
    assert await happened(database) == []
    assert await kept(database) == []


async def test_it_is_saved_when_each_is_named_with_who_accepted_it_and_why(api: Api, database: Database) -> None:
    half = FIRST | EASTER | {"accepted": ["weekend"]}
    assert problem(await api.administrator.post(SESSIONS, json=half), 409)["code"] == "warnings_are_not_accepted"
    whole = half | {"accepted": ["weekend", "public_holiday"], "accepted_because": "Påskeseminaret"}
    session = await api.post(SESSIONS, whole)
    assert await api.post(SESSIONS, FIRST | EASTER) == session  # it stands, and is not saved again
    rows = await kept(database)
    assert [(it.code, it.about) for it in rows] == [
        ("public_holiday", f"2025-04-17 {session['id']}"),
        ("public_holiday", f"2025-04-18 {session['id']}"),
        ("weekend", f"2025-04-19 {session['id']}"),
    ]
    assert {(it.accepted_by, it.because) for it in rows} == {("the administrator", "Påskeseminaret")}


async def test_moving_and_sharpening_tell_what_is_new(api: Api, database: Database) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}"
    assert (await api.refused(409, f"{path}/move", SATURDAY))["code"] == "weekend"
    await api.post(f"{path}/move", SATURDAY | {"accepted": ["weekend"]})
    # With its times it is on the same Saturday still, which was seen already.
    times = {"first": "2024-09-28", "last": "2024-09-28", "starts_at": "10:00", "ends_at": "15:00"}
    await api.post(f"{path}/sharpening", {"when": {"days": times}})
    await api.post(f"{path}/move", {"when": {"months": ["2024-09"]}})
    assert (await api.refused(409, f"{path}/sharpening", SATURDAY))["code"] == "weekend"
    assert await happened(database) == ["planned", "moved", "sharpened", "moved"]


async def test_a_cancellation_that_is_taken_back_tells_what_speaks_against_its_days_by_now(
    api: Api, database: Database
) -> None:
    visit = await api.post(SESSIONS, VISIT)
    path = f"/scheduling/sessions/{visit['id']}"
    await api.post(f"{path}/cancellation")
    await take(consumers, database, signed(1), ended(1, date(2024, 10, 7)))
    avoided = {"days": [{"first": "2024-10-07", "last": "2024-10-11", "why": "Høstferie"}]}
    days = f"/scheduling/programmes/{PROGRAMME}/days-to-avoid"
    assert (await api.administrator.put(days, json=avoided)).status_code == 200
    one = {"accepted": ["day_to_avoid"]}
    for body in (None, one):
        found = problem(await api.administrator.post(f"{path}/cancellation-revoked", json=body), 409)
        assert found["code"] == "warnings_are_not_accepted"
        assert [it["code"] for it in found["errors"]] == ["day_to_avoid", "party_not_in_programme"]
    assert await kept(database) == []
    assert await happened(database) == ["planned", "cancelled"]
    both = {"accepted": ["day_to_avoid", "party_not_in_programme"], "accepted_because": "Avtalt med rektor"}
    back = await api.post(f"{path}/cancellation-revoked", both)
    assert back == visit | {"version": 3}
    assert await api.post(f"{path}/cancellation-revoked") == back  # it stands, and nothing is told again
    assert [(it.code, it.about, it.accepted_by, it.because) for it in await kept(database)] == [
        (code, f"2024-10-07 {visit['id']}", "the administrator", "Avtalt med rektor")
        for code in ("day_to_avoid", "party_not_in_programme")
    ]


async def test_what_is_to_come_back_and_is_out_of_date_is_told_that_first(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST | SATURDAY | {"accepted": ["weekend"]})
    path = f"/scheduling/sessions/{session['id']}"
    await api.post(f"{path}/cancellation")
    answer = await api.administrator.post(f"{path}/cancellation-revoked", headers={"If-Match": '"1"'})
    assert problem(answer, 412)["code"] == "changed_meanwhile"
    assert (await api.refused(409, f"{path}/cancellation-revoked"))["code"] == "weekend"


async def test_a_page_that_is_out_of_date_is_told_that_first(api: Api) -> None:
    session = await api.post(SESSIONS, FIRST)
    path = f"/scheduling/sessions/{session['id']}/move"
    answer = await api.administrator.post(path, json=SATURDAY, headers={"If-Match": '"7"'})
    assert problem(answer, 412)["code"] == "changed_meanwhile"


async def test_a_code_that_nobody_tells_is_refused(api: Api) -> None:
    assert (await api.refused(422, SESSIONS, FIRST | {"accepted": ["rain"]}))["code"] == "literal_error"


async def test_days_to_avoid_are_said_as_a_whole_and_warn_who_plans_there(api: Api, database: Database) -> None:
    path = f"/scheduling/programmes/{PROGRAMME}/days-to-avoid"
    assert await api.get(path) == {"programme": PROGRAMME, "days": []}
    autumn = {"first": "2024-09-24", "last": "2024-09-27", "why": "Høstferie"}
    said = await api.administrator.put(path, json={"days": [autumn]}, headers={"If-Match": '"0"'})
    assert said.status_code == 200, said.text
    assert await api.get(path) == {"programme": PROGRAMME, "days": [autumn]}
    assert (await api.refused(412, path, {"days": []}, method="PUT", headers={"If-Match": '"0"'}))["code"]
    found = await api.refused(409, SESSIONS, FIRST)
    assert (found["code"], found["values"]) == ("day_to_avoid", {"day": "2024-09-24", "why": "Høstferie"})
    await api.post(SESSIONS, FIRST | {"accepted": ["day_to_avoid"]})
    assert await happened(database) == ["planned"]


async def test_days_to_avoid_that_make_no_sense_are_refused(api: Api) -> None:
    path = f"/scheduling/programmes/{PROGRAMME}/days-to-avoid"
    one = {"first": "2024-09-24", "last": "2024-09-23", "why": "Høstferie"}
    assert (await api.refused(422, path, {"days": [one]}, method="PUT"))["code"] == "ends_before_it_starts"
    many = {"days": [one | {"last": "2024-09-24"}] * 101}
    assert (await api.refused(422, path, many, method="PUT"))["code"] == "too_long"
    unknown = path.replace(PROGRAMME, "unknown")
    assert (await api.refused(404, unknown, {"days": []}, method="PUT"))["code"] == "programme_is_not_known"
    assert (await api.administrator.get(unknown)).status_code == 404
    assert (await api.reader.put(path, json={"days": []})).status_code == 403


async def test_a_visit_is_judged_by_whom_it_is_with_and_by_the_advisor(api: Api, database: Database) -> None:
    others = {"party": organisation_number(2)}
    await take(consumers, database, party(2))
    assert (await api.refused(409, SESSIONS, VISIT | others))["code"] == "party_not_in_programme"
    await take(
        consumers,
        database,
        accepted(2),
        *(group_changed(n, advisor="018f9b00-0000-7000-8000-00000000000d") for n in (1, 2)),
    )
    await api.post(SESSIONS, VISIT)
    found = problem(await api.administrator.post(SESSIONS, json=VISIT | others | {"place": "Hos ordfører"}), 409)
    assert [it["code"] for it in found["errors"]] == ["advisor_in_two_places"]
    await take(consumers, database, signed(2), ended(2, date(2024, 10, 7)))
    found = problem(await api.administrator.post(SESSIONS, json=VISIT | others | {"place": "Hos ordfører"}), 409)
    assert [it["code"] for it in found["errors"]] == ["advisor_in_two_places", "party_not_in_programme"]


async def test_what_stands_against_a_plan_is_listed_with_who_accepted_it(api: Api, database: Database) -> None:
    joint = await api.post(SESSIONS, FIRST | {"when": VISIT["when"]})
    seen = {"accepted": ["visit_on_joint_session"], "accepted_because": "Besøk på kvelden"}
    visit = await api.post(SESSIONS, VISIT | seen)
    path = f"/scheduling/programmes/{PROGRAMME}"
    answer = await api.administrator.put(
        f"{path}/days-to-avoid", json={"days": [{"first": "2024-10-07", "last": "2024-10-11", "why": "Høstferie"}]}
    )
    assert answer.status_code == 200
    items = (await api.get(f"{path}/warnings"))["warnings"]
    told = [(it["code"], it["sessions"], it["accepted"] is not None) for it in items]
    both = sorted([joint["id"], visit["id"]])
    assert sorted(told) == sorted(
        [
            ("day_to_avoid", [joint["id"]], False),
            ("day_to_avoid", [visit["id"]], False),
            ("visit_on_joint_session", both, True),
        ]
    )
    (one,) = [it["accepted"] for it in items if it["accepted"]]
    assert (one["by"], one["because"]) == ("the administrator", "Besøk på kvelden")
    of_visit = (await api.get(f"/scheduling/sessions/{visit['id']}/warnings"))["warnings"]
    assert [it["code"] for it in of_visit] == ["day_to_avoid", "visit_on_joint_session"]
    shown = (await api.reader.get(f"/scheduling/sessions/{visit['id']}/warnings")).json()["warnings"]
    assert [it["accepted"] and (it["accepted"]["by"], it["accepted"]["because"]) for it in shown] == [
        None,
        (None, None),
    ]


async def test_a_visit_is_judged_by_as_many_statements_whatever_stands_in_the_plan(database: Database) -> None:
    """So that planning one with the hundredth municipality costs what the first one did."""
    numbers = range(2, 30)
    await take(consumers, database, *(it for n in numbers for it in (party(n), accepted(n), group_changed(n))))
    counts = []
    for n in numbers:
        day = date(2024, 10, 7 + n % 5)
        visit = Session(
            id=new_id(),
            version=1,
            programme=PROGRAMME,
            party=organisation_number(n),
            kind="guidance_visit",
            format="physical",
            title="Veiledningsbesøk 1",
            number=1,
            instalment=None,
            when=When(days=Days(first=day, last=day)),
            place=None,
            meeting_link=None,
            state="planned",
        )
        with statements() as told:
            await plan_session(database, visit, by="me")
        counts.append(len(told))
    assert set(counts) == {counts[0]}


async def test_a_finding_is_accepted_with_a_reason_and_found_anew_where_its_sessions_are_others(api: Api) -> None:
    findings = f"/scheduling/programmes/{PROGRAMME}/plan/findings"
    first = await api.post(SESSIONS, FIRST)
    one = (await api.get(findings))["findings"][0]
    assert (one["code"], one["sessions"], one["accepted"]) == (
        "physical_joint_sessions_are_missing",
        [first["id"]],
        None,
    )
    body = {"code": one["code"], "sessions": one["sessions"], "because": "To til planlegges"}
    accepted = await api.post(f"{findings}/acceptance", body)
    assert (accepted["accepted"]["by"], accepted["accepted"]["because"]) == ("the administrator", "To til planlegges")
    assert await api.post(f"{findings}/acceptance", body) == accepted
    assert (await api.get(findings))["findings"][0] == accepted
    second = {"number": 2, "instalment": 2, "when": {"months": ["2025-02"]}}
    await api.post(SESSIONS, FIRST | second)
    assert (await api.get(findings))["findings"][0]["accepted"] is None
    assert (await api.refused(404, f"{findings}/acceptance", body))["code"] == "no_such_finding"
    assert (await api.refused(422, f"{findings}/acceptance", body | {"because": ""}))["field"] == "because"


async def test_what_was_not_accepted_yet_is_told_before_a_plan_is_published(api: Api, database: Database) -> None:
    path = f"/scheduling/programmes/{PROGRAMME}"
    await api.post(SESSIONS, FIRST)
    await api.post(
        SESSIONS, FIRST | {"number": 2, "instalment": 2} | EASTER | {"accepted": ["weekend", "public_holiday"]}
    )
    avoided = {"days": [{"first": "2024-09-25", "last": "2024-09-25", "why": "Valgdag"}]}
    assert (await api.administrator.put(f"{path}/days-to-avoid", json=avoided)).status_code == 200
    found = problem(await api.administrator.post(f"{path}/plan/publication"), 409)
    assert [it["code"] for it in found["errors"]] == ["day_to_avoid"]
    assert "published" not in await happened(database)
    assert (await api.post(f"{path}/plan/publication", {"accepted": ["day_to_avoid"]}))["state"] == "published"
    assert all(it["accepted"] for it in (await api.get(f"{path}/warnings"))["warnings"])
