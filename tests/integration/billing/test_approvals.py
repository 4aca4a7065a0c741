"""Many documents that nobody asked for wait until somebody has looked at what they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.billing.app import create
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain import to_do as rule
from services.billing.instalments.domain.difference import Difference, Waived, difference
from services.billing.instalments.use_cases import issue_what_is_due as issuing
from services.billing.instalments.use_cases.issue_what_is_due import issue_all_that_is_due
from services.billing.instalments.use_cases.mark_every_programme import mark_every_programme
from services.billing.instalments.use_cases.open_series import open_series
from services.billing.occasions.domain.deliveries import Occasions
from services.billing.occasions.use_cases.withdraw_release import withdraw_release
from services.billing.settings import Settings
from shared.database import Database
from shared.messaging.facts import record
from shared.messaging.rebuild import have_all_looked_at
from shared.messaging.tables import work_mark
from tests.integration.billing.world import (
    AMOUNTS,
    check_everything_was_told_once,
    credit_notes,
    invoices,
    marks_left,
    standing,
    take,
)
from tests.support.api import Api, api_of, problem
from tests.support.databases import set_clock
from tests.support.drill import DrillOf
from tests.support.events import (
    DAYS,
    PROGRAMME,
    agreement_id,
    completed,
    completion_revoked,
    ended,
    organisation_number,
    party,
    programme,
    session,
    session_id,
    signed,
)
from tests.unit.billing.samples import SELLER

MANY = range(1, 5)
WHERE = {"venue": "Kimen", "city": "Stjørdal"}
Break = Callable[[pytest.MonkeyPatch], None]
ABOVE = 3  # documents that are issued without an approval
APPROVALS = f"/billing/programmes/{PROGRAMME}/approvals"
ALL = {(organisation_number(n), 1): AMOUNTS[1] for n in MANY}


async def work(database: Database) -> None:
    await issue_all_that_is_due(database, SELLER, approve_above=ABOVE)


@pytest.fixture
async def billing(database: Database) -> Database:
    """Four, who are invoiced the first instalment."""
    await set_clock(database, datetime(2025, 10, 1, 12, tzinfo=UTC))
    await take(database, programme(), completed(1), *(party(n) for n in MANY), *(signed(n) for n in MANY))
    await work(database)
    assert await standing(database) == ALL
    return database


@pytest.fixture
async def api(billing: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, billing, tmp_path) as api:
        yield api


def credits_all(patch: pytest.MonkeyPatch) -> None:
    """A new version, whose rule is wrong: it takes all agreements for ended."""

    def wrong(agreement: Agreement, known: Occasions, issued: list[Invoice], waived: Waived) -> Difference:
        return difference(replace(agreement, ends_on=date(2024, 1, 1)), known, issued, waived)

    patch.setattr(rule, "difference", wrong)


def issues_all(patch: pytest.MonkeyPatch) -> None:
    """Another, that takes planned sessions for completed ones."""

    def wrong(agreement: Agreement, known: Occasions, issued: list[Invoice], waived: Waived) -> Difference:
        held = [replace(session, state="completed") for session in known.sessions]
        return difference(agreement, Occasions(sessions=held, releases=known.releases), issued, waived)

    patch.setattr(rule, "difference", wrong)


async def rebuilt(database: Database) -> None:
    async with database.transaction() as connection:
        await record(connection, await have_all_looked_at(connection))


async def approvals(api: Api, *states: str) -> list[dict[str, Any]]:
    found = (await api.get(APPROVALS))["items"]
    assert [it["state"] for it in found] == list(states)
    return list(found)


async def test_what_news_makes_due_is_issued_however_many_it_is(billing: Database, api: Api) -> None:
    await take(billing, completed(2), *(ended(n, date(2025, 8, 1)) for n in MANY))
    await work(billing)
    assert len(await standing(billing)) == 2 * len(MANY)
    await take(billing, *(ended(n, date(2024, 8, 1), version=4) for n in MANY))
    await work(billing)
    assert await standing(billing) == {}
    assert await approvals(api) == []


async def test_a_wrong_rule_credits_nobody_at_a_start(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    credits_all(monkeypatch)
    with capture_logs() as logs:
        await mark_every_programme(billing)
        await work(billing)
        assert await standing(billing) == ALL
        assert await marks_left(billing) == 0
        (asked,) = await approvals(api, "waiting")
        assert [it["event"] for it in logs] == ["documents wait for an approval"]
        await mark_every_programme(billing)  # and started again, it asks no second time,
        await take(billing, party(1, 2), signed(2, 3))  # nor does news of something else make it do it
        await work(billing)
        assert await approvals(api, "waiting") == [asked]
        assert await standing(billing) == ALL
    assert (asked["cause"], asked["documents"]) == ("start", len(MANY))
    assert asked["held"][0] == {
        "party": organisation_number(1),
        "party_name": "Kommune 1",
        "agreement": agreement_id(1),
        "instalment": 1,
        "invoice": 1,
        "reason": "agreement_ended",
        "amount_ore": None,
        "delivery": None,
        "delivered_from": None,
        "delivered_to": None,
    }


@pytest.mark.parametrize("start_first", [True, False])
@pytest.mark.parametrize("breaks", [credits_all, issues_all])
async def test_a_wrong_rule_does_nothing_under_cover_of_news_of_something_else(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch, breaks: Break, *, start_first: bool
) -> None:
    """News of a session, of the programme and of a rebuild has all agreements looked at, as a start has."""
    await take(billing, session("planned", 2))
    await work(billing)
    breaks(monkeypatch)
    if start_first:
        await mark_every_programme(billing)
    await take(billing, programme(version=2), session("planned", 3))
    await rebuilt(billing)
    await work(billing)
    assert (await standing(billing)).items() >= ALL.items()
    assert {n for (_, n) in await standing(billing)} <= {1, 3}  # of the third there was news
    (asked,) = await approvals(api, "waiting")
    assert asked["cause"] == "start"
    if breaks is credits_all:
        assert (asked["documents"], len(await standing(billing))) == (len(MANY), len(MANY))
    assert await marks_left(billing) == 0


async def test_an_invoice_that_is_credited_by_hand_waits_no_longer(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        credits_all(patch)
        await mark_every_programme(billing)
        await work(billing)
        (asked,) = await approvals(api, "waiting")
        await api.post(f"/billing/programmes/{PROGRAMME}/invoices/1/credit-note", {"reason": "wrong_buyer"})
        await work(billing)
        (asked,) = await approvals(api, "waiting")
        assert [it["invoice"] for it in asked["held"]] == [2, 3, 4]
        await api.post(f"/billing/approvals/{asked['id']}")
        await work(billing)
    assert sorted(it.invoice for it in await credit_notes(billing)) == [1, 2, 3, 4]
    assert await standing(billing) == {}


async def test_once_the_rule_is_right_again_nothing_waits(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        credits_all(patch)
        await mark_every_programme(billing)
        await work(billing)
    await mark_every_programme(billing)
    await work(billing)
    (asked,) = await approvals(api, "overtaken")
    assert asked["held"] == []
    await api.refused(409, f"/billing/approvals/{asked['id']}")
    assert await standing(billing) == ALL
    assert await credit_notes(billing) == []


async def test_what_a_start_finds_is_issued_where_it_is_little(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            rule, "difference", lambda *_: Difference(issue=[], credit=[])
        )  # a rule that overlooks everything
        await take(billing, *(party(n) for n in (8, 9)), *(signed(n) for n in (8, 9)))
        await work(billing)
    assert len(await standing(billing)) == len(MANY)
    await mark_every_programme(billing)
    await work(billing)
    assert len(await standing(billing)) == len(MANY) + 2
    assert await approvals(api) == []
    assert await marks_left(billing) == 0


async def test_what_a_mended_rule_finds_is_issued_once_it_is_approved(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "SLICE", 3)
    with monkeypatch.context() as patch:
        patch.setattr(rule, "difference", lambda *_: Difference(issue=[], credit=[]))
        await take(billing, completed(2))
        await work(billing)
    await mark_every_programme(billing)
    await work(billing)
    (asked,) = await approvals(api, "waiting")
    assert [(it["amount_ore"], it["delivery"], it["delivered_to"]) for it in asked["held"]] == [
        (AMOUNTS[2], session_id(2), DAYS[2].isoformat())
    ] * len(MANY)
    unbilled = (await api.get(f"/billing/unbilled?programme={PROGRAMME}"))["items"]
    assert {it["why"] for it in unbilled if it["instalment"] == 2} == {"waits_for_approval"}
    await take(billing, completed(3))  # which nobody has to approve
    await work(billing)
    assert len(await standing(billing)) == 2 * len(MANY)
    approved = await api.post(f"/billing/approvals/{asked['id']}")
    assert (approved["state"], approved["approved_by"]) == ("approved", "the administrator")
    await work(billing)
    assert len(await standing(billing)) == 3 * len(MANY)
    (done,) = await approvals(api, "approved")
    assert (done["held"], done["approved_at"]) == ([], approved["approved_at"])
    assert await api.post(f"/billing/approvals/{asked['id']}") == done
    await check_everything_was_told_once(billing)


async def test_news_that_comes_with_a_start_is_no_finding_of_the_start(billing: Database, api: Api) -> None:
    await mark_every_programme(billing)
    await take(billing, completed(2))
    await work(billing)
    assert len(await standing(billing)) == 2 * len(MANY)
    assert await approvals(api) == []


async def test_news_that_comes_while_a_start_looks_is_worked_off_first(
    billing: Database, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark is not there yet when the worker begins with the start's."""
    await mark_every_programme(billing)

    async def then_news(database: Database, code: str) -> None:
        await open_series(database, code)
        await take(billing, completed(2))

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "open_series", then_news)
        await work(billing)
    assert await standing(billing) == ALL
    assert await approvals(api) == []
    await work(billing)
    assert len(await standing(billing)) == 2 * len(MANY)
    assert await approvals(api) == []
    assert await marks_left(billing) == 0


