"""What would be issued if something were changed, asked before anybody changes it (B5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.billing import tables
from services.billing.app import create
from services.billing.instalments.domain import changes
from services.billing.instalments.use_cases import bring_up_to_date as issuing
from services.billing.instalments.use_cases.foresee import foresee, say_what_would_follow
from services.billing.settings import Settings
from shared.contracts.questions import Foreseen, WhatWouldFollow
from shared.database import Database
from shared.errors import RuleBroken
from tests.integration.billing.world import AMOUNTS, aside, credit_notes, invoices, take, work
from tests.support.api import Api, api_of, problem
from tests.support.databases import set_clock
from tests.support.events import (
    PROGRAMME,
    agreement_id,
    called_back,
    completed,
    completion_revoked,
    organisation_number,
    party,
    programme,
    sent,
    session,
    session_id,
    signed,
)
from tests.support.statements import statements

THREE = (1, 2, 3)
PREVIEW = f"/billing/programmes/{PROGRAMME}/preview"
NOTHING = {"invoices": 0, "credit_notes": 0, "total_ore": 0, "issued": [], "credited": [], "set_aside": []}


@pytest.fixture
async def billing(database: Database) -> Database:
    """Three, who are invoiced the first instalment; the other two sessions are planned."""
    await set_clock(database, datetime(2025, 3, 1, 12, tzinfo=UTC))
    sessions = [session("planned", n) for n in THREE]
    await take(database, programme(), *sessions, completed(1), *map(party, THREE), *map(signed, THREE))
    await work(database)
    return database


@pytest.fixture
async def api(billing: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, billing, tmp_path) as api:
        yield api


def figures(found: dict[str, Any]) -> tuple[int, int, int]:
    return found["invoices"], found["credit_notes"], found["total_ore"]


async def refused(api: Api, status: int, **asked: Any) -> list[tuple[str, str]]:
    """Field and message of each thing that was wrong."""
    found = problem(await api.reader.get(PREVIEW, params=asked), status)
    return [(it["field"], it["message"]) for it in found["errors"]]


async def test_completing_a_session_is_foreseen_with_who_is_invoiced_what(billing: Database, api: Api) -> None:
    found = (await api.reader.get(PREVIEW, params={"completed": session_id(2)})).json()
    assert figures(found) == (3, 0, 3 * AMOUNTS[2])
    assert found["programme"] == PROGRAMME
    assert found["nothing_because"] is None
    assert found["issued"] == [
        {
            "party": organisation_number(n),
            "party_name": f"Kommune {n}",
            "agreement": agreement_id(n),
            "instalment": 2,
            "amount_ore": AMOUNTS[2],
        }
        for n in THREE
    ]
    assert found["credited"] == found["set_aside"] == []
    assert found["waits"] == {"documents": 0, "why": None, "held": []}
    assert found["sessions"] == [
        {"id": session_id(1), "version": 2, "state": "completed"},
        {"id": session_id(2), "version": 1, "state": "planned"},
        {"id": session_id(3), "version": 1, "state": "planned"},
    ]
    assert len(await invoices(billing)) == 3, "asking has issued something"


async def test_revoking_a_completion_is_foreseen_with_the_invoices_that_are_credited(api: Api) -> None:
    found = await api.get(PREVIEW, revoked=session_id(1))
    assert figures(found) == (0, 3, -3 * AMOUNTS[1])
    assert found["credited"][0] == {
        "party": organisation_number(1),
        "party_name": "Kommune 1",
        "agreement": agreement_id(1),
        "instalment": 1,
        "invoice": 1,
        "document_number": "FK1-1",
        "amount_ore": AMOUNTS[1],
        "reason": "completion_revoked",
    }


async def test_an_end_a_release_a_credit_and_a_waiver_are_foreseen(api: Api) -> None:
    found = await api.get(PREVIEW, agreement=agreement_id(2), ends_on="2024-09-25")
    assert figures(found) == (0, 1, -AMOUNTS[1])
    assert [(it["party"], it["reason"]) for it in found["credited"]] == [(organisation_number(2), "agreement_ended")]
    found = await api.get(PREVIEW, released=3, effective_on="2025-02-28")
    assert figures(found) == (3, 0, 3 * AMOUNTS[3])
    found = await api.get(PREVIEW, credited=3)
    assert figures(found) == (1, 1, 0)
    assert [(it["invoice"], it["reason"]) for it in found["credited"]] == [(3, None)]
    assert [it["agreement"] for it in found["issued"]] == [found["credited"][0]["agreement"]]
    found = await api.get(PREVIEW, agreement=agreement_id(1), waived=1)
    assert figures(found) == (0, 1, -AMOUNTS[1])
    assert [it["reason"] for it in found["credited"]] == ["instalment_waived"]


async def test_it_says_why_nothing_can_follow(billing: Database, api: Api) -> None:
    await take(billing, session("changed", 3, 2, format="digital", instalment=None), session("planned", 4))
    asked: dict[str, dict[str, Any]] = {
        "Samlingen er allerede registrert som gjennomført.": {"completed": session_id(1)},
        "Samlingen er ikke registrert som gjennomført.": {"revoked": session_id(2)},
        "Ingen rate er knyttet til samlingen.": {"completed": session_id(4)},
    }
    for why, it in asked.items():
        found = await api.get(PREVIEW, **it)
        assert found["nothing_because"] == why
        assert NOTHING.items() <= found.items()
    await set_clock(billing, datetime(2025, 10, 1, 12, tzinfo=UTC))
    found = await api.get(PREVIEW, completed=session_id(3))
    assert found["nothing_because"] == "Samlingen er ikke fysisk, og utløser ingen rate."
    await api.post(f"/billing/programmes/{PROGRAMME}/invoices/1/credit-note", {"reason": "mistake"})
    assert (await api.get(PREVIEW, credited=1))["nothing_because"] == "Fakturaen er allerede kreditert."
    await api.post(f"/billing/agreements/{agreement_id(1)}/waivers", {"instalment": 3, "reason": "other"})
    found = await api.get(PREVIEW, agreement=agreement_id(1), waived=3)
    assert found["nothing_because"] == "Raten er allerede ettergitt."


async def test_what_would_refuse_the_change_refuses_its_preview(billing: Database, api: Api) -> None:
    await take(
        billing,
        session("planned", 4, instalment=2, venue=None),
        session("planned", 5, last_day=None),
        session("cancelled", 6, 1),
    )
    assert await refused(api, 422, completed=session_id(3)) == [
        ("completed", "S3: the last day, 2025-09-12, has not begun")
    ]
    (found,) = await refused(api, 422, completed=session_id(4))
    assert "venue and a city" in found[1]
    (found,) = await refused(api, 422, completed=session_id(5))
    assert "exact days" in found[1]
    for change in ("completed", "revoked"):
        (found,) = await refused(api, 409, **{change: session_id(6)})
        assert found[0] == change
        assert "cancelled" in found[1]
    (found,) = await refused(api, 422, released=1, effective_on="2025-03-02")
    assert found[0] == "effective_on"


async def test_what_is_not_there_is_not_found(billing: Database, api: Api) -> None:
    another = "another"
    await take(
        billing,
        programme(another),
        completed(1, id=session_id(9), programme=another),
        sent(4),
        called_back(4),
    )
    unknown: list[dict[str, Any]] = [
        {"completed": "unknown"},
        {"completed": session_id(9)},  # of another programme
        {"revoked": "unknown"},
        {"agreement": "unknown", "ends_on": "2025-01-01"},
        {"agreement": agreement_id(4), "waived": 1},  # called back
        {"credited": 4},
    ]
    for asked in unknown:
        ((field, _),) = await refused(api, 404, **asked)
        assert field in asked
    path = "/billing/programmes/unknown/preview"
    assert problem(await api.reader.get(path, params={"completed": session_id(1)}), 404)


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (
            {},
            {"completed", "revoked", "agreement", "ends_on", "released", "effective_on", "credited", "waived"},
        ),
        ({"completed": "a", "revoked": "b"}, {"completed", "revoked"}),
        ({"agreement": "a", "ends_on": "2025-01-01", "waived": 1}, {"agreement", "ends_on", "waived"}),
        ({"agreement": "a"}, {"agreement"}),
        ({"completed": "a", "effective_on": "2025-01-01"}, {"completed", "effective_on"}),
        ({"released": 1}, {"effective_on"}),
        ({"waived": 1}, {"agreement"}),
        ({"ends_on": "2025-01-01"}, {"agreement"}),
        ({"released": 4, "effective_on": "2025-01-01"}, {"released"}),
        ({"agreement": "a", "ends_on": "soon"}, {"ends_on"}),
    ],
)
async def test_one_change_is_asked_about_and_no_other(api: Api, asked: dict[str, Any], fields: set[str]) -> None:
    assert {field for field, _ in await refused(api, 422, **asked)} == fields


async def test_what_stays_undone_is_told_with_its_reason(billing: Database, api: Api) -> None:
    await take(billing, signed(4), signed(1, 3, fee_ore=2_300_000))
    found = await api.get(PREVIEW, completed=session_id(2))
    assert figures(found) == (2, 0, 2 * AMOUNTS[2])
    left = [(it["party"], it["party_name"], it["instalment"], it["why"]) for it in found["set_aside"]]
    assert left == [
        (organisation_number(1), "Kommune 1", 2, "fee_changed"),
        (organisation_number(4), None, 1, "party_unknown"),
        (organisation_number(4), None, 2, "party_unknown"),
    ]
    unbilled = (await api.get("/billing/unbilled", programme=PROGRAMME))["items"]
    said = {(it["agreement"], it["instalment"]): it["explanation"] for it in unbilled}
    last = found["set_aside"][1]
    assert said[last["agreement"], last["instalment"]] == last["explanation"]
    await take(billing, completed(2))
    await work(billing)
    assert await aside(billing) == {agreement_id(1): "fee_changed", agreement_id(4): "party_unknown"}


async def test_an_agreement_for_which_the_rule_raises_is_told_and_holds_up_no_other(
    billing: Database, api: Api
) -> None:
    async with billing.transaction() as connection:  # its invoice names a session that nobody knows
        await connection.execute(tables.session.delete().where(tables.session.c.id == session_id(1)))
    found = await api.get(PREVIEW, completed=session_id(2))
    assert found["invoices"] == 0
    assert [(it["instalment"], it["why"]) for it in found["set_aside"]] == 3 * [(None, "rule_raised")]
    assert "KeyError" in found["set_aside"][0]["explanation"]


async def raises(*_: Any) -> None:
    raise ValueError


async def test_a_programme_that_is_set_aside_issues_nothing_but_what_is_credited_by_hand(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(billing, completed(2))
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "issue_invoices", raises)
        await work(billing)
    assert await aside(billing) == {"": "ValueError"}
    found = await api.get(PREVIEW, revoked=session_id(1))
    assert figures(found) == (0, 0, 0)
    assert [(it["instalment"], it["why"]) for it in found["set_aside"]] == 3 * [(2, "set_aside"), (1, "set_aside")]
    assert "ValueError" in found["set_aside"][1]["explanation"]
    assert figures(await api.get(PREVIEW, credited=1)) == (0, 1, -AMOUNTS[1])


async def test_what_would_wait_for_an_approval_is_told_apart(
    billing: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KULTURSKOLE_APPROVE_ABOVE", "2")
    async with api_of(create, Settings, billing, tmp_path) as api:
        found = await api.get(PREVIEW, revoked=session_id(1))
    assert figures(found) == (0, 0, 0)
    assert found["credited"] == []
    assert found["waits"]["documents"] == 3
    assert "flere enn 2" in found["waits"]["why"]
    held = [(it["party"], it["party_name"], it["invoice"], it["reason"]) for it in found["waits"]["held"]]
    assert held[0] == (organisation_number(1), "Kommune 1", 1, "completion_revoked")
    assert len(held) == 3


async def test_it_takes_as_many_statements_for_thirty_agreements_as_for_three(billing: Database) -> None:
    few = await statements_of(billing)
    await take(billing, *map(party, range(10, 40)), *map(signed, range(10, 40)))
    await work(billing)
    assert await statements_of(billing) == few < 20


async def statements_of(database: Database) -> int:
    with statements() as made:
        await foresee(database, PROGRAMME, lambda facts: changes.completed(facts, session_id(2)), approve_above=50)
    return len(made)


async def test_what_is_foreseen_is_what_then_happens(billing: Database, api: Api) -> None:
    """The one that the walk shows; every history is in test_what_is_foreseen_happens.py."""
    foreseen = await api.get(PREVIEW, completed=session_id(2))
    await take(billing, completed(2))
    await work(billing)
    assert len(await invoices(billing)) == 3 + foreseen["invoices"]
    foreseen = await api.get(PREVIEW, revoked=session_id(2))
    await take(billing, completion_revoked(2))
    await work(billing)
    assert len(await credit_notes(billing)) == foreseen["credit_notes"] == 3


async def test_scheduling_is_told_the_same_figures(billing: Database, api: Api) -> None:
    for happens, id in (("completed", session_id(2)), ("revoked", session_id(1))):
        shown = await api.get(PREVIEW, **{happens: id})
        (version,) = [it["version"] for it in shown["sessions"] if it["id"] == id]
        answer = await said(billing, session=id, version=version, happens=happens)
        assert answer.version == version
        assert answer.figures is not None
        assert (answer.figures.invoices, answer.figures.credit_notes, answer.figures.total_ore) == figures(shown)


async def test_no_figures_are_told_of_a_session_in_another_version_than_billing_knows(billing: Database) -> None:
    assert await said(billing, session=session_id(2), version=2) == Foreseen(version=1, figures=None)
    assert await said(billing, session=session_id(7)) == Foreseen(version=None, figures=None)
    assert await said(billing, session=session_id(2), programme="unknown") == Foreseen(version=None, figures=None)
    with pytest.raises(RuleBroken):  # scheduling has refused that before it asks
        await said(billing, session=session_id(3))


async def said(database: Database, **asked: Any) -> Foreseen:
    question: dict[str, Any] = {"programme": PROGRAMME, "version": 1, "happens": "completed"} | asked
    return await say_what_would_follow(database, WhatWouldFollow(**question), approve_above=50)
