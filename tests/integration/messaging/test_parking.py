"""What cannot be handled is parked; everything else is applied once (real processes, real kills)."""

from __future__ import annotations

import json

import httpx
import pytest

from shared.contracts import registration
from shared.contracts.envelope import nats_subject
from shared.ids import new_id
from shared.messaging import tables as kernel
from shared.messaging.batch import Retries
from shared.messaging.facts import Fact
from shared.messaging.in_hand import digest_of
from shared.messaging.parking import PARKED
from shared.points import UNREADABLE
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.databases import count
from tests.support.waiting import eventually

GOOD = 40


async def parked(arena: Arena, *where: object) -> int:
    return await count(arena.database, kernel.parked_message, kernel.parked_message.c.state == PARKED, *where)


async def test_all_kinds_of_bad_messages_are_parked_and_all_others_applied_once(arena: Arena) -> None:
    """One that raises, two that kill the process (when handled, when read), one that can't be decoded, an unknown version."""
    bad = [toy.a_party(903), toy.a_party(901, toy.RAISES), toy.a_party(902, toy.KILLS)]
    events = [
        registration.PARTY_REGISTERED.event(it, id=new_id(), time=arena.now)
        for it in [*(toy.a_party(n) for n in range(GOOD)), *bad]
    ]
    events.insert(GOOD // 2, events.pop())  # the killers among their neighbours
    unreadable = events.pop(GOOD + 1)
    events.insert(GOOD // 4, unreadable)
    arena.environment[UNREADABLE] = unreadable.id
    for event in events:
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    subject = nats_subject(events[0])
    await arena.publish(subject, b"\xff no json")
    unknown = json.loads(events[0].model_dump_json()) | {
        "id": new_id(),
        "type": "kulturskole.registration.party.registered.v99",
    }
    await arena.publish(subject, json.dumps(unknown).encode())

    async with arena.kept_running("billing"):
        await eventually(lambda: parked(arena), equals=5)
        await eventually(lambda: count(arena.database, toy.party), equals=GOOD)
        await eventually(lambda: arena.lag("billing"), equals=0)
    assert await count(arena.database, toy.mark) == GOOD  # each once
    reasons = sorted(row.reason for row in await arena.rows(kernel.parked_message))
    assert reasons == ["failed", "failed", "failed", "undecodable", "unknown_version"]
    by_key = {row.key: row for row in await arena.rows(kernel.parked_message)}
    killer, never_read = events[GOOD // 2 + 1], digest_of(unreadable.model_dump_json().encode())
    assert [by_key[it].attempts for it in (killer.id, never_read)] == [toy.QUICK.attempts] * 2
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)

    # The faults are mended; an administrator has the three events replayed, twice.
    arena.environment[toy.MENDED] = "yes"
    del arena.environment[UNREADABLE]
    async with arena.kept_running("billing") as url, httpx.AsyncClient(base_url=url, headers=arena.key) as http:
        for key in (events[-1].id, killer.id, never_read):
            for _ in range(2):
                answer = await http.post(f"/operations/parked/{key}/replay")
                assert (answer.status_code, answer.json()["state"]) == (200, "replayed")
        state = (await http.get("/operations/state")).json()
    assert state["parked"] == 2
    assert await count(arena.database, toy.mark) == GOOD + 3


async def test_a_parked_message_that_is_discarded_stays_away_when_it_is_met_again(arena: Arena) -> None:
    service = await arena.start("billing")
    event = registration.PARTY_REGISTERED.event(toy.a_party(1, toy.RAISES), id=new_id(), time=arena.now)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: parked(arena), equals=1)
    async with arena.http(service) as http:
        discarded = await http.post(f"/operations/parked/{event.id}/discard")
        assert discarded.json()["state"] == "discarded"
        refused = await http.post(f"/operations/parked/{event.id}/replay")
        assert refused.status_code == 409
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: arena.lag("billing"), equals=0)
    assert await parked(arena) == 0
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)


async def test_what_was_replayed_and_fails_in_another_handler_is_parked_again(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await arena.start("billing")
    event = registration.PARTY_REGISTERED.event(toy.a_party(1, toy.RAISES), id=new_id(), time=arena.now)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: parked(arena), equals=1)
    monkeypatch.setenv(toy.MENDED, "yes")
    async with arena.http(first) as http:
        assert (await http.post(f"/operations/parked/{event.id}/replay")).json()["state"] == "replayed"
    await first.stop()
    arena.started.remove(first)

    newer = toy.consumers("billing")

    @newer.on(registration.PARTY_REGISTERED)
    def another(_: object) -> list[Fact]:
        raise ZeroDivisionError

    second = await arena.start("billing", consumers=newer)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: parked(arena), equals=1)
    async with arena.http(second) as http:
        (found,) = (await http.get("/operations/parked")).json()["items"]
    assert (found["error"], found["settled_by"]) == ("ZeroDivisionError: ", None)
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)


