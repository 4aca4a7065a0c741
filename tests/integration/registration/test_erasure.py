"""A person is erased once nothing needs them, and a receipt says what was emptied, what is kept and what is pending (N2)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.registration import tables
from services.registration.app import create
from services.registration.consumers import consumers
from services.registration.settings import Settings
from shared.contracts.erasure import FORGOTTEN_IN_MAILS, FORGOTTEN_IN_PLAN
from shared.contracts.questions import (
    InvitedFor,
    KeptMail,
    KeptOfPerson,
    NamingSession,
    NamingSessions,
    NamingText,
    Question,
    WhatIsKeptOfPerson,
    WhatNamesSomeone,
)
from shared.database import Database
from shared.ids import new_id
from shared.messaging.ask import Ask, NoAnswer
from tests.integration.registration.test_people import person_of
from tests.integration.registration.world import (
    ADVISOR,
    CODE,
    CONTACT,
    GROUP,
    MOLDE,
    OF_PROGRAMME,
    form_group,
    happened,
    send,
    sign,
)
from tests.support.api import Api, api_of, problem
from tests.support.databases import set_clock
from tests.support.events import completed, plan_published, session, session_id
from tests.support.facts import events_of, take

ASKED = {"reason": "asked_for"}
AFTERWARDS = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Others(Ask):
    """Notifications and scheduling, who answer in two parts each."""

    def __init__(self) -> None:
        self.are_silent = False

    async def __call__(self, question: Question[Any]) -> Any:
        if self.are_silent:
            raise NoAnswer
        if isinstance(question, WhatIsKeptOfPerson):
            mail = KeptMail(
                id=f"mail-{question.after}",
                kind="invoice",
                programme=CODE,
                party=MOLDE,
                made_on=AFTERWARDS.date(),
                sent_on=None,
                state="queued",
                name="Person 2",
                email="2@molde.example",
            )
            invited = (InvitedFor(programme=CODE, party=MOLDE, name="Person 2", email="2@molde.example"),)
            if question.after is None:
                return KeptOfPerson(invited=invited, mails=(mail,), more_after="one")
            return KeptOfPerson(invited=(), mails=(mail,), more_after=None)
        assert isinstance(question, WhatNamesSomeone)
        assert "2@molde.example" in question.words
        session = NamingSession(
            session=f"session-{question.after}",
            programme=CODE,
            party=MOLDE,
            kind="guidance_visit",
            when="våren 2025",
            title="Besøk hos Person 2",
            place=None,
            meeting_link=None,
        )
        if question.after is None:
            return NamingSessions(sessions=(session,), more_after="one")
        text = NamingText(where="minutes.text", key=("session-None",), text="Person 2 tok imot.")
        return NamingSessions(sessions=(session,), texts=(text,), more_after=None)


async def replaced(api: Api) -> dict[str, Any]:
    """A coordinator who was replaced."""
    group = await form_group(api)
    gone = next(it for it in group["participants"] if it["name"] == "Person 2")
    await api.patch(f"{GROUP}/participants/{gone['id']}", {"role": "Rektor", "joined_on": "2024-04-01"})
    await api.post(f"{GROUP}/coordinator", {"participant": gone["id"], "on": "2024-04-02"})
    await api.post(f"{GROUP}/participants/{gone['id']}/successor", {"name": "Siri Aas", "email": "siri@molde.example"})
    return await person_of(api, "Person 2")


async def test_who_was_replaced_is_erased_and_every_service_has_to_answer(api: Api, database: Database) -> None:
    person = await replaced(api)
    path = f"/registration/people/{person['id']}"
    assert not any(it["needs_them"] for it in person["points_to_them"])
    assert (await api.refused(404, f"{path}/erasure", method="GET"))["code"] == "person_is_not_erased"
    receipt = await api.post(f"{path}/erasure", ASKED)
    assert receipt["is_pending"]
    here, plan, mails, billing = receipt["services"]
    assert here["emptied"] == [
        {"what": "name_and_address", "count": 2},
        {"what": "roles", "count": 1},
        {"what": "texts", "count": 0},
        {"what": "mailboxes", "count": 0},
    ]
    assert [(it["service"], it["has_answered"], it["holds_people"]) for it in (plan, mails, billing)] == [
        ("scheduling", False, True),
        ("notifications", False, True),
        ("billing", True, False),
    ]
    assert {"what": "backups", "why": "brings_a_database_back", "until": "2024-05-15"} in receipt["outside"]
    assert ("write_ahead_log" in [it["what"] for it in receipt["outside"]]) != database.is_sqlite
    shown = await api.get(path)
    assert (shown["name"], shown["email"], shown["phone"], shown["erased"]) == (None, None, None, True)
    erased = (await events_of(database))[-1]
    assert (erased.type, erased.data.model_dump()) == (
        "kulturskole.registration.person.erased.v1",
        {"version": 1, "id": person["id"]},
    )
    assert erased.subject == "_._"
    assert (await api.get("/registration/people/pending-erasures"))["pending"] == [receipt]
    for kind in (FORGOTTEN_IN_PLAN, FORGOTTEN_IN_MAILS):
        event = kind.example()
        data = event.data.model_copy(update={"id": person["id"]})
        await take(consumers, database, kind.event(data, id=new_id(), time=event.time))  # type: ignore[arg-type]  # its own
        receipt = await api.get(f"{path}/erasure")
        listed = [it["person"] for it in (await api.get("/registration/people/pending-erasures"))["pending"]]
        assert listed == ([person["id"]] if receipt["is_pending"] else [])
    assert not receipt["is_pending"]
    assert receipt["services"][2]["emptied"] == [{"what": "invitations", "count": 1}, {"what": "mails", "count": 12}]
    assert receipt["services"][1]["kept"] == [{"what": "texts_of_sessions", "why": "free_text", "until": None}]


async def test_asked_for_twice_it_is_done_once_and_nothing_of_it_is_taken_back(api: Api, database: Database) -> None:
    person = await replaced(api)
    path = f"/registration/people/{person['id']}"
    receipt = await api.post(f"{path}/erasure", ASKED)
    assert await api.post(f"{path}/erasure", {"reason": "not_needed"}) == receipt
    assert (await happened(database)).count("person.erased") == 1
    assert (await api.refused(409, path, {"name": "Person 2"}, method="PATCH"))["code"] == "person_is_erased"
    assert await api.get("/registration/people", q="Person 2") == {"items": [], "next": None}
    group = await api.post(f"{GROUP}/participants", {"name": "Person 2", "email": "2@molde.example"})
    assert person["id"] not in [it["person"] for it in group["participants"]]  # somebody new


async def test_nothing_says_that_an_erased_person_is_lost(api: Api) -> None:
    person = await replaced(api)
    await api.post(f"/registration/people/{person['id']}/erasure", ASKED)
    history = (await api.get(GROUP))["history"]
    assert [(it["was"], it["name"]) for it in history if it["person"] == person["id"]] == [
        ("participant", None),
        ("coordinator", None),
    ]


async def test_who_signs_an_agreement_in_force_is_refused_in_the_rules_words(api: Api) -> None:
    path = await send(api)
    await sign(api, path, "2024-04-15")
    signatory = await person_of(api, "Per Moen")
    refused = problem(await api.administrator.post(f"/registration/people/{signatory['id']}/erasure", json=ASKED), 409)
    assert [(it["rule"], it["field"]) for it in refused["errors"]] == [("N2", "person")]
    assert f"signatory of {MOLDE} in {CODE}" in refused["detail"]
    assert "Per Moen" not in str(refused)
    assert (await person_of(api, "Per Moen"))["name"] == "Per Moen"


async def test_who_is_needed_is_not_erased_and_what_needs_them_is_named(api: Api) -> None:
    path = await send(api)
    await sign(api, path, "2024-04-15")
    signatory = await person_of(api, "Per Moen")
    refused = await api.refused(409, f"/registration/people/{signatory['id']}/erasure", ASKED)
    assert (refused["code"], refused["values"]) == ("person_is_needed", {"signatory": 1})
    assert [it["needs_them"] for it in signatory["points_to_them"]] == [True]
    for name, what in (
        (CONTACT["name"], {"contact_person", "signatory"}),
        ("Person 2", {"coordinator", "participant"}),
        ("Person 0", {"participant"}),
        (ADVISOR["name"], {"advisor"}),
        ("Ingrid Moe", {"council_contact_person"}),
    ):
        person = await person_of(api, name)
        refused = await api.refused(409, f"/registration/people/{person['id']}/erasure", ASKED)
        assert set(refused["values"]) == what, name


async def test_once_the_agreement_has_ended_its_signatory_can_be_erased(api: Api, database: Database) -> None:
    path = await send(api)
    await sign(api, path, "2024-04-15")
    signatory = (await person_of(api, "Per Moen"))["id"]
    await set_clock(database, AFTERWARDS)
    await api.post(f"/registration/people/{signatory}/erasure", ASKED)
    agreement = await api.get(path)
    assert [it["name"] for it in agreement["signatories"] if it["person"] == signatory] == [None]


async def test_a_party_whose_agreement_lasts_longer_than_the_programme_needs_its_people_until_then(
    api: Api, database: Database
) -> None:
    path = await send(api)
    await api.patch(path, {"period_end": "2026-12-31"})
    await sign(api, path, "2024-04-15")
    last, over = datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
    names = "Person 0", "Person 2", CONTACT["name"], ADVISOR["name"], "Ingrid Moe", "Per Moen"
    for now, is_needed in ((AFTERWARDS, True), (last, True), (over, False)):
        await set_clock(database, now)
        for name in names:
            needing = [it["needs_them"] for it in (await person_of(api, name))["points_to_them"]]
            assert needing == [is_needed] * len(needing), (name, now)
    await api.post(f"/registration/people/{(await person_of(api, 'Person 0'))['id']}/erasure", ASKED)


async def test_what_people_wrote_of_them_goes_and_the_rest_of_it_stays(api: Api, database: Database) -> None:
    path = await send(api)
    await sign(api, path, "2024-04-15")
    gone = await replaced_later(api)
    said = "Person 2 (2@molde.example) kom ikke; Siri Aas kommer."
    concern = await api.post(f"{path}/concerns", {"raised_by": "council", "description": said})
    exported = await export(api, database, gone, Others())
    assert [(it["where"], it["text"]) for it in exported["texts"]] == [
        ("concern.description", said),
        ("minutes.text", "Person 2 tok imot."),
    ]
    receipt = await api.post(f"/registration/people/{gone}/erasure", ASKED)
    assert receipt["services"][0]["emptied"][2] == {"what": "texts", "count": 1}
    (found,) = (await api.get(f"{OF_PROGRAMME}/concerns"))["items"]
    assert found["id"] == concern["id"]
    assert found["description"] == "[slettet] ([slettet]) kom ikke; Siri Aas kommer."


async def replaced_later(api: Api) -> str:
    group = await api.get(GROUP)
    gone = next(it for it in group["participants"] if it["name"] == "Person 2")
    await api.post(f"{GROUP}/participants/{gone['id']}/successor", {"name": "Siri Aas", "email": "siri@molde.example"})
    return str(gone["person"])


async def export(api: Api, database: Database, person: str, others: Others) -> dict[str, Any]:
    api.administrator._transport.app.state.ask = others  # type: ignore[attr-defined]  # noqa: SLF001 - whom the API asks
    found: dict[str, Any] = await api.get(f"/registration/people/{person}/export")
    return found


async def test_an_export_has_what_all_services_know(api: Api, database: Database) -> None:
    await send(api)
    person = (await person_of(api, "Person 2"))["id"]
    found = await export(api, database, person, Others())
    assert found["person"]["email"] == "2@molde.example"
    assert [it["what"] for it in found["points_to_them"]] == ["coordinator", "participant"]
    assert [(it["programme"], it["has_left"]) for it in found["participations"]] == [(CODE, False)]
    assert [(it["was"], it["from_on"]) for it in found["tenures"]] == [
        ("participant", "2024-04-15"),
        ("coordinator", "2024-04-15"),
    ]
    assert [it["id"] for it in found["mails"]] == ["mail-None", "mail-one"]
    assert [it["email"] for it in found["invitations"]] == ["2@molde.example"]
    assert [it["session"] for it in found["sessions"]] == ["session-None", "session-one"]
    director = (await person_of(api, "Per Moen"))["id"]

    class Nothing(Others):
        async def __call__(self, question: Question[Any]) -> Any:
            if isinstance(question, WhatIsKeptOfPerson):
                return KeptOfPerson(invited=(), mails=(), more_after=None)
            return NamingSessions(sessions=(), more_after=None)

    found = await export(api, database, director, Nothing())
    assert [it["role"] for it in found["signatures"]] == ["municipal_director"]


async def test_an_export_has_at_which_sessions_on_which_days_somebody_was_present(api: Api, database: Database) -> None:
    group = await form_group(api)
    who = next(it for it in group["participants"] if it["name"] == "Person 2")
    await set_clock(database, datetime(2024, 9, 25, 15, tzinfo=UTC))
    await take(consumers, database, plan_published(), session(), completed(1))
    days = ["2024-09-24", "2024-09-25"]
    present = {"present": [{"participant": who["id"], "days": days}]}
    path = f"/registration/sessions/{session_id(1)}/attendance/{MOLDE}"
    assert (await export(api, database, who["person"], Others()))["attendance"] == []
    answer = await api.administrator.put(path, json=present)
    assert answer.status_code == 200, answer.text
    there = {"session": session_id(1), "kind": "joint_session", "number": 1, "title": "Fellessamling 1"}
    assert (await export(api, database, who["person"], Others()))["attendance"] == [
        there | {"programme": CODE, "party": MOLDE, "days": days}
    ]
    await _lose_the_session(database)
    (found,) = (await export(api, database, who["person"], Others()))["attendance"]
    assert (found["session"], found["kind"], found["title"], found["days"]) == (session_id(1), None, None, days)


async def _lose_the_session(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(tables.session.delete())


async def test_without_an_answer_of_every_service_there_is_no_export(api: Api, database: Database) -> None:
    person = (await replaced(api))["id"]
    others = Others()
    others.are_silent = True
    api.administrator._transport.app.state.ask = others  # type: ignore[attr-defined]  # noqa: SLF001 - whom the API asks
    problem(await api.administrator.get(f"/registration/people/{person}/export"), 503)


async def test_an_advisor_who_is_just_being_attached_is_not_erased(api: Api, database: Database) -> None:
    """Either one is first, and the other is refused."""
    await form_group(api)
    other = await api.post("/registration/advisors", {"name": "Eva Lie", "email": "eva@raadet.example"})
    for _ in range(5):
        attached, erased = await asyncio.gather(
            api.administrator.post(f"{GROUP}/advisor", json={"advisor": other["id"]}),
            api.administrator.post(f"/registration/people/{other['id']}/erasure", json=ASKED),
        )
        assert (attached.status_code, erased.status_code) in ((200, 409), (404, 200)), (attached.text, erased.text)
        other = await api.post("/registration/advisors", {"name": "Eva Lie", "email": "eva@raadet.example"})
        if attached.status_code == 201:
            await api.delete(f"{GROUP}/advisor")


async def test_readers_see_no_receipt_and_erase_nobody(api: Api) -> None:
    person = (await replaced(api))["id"]
    of_one = [("GET", f"{person}/export"), ("GET", f"{person}/erasure"), ("POST", f"{person}/erasure")]
    for method, path in [*of_one, ("GET", "pending-erasures"), ("GET", "retention")]:
        answer = await api.reader.request(method, f"/registration/people/{path}", json=ASKED)
        assert answer.status_code == 403, path


@pytest.fixture
async def keeping(database: Database, tmp_path: Path) -> Any:
    """Registration, which keeps people for a year after."""

    def with_days(settings: Settings) -> Any:
        return create(settings.model_copy(update={"people_kept_days": 365}))

    (tmp_path / "keeping").mkdir()
    async with api_of(with_days, Settings, database, tmp_path / "keeping") as api:
        yield api


async def test_whose_time_is_over_is_shown_and_erased_when_somebody_says_so(
    api: Api, keeping: Api, database: Database
) -> None:
    await send(api)
    assert await api.get("/registration/people/retention") == {"days": None, "people": []}
    assert (await keeping.get("/registration/people/retention"))["people"] == []
    one = (await person_of(api, "Person 0"))["id"]
    await set_clock(database, datetime(2027, 1, 1, 12, tzinfo=UTC))
    due = (await keeping.get("/registration/people/retention"))["people"]
    assert {it["last_day"] for it in due} == {"2025-12-31"}
    assert one in [it["person"]["id"] for it in due]
    assert {it["person"]["name"] for it in due} >= {"Person 0", "Per Moen", "Kari Vik", "Jonas Brekke", "Ingrid Moe"}
    refused = await keeping.refused(409, "/registration/people/retention", {"count": len(due) + 1})
    assert (refused["code"], refused["values"]) == ("others_are_due", {"count": len(due)})
    erased = (await keeping.post("/registration/people/retention", {"count": len(due)}))["erased"]
    assert {(it["person"], it["reason"]) for it in erased} == {(it["person"]["id"], "time_is_over") for it in due}
    assert (await keeping.get("/registration/people/retention"))["people"] == []
    assert (await api.get("/registration/people/retention"))["people"] == []
    async with database.reading() as connection:
        names = list((await connection.execute(select(tables.person.c.name).where(tables.person.c.erased))).scalars())
    assert names == [None] * len(due)
