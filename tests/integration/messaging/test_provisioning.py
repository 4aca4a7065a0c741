"""Streams and durables are made and updated by a step of their own."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from nats.js.api import StorageType, StreamConfig

from shared.contracts import registration
from shared.contracts.envelope import Event
from shared.messaging import outbox, relay
from shared.messaging import tables as kernel
from shared.messaging.facts import Added, Fact
from shared.messaging.streams import ProvisioningFailed, durables, provision
from shared.web.serving import CannotStart
from tests.integration.messaging.conftest import Arena
from tests.support import toy
from tests.support.databases import count
from tests.support.events import organisation_number
from tests.support.waiting import eventually


async def test_a_new_handler_changes_the_filters_and_republishing_brings_it_the_history_once(arena: Arena) -> None:
    publisher = await arena.start("registration")
    programme = registration.Programme(
        version=1,
        code="regionalt",
        name="Regionalt program",
        period_start=arena.now.date(),
        period_end=arena.now.date(),
        fee_ore=2_000_000,
        county_branch_fee_ore=2_000_000,
        days_to_pay=30,
    )
    await toy.tell(arena.publisher, [toy.a_party(n) for n in range(5)])
    async with arena.publisher.transaction() as connection:
        await outbox.add(connection, registration.PROGRAMME_OPENED, [programme], at=arena.now)
    old = await arena.start("billing")
    await eventually(lambda: count(arena.database, toy.party), equals=5)
    await old.stop()
    arena.started.remove(old)

    newer = toy.consumers("billing")

    @newer.on(registration.PROGRAMME_OPENED, registration.PROGRAMME_CHANGED)
    def programmes(event: Event[registration.Programme]) -> Iterable[Fact]:
        yield Added(toy.mark, party="programme")

    @newer.on(registration.PARTY_REGISTERED)
    def also_parties(event: Event[registration.Party]) -> Iterable[Fact]:
        yield Added(toy.mark, party="also")

    await arena.provision(newer)
    info = await arena.operator.jsm().consumer_info("REGISTRATION", "billing")
    assert registration.PROGRAMME_OPENED.filter in (info.config.filter_subjects or [])
    await arena.start("billing", consumers=newer)
    for _ in range(2):
        await relay.republish(arena.publisher)
        await eventually(lambda: relay.count_unsent(arena.publisher), equals=0)
        await eventually(lambda: arena.lag("billing"), equals=0)
    marks = sorted(row.party for row in await arena.rows(toy.mark))
    assert marks == sorted(["programme", *["also"] * 5, *map(organisation_number, range(5))])
    assert await count(arena.database, kernel.parked_message) == 0
    assert not publisher.failed.done()


async def test_provisioning_again_changes_nothing(arena: Arena) -> None:
    before = await arena.operator.jsm().consumer_info("REGISTRATION", "billing")
    await arena.provision()
    after = await arena.operator.jsm().consumer_info("REGISTRATION", "billing")
    assert (after.created, after.config) == (before.created, before.config)


async def test_a_setting_that_changed_is_applied(arena: Arena) -> None:
    await provision(arena.operator, durables([toy.consumers("billing")], ack_wait=7.0))
    info = await arena.operator.jsm().consumer_info("REGISTRATION", "billing")
    assert info.config.ack_wait == 7.0


async def test_what_nats_cannot_change_fails_and_names_the_field(arena: Arena) -> None:
    await arena.operator.jsm().delete_stream("BILLING")
    await arena.operator.jsm().add_stream(
        StreamConfig(name="BILLING", subjects=["kulturskole.billing.>"], storage=StorageType.MEMORY)
    )
    with pytest.raises(ProvisioningFailed, match="BILLING: storage"):
        await arena.provision()


async def test_a_service_without_its_durable_does_not_start_and_says_so(arena: Arena) -> None:
    await arena.operator.jsm().delete_consumer("REGISTRATION", "billing")
    with pytest.raises(CannotStart, match="run provision first"):
        await arena.start("billing")