async def test_what_a_copy_settled_meanwhile_waits_for_no_attempt_any_more(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arena.start("billing", retries=Retries(delays=(2.0, 60.0, 60.0, 60.0)))
    event = registration.PARTY_REGISTERED.event(toy.a_party(1, toy.RAISES), id=new_id(), time=arena.now)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await eventually(lambda: count(arena.database, kernel.attempt), equals=1)
    monkeypatch.setenv(toy.MENDED, "yes")
    await arena.publish(nats_subject(event), event.model_dump_json().encode())  # as a republished one
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    await eventually(lambda: arena.lag("billing"), equals=0)
    await eventually(lambda: count(arena.database, kernel.attempt), equals=0)


async def test_all_that_were_parked_for_one_reason_are_replayed_and_those_that_fail_stay(arena: Arena) -> None:
    service = await arena.start("billing")
    event = registration.PARTY_REGISTERED.event(toy.a_party(1), id=new_id(), time=arena.now)
    later = [json.loads(event.model_dump_json()) | {"id": new_id(), "specversion": it} for it in ("0.3", "0.4")]
    for body in later:
        await arena.publish(nats_subject(event), json.dumps(body).encode())
    await eventually(lambda: parked(arena), equals=2)
    async with arena.http(service) as http:
        replay = "/operations/parked/replay"
        assert (await http.post(replay, params={"reason": "wrong_schema"})).json() == {"replayed": 0, "failed": 2}
        (first, _) = (await http.get("/operations/parked", params={"type": event.type})).json()["items"]
        async with arena.database.transaction() as connection:  # as a later version of the catalogue would read it
            mended = event.model_copy(update={"id": first["key"]}).model_dump_json().encode()
            this_one = kernel.parked_message.c.key == first["key"]
            await connection.execute(kernel.parked_message.update().where(this_one).values(body=mended))
        assert (await http.post(replay, params={"type": event.type})).json() == {"replayed": 1, "failed": 1}
        assert (await http.post(replay)).status_code == 422
    assert await count(arena.database, toy.party) == 1


@pytest.mark.parametrize(
    ("subject", "changes", "reason"),
    [
        (None, {"type": "kulturskole.registration.party.renamed.v1"}, "unknown_type"),
        (None, {"data": {"version": 1}}, "wrong_schema"),
        (None, {"source": "/kulturskole/billing"}, "contradiction"),
        (None, {"subject": "_.912345678"}, "contradiction"),
        ("kulturskole.registration.party.registered._.912345678", {}, "contradiction"),
        (None, {"specversion": "0.3"}, "wrong_schema"),
        (None, {"id": "no uuid"}, "wrong_schema"),
        (None, {"type": "a\0b" * 100}, "unknown_type"),
    ],
)
async def test_what_is_no_event_of_the_catalogue_is_parked_and_the_next_is_not_held_up(
    arena: Arena, subject: str | None, changes: dict[str, object], reason: str
) -> None:
    event = registration.PARTY_REGISTERED.event(toy.a_party(1), id=new_id(), time=arena.now)
    wrong = json.dumps(json.loads(event.model_dump_json()) | {"id": new_id()} | changes).encode()
    await arena.publish(subject or nats_subject(event), wrong)
    await arena.publish(nats_subject(event), event.model_dump_json().encode())
    await arena.start("billing")
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    await eventually(lambda: arena.lag("billing"), equals=0)
    (row,) = await arena.rows(kernel.parked_message)
    assert (row.reason, row.body) == (reason, wrong)
    assert await count(arena.database, toy.mark) == 1


async def test_when_thousands_wait_delayed_what_fails_is_parked_at_once(arena: Arena) -> None:
    await arena.start("billing", retries=Retries(delays=(60.0, 60.0, 60.0, 60.0), most_delayed=10))
    raising = [toy.a_party(n, toy.RAISES) for n in range(60)]
    for party in raising:
        event = registration.PARTY_REGISTERED.event(party, id=new_id(), time=arena.now)
        await arena.publish(nats_subject(event), event.model_dump_json().encode())
    good = registration.PARTY_REGISTERED.event(toy.a_party(99), id=new_id(), time=arena.now)
    await arena.publish(nats_subject(good), good.model_dump_json().encode())
    await eventually(lambda: count(arena.database, toy.party), equals=1)
    await eventually(lambda: arena.lag("billing"), equals=await count(arena.database, kernel.attempt))
    assert await parked(arena) >= 1
    # Each either waits or is parked: what is parked no longer counts among those that wait.
    assert await parked(arena) + await count(arena.database, kernel.attempt) == len(raising)
