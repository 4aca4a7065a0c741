"""The places of a programme, who waits for one, in which order, and who is offered one by when (R2)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.registration.applications.domain.assessment import Assessment, Verdict
from services.registration.applications.use_cases.answer_offer import accept_offer
from services.registration.applications.use_cases.assess_application import assess_application
from services.registration.applications.use_cases.lapse_offers import count_lapsing, lapse_offers
from services.registration.applications.use_cases.offer_place import offer_place
from services.registration.applications.use_cases.order_waiting_list import order_waiting_list
from services.registration.programmes import repository as programmes
from shared.database import Database
from shared.errors import Conflict
from tests.integration.registration.waiting import (
    UNMET,
    WAITING_LIST,
    all_wait_or_are_done,
    applied,
    decide,
    offer,
    open_with,
    path_of,
    put_in_order,
    seen,
)
from tests.integration.registration.world import APPLICATION, ASSESSMENT, CODE, OF_PROGRAMME, happened
from tests.support.api import Api, problem
from tests.support.databases import set_clock
from tests.support.facts import events_of
from tests.support.statements import statements
from tests.support.waiting import eventually

THE_DAY_AFTER = datetime(2024, 5, 2, 22, 30, tzinfo=UTC)  # 3 May in Norway, a day after `offer` is to be answered
THE_LAST_MINUTE = datetime(2024, 5, 2, 21, 59, tzinfo=UTC)  # a minute before midnight in Norway
MET = Verdict(met=True, reason="Ja.")
ACCEPTING = Assessment(
    development_as_whole=MET, development_area=MET, dialogue_with_branch=MET, outcome="accepted", reason="Plass."
)


async def told(database: Database) -> list[tuple[str, str, int | None]]:
    """What was told of applications since they were received: what happened, to which, and its place."""
    found = [it for it in await events_of(database) if ".application." in it.type]
    said = [(it.type.split(".")[3], it.data.id, it.data.waiting_list_place) for it in found]
    return [it for it in said if it[0] != "received"]


async def state(api: Api, application: str) -> str:
    return str((await api.get(path_of(application)))["state"])


async def test_who_waits_is_told_its_place_and_moves_up_when_one_before_it_is_gone(
    api: Api, database: Database
) -> None:
    await open_with(api, 1)
    a, b, c = await applied(api, 3)
    await decide(api, "waiting_list", a, b, c)
    assert await told(database) == [("waitlisted", a, 1), ("waitlisted", b, 2), ("waitlisted", c, 3)]
    assert [it[:2] for it in await seen(api)] == [(a, 1), (b, 2), (c, 3)]
    await api.post(f"{path_of(b)}/withdrawal")
    await decide(api, "declined", a)
    assert (await told(database))[3:] == [
        ("withdrawn", b, None),
        ("changed", c, 2),
        ("declined", a, None),
        ("changed", c, 1),
    ]
    assert (await api.get(path_of(c)))["waiting_list_place"] == 1


async def test_the_order_is_changed_as_a_whole_and_told_to_those_whose_place_it_changes(
    api: Api, database: Database
) -> None:
    await open_with(api, 1)
    a, b, c = await applied(api, 3)
    await decide(api, "waiting_list", a, b, c)
    assert [it["application"] for it in (await put_in_order(api, a, c, b))["waiting"]] == [a, c, b]
    assert (await told(database))[3:] == [("changed", c, 2), ("changed", b, 3)]
    await put_in_order(api, a, c, b)
    assert len(await told(database)) == 5


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (["a", "b"], "order_leaves_someone_out"),
        ([], "order_leaves_someone_out"),
        (["a", "b", "c", "accepted"], "order_names_someone_else"),
        (["a", "b", "c", "none"], "order_names_someone_else"),
        (["a", "b", "c", "a"], "given_twice"),
    ],
)
async def test_an_order_that_leaves_someone_out_or_names_someone_else_is_refused(
    api: Api, order: list[str], code: str
) -> None:
    await open_with(api, 1)
    ids = dict(zip(["a", "b", "c", "accepted"], await applied(api, 4), strict=True))
    await decide(api, "waiting_list", ids["a"], ids["b"], ids["c"])
    await decide(api, "accepted", ids["accepted"])
    body = {"applications": [ids.get(it, it) for it in order]}
    refused = await api.refused(422, WAITING_LIST, body, method="PUT")
    assert (refused["code"], refused["rule"], refused["field"]) == (code, "R2", "applications")
    assert [it[0] for it in await seen(api)] == [ids["a"], ids["b"], ids["c"]]


async def test_an_order_takes_as_many_statements_for_many_as_for_few(api: Api, database: Database) -> None:
    await open_with(api, 1)
    waiting = await applied(api, 20)
    made = []
    for count in (3, len(waiting)):
        await decide(api, "waiting_list", *[it for it in waiting[:count] if await state(api, it) == "received"])
        before = len(await told(database))
        with statements() as found:
            await order_waiting_list(database, CODE, waiting[count - 1 :: -1], by="me")
        made.append(len(found))
        changed = count - count % 2  # of an odd number the one in the middle stays
        assert len(await told(database)) == before + changed
        assert [it[:2] for it in await seen(api)] == [(it, n + 1) for n, it in enumerate(waiting[count - 1 :: -1])]
        await order_waiting_list(database, CODE, waiting[:count], by="me")
    assert made[0] == made[1]


async def test_who_saw_another_order_changes_none(api: Api) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    tag = (await api.administrator.get(WAITING_LIST)).headers["ETag"]
    swapped = await api.administrator.put(WAITING_LIST, json={"applications": [b, a]}, headers={"If-Match": tag})
    assert swapped.status_code == httpx.codes.OK, swapped.text
    assert swapped.headers["ETag"] != tag
    problem(await api.administrator.put(WAITING_LIST, json={"applications": [a, b]}, headers={"If-Match": tag}), 412)
    again = await api.administrator.put(WAITING_LIST, json={"applications": [b, a]}, headers={"If-Match": tag})
    assert again.status_code == httpx.codes.OK  # it stands as is asked


async def test_no_more_are_accepted_than_there_are_places(api: Api, database: Database) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "accepted", a)
    refused = await api.refused(409, f"{path_of(b)}/assessment", ASSESSMENT)
    assert (refused["code"], refused["rule"], refused["field"]) == ("no_place_is_free", "R2", "outcome")
    await decide(api, "accepted", a, reason="Sett på en gang til.")  # who has a place keeps it
    await api.post(f"{path_of(a)}/withdrawal")
    await decide(api, "accepted", b)
    assert (await happened(database)).count("application.accepted") == 2


async def test_places_are_not_lowered_below_what_is_taken_and_may_be_without_a_number(
    api: Api, database: Database
) -> None:
    await open_with(api, 3)
    a, b, c = await applied(api, 3)
    await decide(api, "accepted", a, b)
    await decide(api, "waiting_list", c)
    await offer(api, c)
    refused = await api.refused(409, OF_PROGRAMME, {"places": 2}, method="PATCH")
    assert (refused["code"], refused["rule"], refused["field"]) == ("places_are_taken", "R2", "places")
    assert refused["values"] == {"taken": 3, "accepted": 2, "offered": 1}
    await decide(api, "declined", b)
    assert (await api.patch(OF_PROGRAMME, {"places": 2}))["places"] == 2
    assert (await events_of(database))[-1].data.places == 2
    assert (await api.patch(OF_PROGRAMME, {"places": None}))["places"] is None
    await decide(api, "accepted", b)
    found = await api.get(WAITING_LIST)
    assert (found["places"], found["taken"], found["free"]) == (None, 3, None)
    assert (await api.refused(422, OF_PROGRAMME, {"places": 0}, method="PATCH"))["code"] == "greater_than_equal"


async def test_a_place_is_offered_to_the_first_who_says_yes(api: Api, database: Database) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    offered = await offer(api, a)
    assert (offered["state"], offered["offered_until"], offered["waiting_list_place"]) == (
        "offered",
        "2024-05-02",
        None,
    )
    assert await offer(api, a) == offered
    event = next(it.data for it in await events_of(database) if it.type.endswith("application.offered.v1"))
    assert (event.state, event.offered_until) == ("offered", date(2024, 5, 2))
    assert await seen(api) == [(b, 1, ["no_place_free"])]
    found = await api.get(WAITING_LIST)
    assert [(it["application"], it["offered_until"]) for it in found["offers_out"]] == [(a, "2024-05-02")]
    accepted = await api.post(f"{path_of(a)}/offer/acceptance")
    assert (accepted["state"], accepted["offered_until"], accepted["assessment"]["outcome"]) == (
        "accepted",
        None,
        "accepted",
    )
    assert await api.post(f"{path_of(a)}/offer/acceptance") == accepted
    assert (await told(database))[2:] == [("offered", a, None), ("changed", b, 1), ("accepted", a, None)]
    assert (await events_of(database))[-1].data.replaces is None
    assert (await api.get("/registration/summary", programme=CODE))["accepted"] == 1


async def test_who_says_no_is_withdrawn_and_the_place_is_free_for_the_next(api: Api, database: Database) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    await offer(api, a)
    gone = await api.post(f"{path_of(a)}/offer/refusal", {"reason": "Ingen råd."})
    assert (gone["state"], gone["withdrawal_reason"]) == ("withdrawn", "Ingen råd.")
    assert await api.post(f"{path_of(a)}/offer/refusal", {"reason": "Ingen råd."}) == gone
    assert (await api.refused(409, f"{path_of(a)}/offer/refusal", {"reason": "En annen."}))["rule"] == "R2"
    assert (await told(database))[-1] == ("withdrawn", a, None)
    assert await seen(api) == [(b, 1, ["not_offered_yet"])]
    assert (await offer(api, b))["state"] == "offered"


async def test_an_offer_is_answered_on_its_last_day_and_not_after_it(api: Api, database: Database) -> None:
    await open_with(api, 2)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    await offer(api, a)
    await offer(api, b)
    await set_clock(database, THE_LAST_MINUTE)
    assert (await api.post(f"{path_of(a)}/offer/acceptance"))["state"] == "accepted"
    await set_clock(database, THE_DAY_AFTER)
    for what in ("acceptance", "refusal"):
        assert (await api.refused(409, f"{path_of(b)}/offer/{what}"))["code"] == "offer_has_lapsed"


async def test_an_offer_lapses_by_itself_the_day_after_and_once_only(api: Api, database: Database) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    await offer(api, a)
    await set_clock(database, THE_LAST_MINUTE)
    await lapse_offers(database)
    assert await state(api, a) == "offered"
    await set_clock(database, THE_DAY_AFTER)
    assert await count_lapsing(database) == 1
    refused = await api.refused(409, f"{path_of(a)}/offer/acceptance")  # before it was seen to
    assert (refused["code"], refused["values"]) == ("offer_has_lapsed", {"on": "2024-05-02"})
    await asyncio.gather(*(lapse_offers(database) for _ in range(3)))
    assert await count_lapsing(database) == 0
    assert (await told(database))[-1] == ("offer_lapsed", a, None)
    assert (await happened(database)).count("application.offer_lapsed") == 1
    (event,) = [it.data for it in await events_of(database) if it.type.endswith("offer_lapsed.v1")]
    assert (event.state, event.offered_until) == ("waiting_list", None)


async def test_who_let_an_offer_lapse_is_out_of_the_queue_until_put_back(api: Api, database: Database) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    await offer(api, a)
    await set_clock(database, THE_DAY_AFTER)
    await lapse_offers(database)
    assert await seen(api) == [(b, 1, ["not_offered_yet"]), (a, None, ["offer_lapsed_out_of_the_queue"])]
    (_, out) = (await api.get(WAITING_LIST))["waiting"]
    assert [(it["answer_by"], it["outcome"], it["ended_on"]) for it in out["offers"]] == [
        ("2024-05-02", "lapsed", "2024-05-03")
    ]
    refused = await api.refused(409, f"{path_of(a)}/offer", {"answer_by": "2024-06-01"})
    assert (refused["code"], refused["rule"], refused["field"]) == ("out_of_the_queue", "R2", "out_of_turn")
    await put_in_order(api, b)  # an order of the queue leaves it where it is
    assert (await seen(api))[1][1] is None
    await put_in_order(api, b, a)
    assert [it[:2] for it in await seen(api)] == [(b, 1), (a, 2)]
    assert (await told(database))[-1] == ("changed", a, 2)


async def test_an_offer_out_of_turn_has_a_reason(api: Api) -> None:
    await open_with(api, 1)
    a, b = await applied(api, 2)
    await decide(api, "waiting_list", a, b)
    path = f"{path_of(b)}/offer"
    refused = await api.refused(409, path, {"answer_by": "2024-05-02"})
    assert (refused["code"], refused["field"], refused["values"]) == (
        "others_are_before_it",
        "out_of_turn",
        {"others": 1},
    )
    refused = await api.refused(422, path, {"answer_by": "2024-05-02", "out_of_turn": True})
    assert (refused["code"], refused["field"]) == ("out_of_turn_without_reason", "reason")
    assert (await offer(api, b, out_of_turn=True, reason="Kan begynne nå."))["state"] == "offered"
    assert [it[:2] for it in await seen(api)] == [(a, 1)]
    assert (await api.get(WAITING_LIST))["offers_out"][0]["offers"][0]["reason"] == "Kan begynne nå."


@pytest.mark.parametrize(
    ("answer_by", "code", "values"),
    [
        ("2024-04-15", "answer_by_is_too_soon", {"first": "2024-04-16"}),
        ("2023-01-01", "answer_by_is_too_soon", {"first": "2024-04-16"}),
        ("2026-01-01", "answer_by_is_too_late", {"last": "2025-12-31"}),
    ],
)
async def test_an_offer_leaves_a_day_to_answer_and_ends_within_the_period(
    api: Api, answer_by: str, code: str, values: dict[str, Any]
) -> None:
    await open_with(api, 1)
    (a,) = await applied(api, 1)
    await decide(api, "waiting_list", a)
    refused = await api.refused(422, f"{path_of(a)}/offer", {"answer_by": answer_by})
    assert (refused["code"], refused["rule"], refused["field"]) == (code, "R2", "answer_by")
    assert refused["values"] == values
    assert (await offer(api, a, "2025-12-31"))["state"] == "offered"


async def test_no_offer_is_made_without_a_place_or_to_who_does_not_wait(api: Api) -> None:
    await open_with(api, None)
    a, b, c = await applied(api, 3)
    body = {"answer_by": "2024-05-02"}
    assert (await api.refused(409, f"{path_of(a)}/offer", body))["code"] == "application_does_not_wait"
    await decide(api, "waiting_list", a, b)
    assert (await api.refused(409, f"{path_of(a)}/offer", body))["code"] == "places_are_not_set"
    assert await seen(api) == [(a, 1, ["places_not_set"]), (b, 2, ["places_not_set", "others_before_it"])]
    await api.patch(OF_PROGRAMME, {"places": 1})
    await decide(api, "accepted", c)
    assert (await api.refused(409, f"{path_of(a)}/offer", body))["code"] == "no_place_is_free"
    for what in ("acceptance", "refusal"):
        refused = await api.refused(409, f"{path_of(a)}/offer/{what}")
        assert (refused["code"], refused["rule"]) == ("no_place_is_offered", "R2")
    await api.refused(404, f"{path_of('none')}/offer", body)
    await api.patch(OF_PROGRAMME, {"places": 2})
    assert (await offer(api, a))["state"] == "offered"
    assert (await api.refused(409, f"{path_of(a)}/offer", {"answer_by": "2024-05-03"}))["code"] == (
        "application_does_not_wait"
    )


async def test_an_offer_says_that_it_is_made_in_spite_of_a_criterion(api: Api) -> None:
    await open_with(api, 1)
    (a,) = await applied(api, 1)
    await decide(api, "waiting_list", a, **UNMET)
    assert await seen(api) == [(a, 1, ["criteria_not_met"])]
    refused = await api.refused(422, f"{path_of(a)}/offer", {"answer_by": "2024-05-02"})
    assert (refused["code"], refused["field"]) == ("criteria_are_not_met", "in_spite_of_criteria")
    await offer(api, a, in_spite_of_criteria=True, reason="Dialogen begynner i august.")
    assessment = (await api.post(f"{path_of(a)}/offer/acceptance"))["assessment"]
    assert (assessment["outcome"], assessment["in_spite_of_criteria"]) == ("accepted", True)
    assert assessment["reason"] == "Dialogen begynner i august."


async def test_an_offer_made_by_mistake_is_taken_back_by_a_new_decision_and_costs_no_place(
    api: Api, database: Database
) -> None:
    await open_with(api, 1)
    a, b, c = await applied(api, 3)
    await decide(api, "waiting_list", a, b, c)
    await offer(api, b, out_of_turn=True, reason="Feil.")
    await decide(api, "waiting_list", b)
    assert [it[:2] for it in await seen(api)] == [(a, 1), (b, 2), (c, 3)]
    assert (await told(database))[-2:] == [("waitlisted", b, 2), ("changed", c, 3)]
    told_last = next(it for it in reversed(await events_of(database)) if "waitlisted" in it.type)
    assert told_last.data.replaces == "offered"
    assert [it["offers"][0]["outcome"] for it in (await api.get(WAITING_LIST))["waiting"] if it["offers"]] == [
        "taken_back"
    ]
    await offer(api, a)
    await decide(api, "accepted", a)  # by a decision instead of by an answer: it has the place already
    assert (await api.get(WAITING_LIST))["free"] == 0


async def test_who_withdraws_with_an_offer_leaves_a_free_place(api: Api) -> None:
    await open_with(api, 1)
    (a,) = await applied(api, 1)
    await decide(api, "waiting_list", a)
    await offer(api, a)
    await api.post(f"{path_of(a)}/withdrawal")
    assert (await api.get(WAITING_LIST))["free"] == 1
    again = await api.post(
        f"{OF_PROGRAMME}/applications", APPLICATION | {"party": (await api.get(path_of(a)))["party"]}
    )
    assert (again["state"], again["offered_until"], again["waiting_list_place"]) == ("received", None, None)


async def test_two_administrators_do_not_give_the_last_place_away_twice(api: Api, database: Database) -> None:
    """Both are at it before the first has decided: both wait for the programme's lock, and the second sees what the first did."""
    await open_with(api, 1)
    a, b, c = await applied(api, 3)
    await decide(api, "waiting_list", a, b)
    day = date(2024, 5, 2)
    acts = [
        offer_place(database, a, answer_by=day, by="x"),
        offer_place(database, b, answer_by=day, out_of_turn=True, reason="Kan begynne nå.", by="x"),
        assess_application(database, c, ACCEPTING, by="x"),
    ]
    if database.is_sqlite:  # which has one writer at a time
        found = await asyncio.gather(*acts, return_exceptions=True)
    else:
        async with database.transaction() as connection:
            await programmes.get(connection, CODE, lock=True)
            tasks = [asyncio.create_task(it) for it in acts]
            await eventually(lambda: all_wait_or_are_done(database, tasks))
            assert not any(it.done() for it in tasks), "somebody decides without the programme's lock"
        found = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [it for it in found if isinstance(it, Conflict)]
    assert [it.code for it in refused] == ["no_place_is_free"] * 2, found
    assert (await api.get(WAITING_LIST))["taken"] == 1


async def test_an_answer_and_a_lapse_at_the_same_moment_are_one_of_the_two(api: Api, database: Database) -> None:
    await open_with(api, 1)
    (a,) = await applied(api, 1)
    await decide(api, "waiting_list", a)
    await offer(api, a)
    await set_clock(database, THE_DAY_AFTER)
    found = await asyncio.gather(lapse_offers(database), accept_offer(database, a, by="x"), return_exceptions=True)
    assert [type(it) for it in found if it is not None] == [Conflict]
    assert await state(api, a) == "waiting_list"
