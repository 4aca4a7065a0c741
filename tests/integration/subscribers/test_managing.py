"""A subscriber is added, given another password and revoked while NATS and all others go on."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import nats.errors
import pytest

from deploy.subscribers.folder import Unknown
from deploy.subscribers.subscriber import READER, Subscriber
from deploy.subscribers.taking_in import NotTakenIn
from shared.clock import real_now
from shared.messaging.streams import Durable, make_durables, provision
from tests.integration.subscribers.conftest import ALL_STREAMS, CODE, HEIM, NAMSOS, Broker
from tests.support.waiting import eventually, patiently

INVOICE = f"billing.invoice.issued.{CODE}"


async def test_one_that_is_added_reads_without_a_restart(broker: Broker) -> None:
    started = broker.server.pid
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    accounts = await broker.add("regnskap")
    assert accounts.credentials["streams"] == ALL_STREAMS
    assert await accounts.subjects("BILLING") == [f"{INVOICE}.{NAMSOS}"]
    await broker.tell(f"{INVOICE}.{HEIM}")
    assert await accounts.subjects("BILLING") == [f"{INVOICE}.{HEIM}"]
    assert accounts.refused == []
    assert broker.server.pid == started


async def test_two_of_them_each_get_all_of_it(broker: Broker) -> None:
    """On the one durable that all other systems shared, each got what the other did not."""
    one, other = await broker.add("regnskap"), await broker.add("statistikk")
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=10)
    assert len(await one.subjects("BILLING")) == len(await other.subjects("BILLING")) == 10


async def test_machines_of_one_share_its_durable(broker: Broker) -> None:
    first = await broker.add("regnskap")
    second = await broker.sit(first.credentials)
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=10)
    taken = await first.pull("BILLING", 4)
    assert len(taken) == 4
    others = await second.pull("BILLING")
    assert sorted(it.metadata.sequence.stream for it in [*taken, *others]) == list(range(1, 11))


async def test_a_party_gets_what_concerns_it_and_what_has_no_party(broker: Broker) -> None:
    namsos = await broker.add("namsos", parties=(NAMSOS,))
    for subject in (
        f"registration.programme.opened.{CODE}._",
        f"registration.party.registered._.{NAMSOS}",
        f"registration.agreement.ended.{CODE}.{NAMSOS}",
        f"scheduling.physical_session.completed.{CODE}._",
        f"scheduling.guidance_visit.planned.{CODE}.{NAMSOS}",
        f"billing.instalment.released.{CODE}._",
        f"{INVOICE}.{NAMSOS}",
        f"notifications.mail.sent.{CODE}.{NAMSOS}",
    ):
        await broker.tell(subject)
        publisher, _, rest = subject.partition(".")
        await broker.tell(f"{publisher}.{rest.replace(NAMSOS, HEIM)}" if NAMSOS in rest else f"{INVOICE}.{HEIM}")
    await broker.tell(f"notifications.mail.sent.{CODE}._")
    got = {stream: await namsos.subjects(stream) for stream in ALL_STREAMS}
    assert got == {
        "REGISTRATION": [
            f"registration.programme.opened.{CODE}._",
            f"registration.party.registered._.{NAMSOS}",
            f"registration.agreement.ended.{CODE}.{NAMSOS}",
        ],
        "SCHEDULING": [
            f"scheduling.physical_session.completed.{CODE}._",
            f"scheduling.guidance_visit.planned.{CODE}.{NAMSOS}",
        ],
        "BILLING": [f"billing.instalment.released.{CODE}._", f"{INVOICE}.{NAMSOS}"],
        "NOTIFICATIONS": [f"notifications.mail.sent.{CODE}.{NAMSOS}"],
    }


async def test_one_of_types_gets_these_alone_and_reads_no_stream_that_has_none(broker: Broker) -> None:
    accounts = await broker.add("regnskap", types=("invoice.*", "invoice.issued", "credit_note.issued", "mail.sent"))
    assert accounts.credentials["streams"] == ["BILLING", "NOTIFICATIONS"]
    await broker.tell(f"billing.instalment.released.{CODE}._")
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    await broker.tell(f"billing.credit_note.issued.{CODE}.{HEIM}")
    await broker.tell(f"notifications.mail.failed.{CODE}.{HEIM}")
    assert await accounts.subjects("BILLING") == [f"{INVOICE}.{NAMSOS}", f"billing.credit_note.issued.{CODE}.{HEIM}"]
    assert await accounts.subjects("NOTIFICATIONS") == []


async def test_types_of_a_party(broker: Broker) -> None:
    accounts = await broker.add("namsos-regnskap", parties=(NAMSOS, HEIM), types=("invoice.*",))
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    await broker.tell(f"{INVOICE}.938644500")
    await broker.tell(f"{INVOICE}.{HEIM}")
    await broker.tell(f"billing.credit_note.issued.{CODE}.{HEIM}")
    assert await accounts.subjects("BILLING") == [f"{INVOICE}.{NAMSOS}", f"{INVOICE}.{HEIM}"]


async def test_since_a_day_gives_nothing_that_was_told_before(broker: Broker) -> None:
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    today = real_now().date()
    old = await broker.add("siden-for-lenge-siden", since=today - timedelta(days=30))
    new = await broker.add("siden-senere", since=today + timedelta(days=2))
    assert len(await old.subjects("BILLING")) == 1
    assert await new.subjects("BILLING") == []


async def test_provisioning_one_of_a_day_again_changes_nothing(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    await broker.add("regnskap", since=date(2026, 1, 1))
    before = await broker.durable("BILLING", "regnskap")
    assert "durable made or updated" in capsys.readouterr().out
    await make_durables(broker.operator, broker.subscribers.folder.get("regnskap").durables())
    assert capsys.readouterr().out == ""
    after = await broker.durable("BILLING", "regnskap")
    assert (after.created, after.config) == (before.created, before.config)
    assert before.config.opt_start_time == datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Norway


async def test_a_name_that_is_taken_or_none_is_refused_and_nothing_is_made(broker: Broker) -> None:
    await broker.add("regnskap", types=("invoice.*",))
    for wanted, why in (
        (Subscriber(name="regnskap"), "already"),
        (Subscriber(name="billing"), "one of our own"),
        (Subscriber(name="operator"), "one of our own"),
        (Subscriber(name="../x"), "no name"),
        (Subscriber(name="Regnskap"), "no name"),
        (Subscriber(name="x", parties=("*",)), "no organisation number"),
        (Subscriber(name="x", types=("invoice.paid_twice",)), "nobody tells"),
        (Subscriber(name="x", types=(">",)), "nobody tells"),
    ):
        with pytest.raises(ValueError, match=why):
            await broker.subscribers.add(wanted)
    assert [it.name for it in await broker.subscribers.standings()] == [READER, "regnskap"]


async def test_another_password_puts_out_who_has_the_old_one_and_keeps_the_place(broker: Broker) -> None:
    first = await broker.add("regnskap")
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    assert len(await first.subjects("BILLING")) == 1
    second = await broker.sit(await broker.subscribers.rotate("regnskap"))
    await eventually(lambda: first.client.is_closed)
    with pytest.raises(nats.errors.Error):
        await broker.sit(first.credentials)
    await broker.tell(f"{INVOICE}.{HEIM}")
    assert await second.subjects("BILLING") == [f"{INVOICE}.{HEIM}"]


async def test_one_that_is_revoked_is_put_out_by_the_reload_and_others_are_not(broker: Broker) -> None:
    other, revoked = await broker.add("statistikk"), await broker.add("regnskap")
    await broker.subscribers.revoke("regnskap")
    await eventually(lambda: revoked.client.is_closed)
    with pytest.raises(nats.errors.Error):
        await broker.sit(revoked.credentials)
    assert other.client.is_connected
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    assert len(await other.subjects("BILLING")) == 1
    assert [it.name for it in await broker.subscribers.standings()] == [READER, "statistikk"]
    for stream in ALL_STREAMS:
        assert "regnskap" not in {it.name for it in await broker.operator.jsm().consumers_info(stream)}
    with pytest.raises(Unknown):
        await broker.subscribers.revoke("regnskap")
    again = await broker.add("regnskap")
    assert len(await again.subjects("BILLING")) == 1, "from the beginning, as one that is new"


async def test_twenty_read_at_once_and_none_misses_anything_while_others_come_and_go(broker: Broker) -> None:
    reading = [await broker.add(f"system-{n}") for n in range(20)]
    assert (await broker.durable("BILLING", "system-7")).num_pending == 0
    taken: dict[str, set[int]] = {it.name: set() for it in reading}

    async def read(one: int) -> None:
        name = reading[one].name
        while len(taken[name]) < 100:
            for message in await reading[one].pull("BILLING", 20):
                taken[name].add(message.metadata.sequence.stream)
                await message.ack()

    async def come_and_go() -> None:
        for n in range(5):
            await broker.subscribers.add(Subscriber(name=f"kort-{n}"))
            await broker.tell(f"{INVOICE}.{NAMSOS}", times=20)
            await broker.subscribers.revoke(f"kort-{n}")

    async with patiently():
        await asyncio.gather(come_and_go(), *(read(n) for n in range(20)))
    assert all(it == set(range(1, 101)) for it in taken.values())
    assert all(it.client.is_connected for it in reading)


async def test_one_that_never_acknowledges_holds_up_nobody(broker: Broker) -> None:
    greedy, other = await broker.add("stum"), await broker.add("regnskap")
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=50)
    assert len(await greedy.pull("BILLING")) == 50
    await broker.tell(f"{INVOICE}.{HEIM}")
    assert len(await other.subjects("BILLING")) == 50
    assert len(await other.subjects("BILLING")) == 1
    standing = await broker.subscribers.standing("stum")
    assert (standing.lag, standing.readers[-1].stream) == (51, "NOTIFICATIONS")
    assert (await broker.subscribers.standing("regnskap")).lag == 0
    stum = next(it for it in standing.readers if it.stream == "BILLING")
    assert (stum.pending, stum.unacknowledged) == (1, 50)
    assert stum.last_seen is not None


async def test_what_nats_lost_is_provisioned_again_from_the_folder(broker: Broker) -> None:
    namsos = await broker.add("namsos", parties=(NAMSOS,))
    await broker.operator.jsm().delete_consumer("BILLING", "namsos")
    wanted = [it for one in broker.subscribers.folder.subscribers() for it in one.durables()]
    await provision(broker.operator, wanted)
    await broker.tell(f"{INVOICE}.{HEIM}")
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    assert await namsos.subjects("BILLING") == [f"{INVOICE}.{NAMSOS}"]


async def test_the_durable_that_all_others_shared_before_keeps_its_place(broker: Broker) -> None:
    await broker.operator.jsm().delete_consumer("BILLING", READER)
    await make_durables(broker.operator, [Durable("BILLING", READER, ("kulturskole.billing.>",), ack_wait=30.0)])
    reader = await broker.sit(broker.subscribers.folder.credentials(READER))
    await broker.tell(f"{INVOICE}.{NAMSOS}", times=2)
    assert len(await reader.subjects("BILLING")) == 2
    await make_durables(broker.operator, broker.subscribers.folder.get(READER).durables())
    await broker.tell(f"{INVOICE}.{HEIM}")
    assert await reader.subjects("BILLING") == [f"{INVOICE}.{HEIM}"]


async def test_one_that_the_folder_does_not_know_is_not_taken_over(broker: Broker) -> None:
    """Where the command was given another system's folder."""
    await broker.add("regnskap", types=("invoice.*",))
    broker.subscribers.folder.remove("regnskap")
    with pytest.raises(ValueError, match="is it the right folder"):
        await broker.subscribers.add(Subscriber(name="regnskap"))
    standing = await broker.subscribers.standing("regnskap")
    assert (standing.subscriber, [it.stream for it in standing.readers]) == (None, ["BILLING"])
    await broker.subscribers.revoke("regnskap")
    assert (await broker.add("regnskap")).credentials["streams"] == ALL_STREAMS


async def test_a_configuration_that_nats_refuses_is_said_and_what_runs_goes_on(broker: Broker) -> None:
    other = await broker.add("statistikk")
    (broker.subscribers.folder.path.parent / "nats.conf").write_text("accounts { [")
    with pytest.raises(NotTakenIn, match=r"refuses its configuration.*subscribers rotate regnskap"):
        await broker.subscribers.add(Subscriber(name="regnskap", since=date(2026, 1, 1)))
    await broker.tell(f"{INVOICE}.{NAMSOS}")
    assert len(await other.subjects("BILLING")) == 1
