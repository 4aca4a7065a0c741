"""What a preview says is what then happens, in the histories that are shuffled elsewhere: at rest, with no other news between."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.billing import tables
from services.billing.approvals import repository as approvals
from services.billing.approvals.use_cases.approve import approve
from services.billing.documents.use_cases.credit_invoice import credit_invoice
from services.billing.instalments.domain import changes
from services.billing.instalments.domain.preview import Preview
from services.billing.instalments.use_cases.foresee import Change, foresee
from services.billing.instalments.use_cases.issue_what_is_due import issue_all_that_is_due
from services.billing.occasions.domain.release import Release, ReleaseReason
from services.billing.works import look_again, look_again_for
from shared.contracts import billing, registration, scheduling
from shared.contracts.envelope import Entity, Event, EventType
from shared.contracts.registration import Agreement
from shared.contracts.scheduling import Session
from shared.database import Database
from shared.ids import new_id
from shared.messaging.facts import Newest, record
from tests.integration.billing.world import aside, credit_notes, invoices, marks_left, take
from tests.support import events
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import PROGRAMME
from tests.unit.billing.samples import SELLER
from tests.unit.billing.test_any_order import News, histories

AFTER_ALL = datetime(2026, 1, 15, 12, tzinfo=UTC)
FEES = (2_000_000, 2_300_000, 0)

# Documents as what they are about: which kind, whose agreement, which instalment, how much, and why.
Documents = Counter[tuple[str, str, int, int, str]]


@dataclass
class World:
    """Billing, at rest between two pieces of news."""

    database: Database
    approve_above: int

    async def work(self) -> None:
        """A second time where much is asked for: then all are looked at."""
        for _ in range(2):
            await issue_all_that_is_due(self.database, SELLER, approve_above=self.approve_above)
        assert await marks_left(self.database) == 0

    async def hear(self, news: News) -> None:
        """As the use case or the consumer that it comes by records it."""
        if isinstance(news, Release):
            facts = [Newest(tables.release, **vars(news), changed_by="x"), *look_again_for(PROGRAMME, news.id)]
        elif isinstance(news.data, billing.Waiver):
            row = Newest(tables.waiver, **dict(news.data), event_id=news.id, changed_by="x")
            facts = [row, *look_again(PROGRAMME, agreement=news.data.agreement)]
        else:
            await take(self.database, news)
            return
        async with self.database.transaction() as connection:
            await record(connection, facts)

    async def documents(self) -> Documents:
        issued = [("invoice", it.agreement, it.instalment, it.amount_ore, "") for it in await invoices(self.database)]
        credited = [
            ("credit note", it.agreement, it.instalment, it.amount_ore, it.reason)
            for it in await credit_notes(self.database)
        ]
        return Counter([*issued, *credited])

    async def held(self) -> Counter[tuple[str, int, int | None, int | None]]:
        async with self.database.reading() as connection:
            found = await approvals.waiting(connection, PROGRAMME)
        held = [it.held for of in found.values() for it in of.values()]
        return Counter((it.agreement, it.instalment, it.invoice, it.amount_ore) for it in held)


def foreseen_documents(found: Preview, by_hand: str) -> Documents:
    issued = [("invoice", it.agreement.id, it.instalment, it.amount_ore, "") for it in found.issue]
    credited = [(it.invoice, str(it.reason)) for it in found.credit]
    if found.by_hand:
        credited.append((found.by_hand, by_hand))
    notes = [("credit note", it.agreement, it.instalment, it.amount_ore, why) for it, why in credited]
    assert (found.invoices, found.credit_notes) == (len(issued), len(notes))
    assert found.total_ore == sum(it[3] for it in issued) - sum(it[3] for it in notes)
    return Counter([*issued, *notes])


def change_of(news: News) -> Change | None:
    """The preview that asks about this piece of news; none where none does."""
    it = news if isinstance(news, Release) else news.data
    happened = "" if isinstance(news, Release) else news.type.rpartition(".v")[0].rpartition(".")[2]
    if getattr(it, "withdrawn", False):
        return None
    if isinstance(it, Release):
        return partial(changes.released, instalment=it.instalment, effective_on=it.effective_on)
    if isinstance(it, billing.Waiver):
        return partial(changes.waived, id=it.agreement, instalment=it.instalment)
    rules: dict[str, Change] = {
        "completed": lambda facts: changes.completed(facts, it.id),
        "completion_revoked": lambda facts: changes.revoked(facts, it.id),
        "ended": lambda facts: changes.ended(facts, it.id, it.ends_on),
    }
    return rules.get(happened)


def and_more(history: Sequence[News]) -> list[News]:
    """With something to be credited in each."""
    found = list(history)
    for n in events.DAYS:
        found += [events.completed(n, 6), events.completion_revoked(n, 7), events.completed(n, 8)]
    for n in (1, 2):
        found += [events.ended(n, events.DAYS[2], 6), events.end_taken_back(n, 7)]
        found += [events.waived(n, 1, version) for version in (5, 6)]
    return found


def mixed(history: Sequence[News], data: st.DataObject) -> list[News]:
    """In another order, but for the news of one and the same, once both have signed."""
    signed = [it for it in history if not isinstance(it, Release) and it.type.endswith((".sent.v1", ".signed.v1"))]
    of: dict[str, list[News]] = defaultdict(list)
    for news in history:
        if news not in signed:
            of[news.id if isinstance(news, Release) else news.data.id].append(news)
    order = data.draw(st.permutations([id for id, them in sorted(of.items()) for _ in them]))
    return [*signed, *(of[id].pop(0) for id in order)]


def one_by_one(history: Sequence[News], fees: Iterator[int]) -> Iterator[News]:
    """The history as it may happen at rest, one thing at a time; and fees that change in between.

    What moves a session as it completes it is told as two, and so is what brings a cancelled one back.
    """
    states: dict[str, str] = {}  # of sessions
    fee: dict[str, int] = {}  # of agreements
    for news in history:
        if isinstance(news, Release):
            place = int(news.id[1:])
            id = f"0000000f-0000-7000-8000-{place:012}"
            # No two that are alike stand.
            yield replace(news, id=id, event_id=new_id(), reason=get_args(ReleaseReason)[place])
            continue
        it = news.data.model_copy(update={"version": 10 * news.data.version})
        if isinstance(it, Session):
            before = states.get(it.id)
            if before == it.state == "completed":
                continue  # it stays as it is
            if before == "cancelled" or it.state == "completed":
                planned = it.model_copy(update={"version": it.version - 1, "state": "planned"})
                yield told(scheduling.session_event(planned, "changed"), planned)
            states[it.id] = it.state
        if isinstance(it, Agreement):
            it = it.model_copy(update={"fee_ore": fee.get(it.id, it.fee_ore)})
        yield news.model_copy(update={"data": it})
        if isinstance(it, Agreement) and it.signed_on:
            fee[it.id] = next(fees)
            changed = it.model_copy(update={"version": it.version + 1, "fee_ore": fee[it.id]})
            yield told(registration.AGREEMENT_AMENDED, changed)


def told(kind: EventType[Any], entity: Entity) -> Event[Any]:
    return kind.event(entity, id=new_id(), time=events.AT)


async def check(world: World, change: Change, news: News | int) -> None:
    """Ask, make the change, and compare. A number is an invoice that is credited by hand."""
    before, held_before, aside_before = await world.documents(), await world.held(), await aside(world.database)
    found = await foresee(world.database, PROGRAMME, change, approve_above=world.approve_above)
    assert await world.documents() == before, "asking has issued something"
    if isinstance(news, int):
        await credit_invoice(world.database, PROGRAMME, news, reason="mistake", document_prefix="FK", by="x")
    else:
        await world.hear(news)
    await world.work()
    assert await world.documents() - before == foreseen_documents(found.preview, "mistake")
    held = Counter((it.agreement, it.instalment, it.invoice, it.amount_ore) for it in found.preview.held)
    assert await world.held() - held_before <= held <= await world.held()
    left, after = {it.agreement.id for it in found.preview.left}, await aside(world.database)
    assert left <= after.keys()
    # Where all that is due is invoiced at another fee, nothing is left undone.
    assert {id for id, why in after.items() - aside_before.items() if why != "fee_changed"} <= left


@given(
    history=histories(),
    known=st.sampled_from([{0, 1, 2}, {0, 1, 2}, {0, 1}, {1, 2}]),
    approve_above=st.integers(0, 3),
    data=st.data(),
)
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # making what fails smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_what_is_foreseen_is_what_then_happens(
    make_database: MakeDatabase, history: Sequence[News], known: set[int], approve_above: int, data: st.DataObject
) -> None:
    """`known` are the parties of which billing has heard, and 0 the programme."""
    world = World(await make_database("billing"), approve_above)
    await set_clock(world.database, AFTER_ALL)
    heard = [events.party(n) if n else events.programme() for n in sorted(known)]
    await take(world.database, *heard)
    fees = iter(lambda: data.draw(st.sampled_from(FEES)), None)
    for news in one_by_one(mixed(and_more(history), data), fees):
        change = change_of(news)
        if change is None or (isinstance(news, Release) and 0 not in known):  # its period is not known
            await world.hear(news)
            await world.work()
        else:
            await check(world, change, news)
        if data.draw(st.integers(0, 3)) == 0:
            await something_by_hand(world, data)
    await world.database.close()


async def something_by_hand(world: World, data: st.DataObject) -> None:
    """An invoice is credited, or what waits is approved."""
    stands = [it.number for it in await invoices(world.database) if it.credited_by is None]
    async with world.database.reading() as connection:
        waits = [it.id for it, held in await approvals.approvals(connection, PROGRAMME, after=None, limit=99) if held]
    is_approved = data.draw(st.booleans())
    if waits and is_approved:
        await approve(world.database, data.draw(st.sampled_from(waits)), by="x")
        await world.work()
    elif stands:
        number = data.draw(st.sampled_from(stands))
        await check(world, partial(changes.credited, number=number), number)