async def test_a_revocation_that_credits_many_waits_and_so_does_what_takes_its_place(
    billing: Database, api: Api
) -> None:
    await take(billing, completion_revoked(1))
    await work(billing)
    (asked,) = await approvals(api, "waiting")
    assert (asked["cause"], asked["documents"]) == ("revocation", len(MANY))
    later = date(2024, 10, 2)
    await take(billing, completed(1, version=4, last_day=later), completed(2))
    await work(billing)
    _, anew = await approvals(api, "overtaken", "waiting")
    assert anew["documents"] == 2 * len(MANY)
    assert {(it["reason"], it["delivered_to"]) for it in anew["held"]} == {("completion_revoked", later.isoformat())}
    assert len(await standing(billing)) == 2 * len(MANY)
    assert await credit_notes(billing) == []
    await api.post(f"/billing/approvals/{anew['id']}")
    await work(billing)
    assert len(await credit_notes(billing)) == len(MANY)
    assert {it.delivered_to for it in await invoices(billing) if it.attempt == 2} == {later}
    assert len(await standing(billing)) == 2 * len(MANY)
    assert await marks_left(billing) == 0
    await check_everything_was_told_once(billing)


async def test_a_completion_that_was_revoked_by_mistake_leaves_nothing_behind(billing: Database, api: Api) -> None:
    await take(billing, completion_revoked(1))
    await work(billing)
    await take(billing, completed(1, version=4))
    await work(billing)
    await approvals(api, "overtaken")
    assert await standing(billing) == ALL
    assert await credit_notes(billing) == []


async def test_a_release_that_is_withdrawn_is_a_revocation(billing: Database, api: Api) -> None:
    release = await api.post(
        f"/billing/programmes/{PROGRAMME}/releases",
        {"instalment": 3, "effective_on": "2025-09-30", "reason": "session_cancelled"} | WHERE,
    )
    await work(billing)
    assert len(await standing(billing)) == 2 * len(MANY)
    await withdraw_release(billing, release["id"], by="kari")
    await work(billing)
    (asked,) = await approvals(api, "waiting")
    assert {it["reason"] for it in asked["held"]} == {"release_withdrawn"}


async def test_what_is_held_stays_held_in_another_form_however_little_that_is(billing: Database, api: Api) -> None:
    """A release takes the place of the revoked session for the only one whose agreement has not ended by then."""
    await take(billing, completion_revoked(1))
    await work(billing)
    await take(billing, *(ended(n, date(2024, 9, 20)) for n in MANY if n != 1))
    release = {"instalment": 1, "effective_on": "2024-09-25", "reason": "other"} | WHERE
    await api.post(f"/billing/programmes/{PROGRAMME}/releases", release)
    await work(billing)
    first, anew = await approvals(api, "waiting", "waiting")
    assert len(first["held"]) == len(MANY) - 1
    assert [(it["party"], it["invoice"], it["amount_ore"]) for it in anew["held"]] == [
        (organisation_number(1), 1, AMOUNTS[1])
    ]
    assert await credit_notes(billing) == []


async def test_news_of_one_agreement_does_not_have_it_credited_before_the_others_are_counted(
    billing: Database, api: Api
) -> None:
    """Where what was revoked is met without a mark on its programme, one is left, and all are looked at."""
    await take(billing, completion_revoked(1))
    async with billing.transaction() as connection:
        await connection.execute(work_mark.delete())
    await take(billing, party(1, 2))
    await work(billing)
    assert await credit_notes(billing) == []
    assert await marks_left(billing) == 1
    await work(billing)
    (asked,) = await approvals(api, "waiting")
    assert len(asked["held"]) == len(MANY)
    assert await marks_left(billing) == 0


async def test_who_only_reads_approves_nothing(billing: Database, api: Api) -> None:
    problem(await api.reader.post("/billing/approvals/x"), 403)
    problem(await api.administrator.post("/billing/approvals/x"), 404)
    problem(await api.reader.get("/billing/programmes/unknown/approvals"), 404)


async def test_what_waits_is_counted_apart_and_disturbs_no_rest(drill_of: DrillOf, billing: Database) -> None:
    drill = await drill_of("billing")
    await drill.publish(*(signed(n, 3) for n in MANY), completion_revoked(1))
    async with drill.running(billing, approve_above=ABOVE) as api:
        state = await api.get("/billing/operations/state")
        assert (state["approvals"], state["marks"], state["faults"]) == (len(MANY), 0, [])
        assert datetime.fromisoformat(state["oldest_approval"]).tzinfo is not None
        (asked,) = await approvals(api, "waiting")
        await api.post(f"/billing/approvals/{asked['id']}")
    async with drill.running(billing, approve_above=ABOVE) as api:
        state = await api.get("/billing/operations/state")
        assert (state["approvals"], state["oldest_approval"]) == (0, None)
