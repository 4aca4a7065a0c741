"""Every event three times, in any order, with the worker at any moment: the same books but for the credited attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing import tables
from services.billing.consumers import consumers
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.books import (
    BookedCreditNote,
    BookedInvoice,
    Books,
    apart_from_credited_attempts,
    books,
)
from services.billing.documents.domain.invoice import Invoice
from services.billing.occasions.domain.deliveries import JointSession, Occasions
from services.billing.occasions.domain.release import Release
from services.billing.waivers.domain.waiver import Waiver
from services.billing.works import look_again
from shared.contracts import billing
from shared.contracts.envelope import Event
from shared.messaging.facts import Added, Fact, Newest
from tests.support import events
from tests.support.facts import facts_of
from tests.unit.billing.samples import TRONDHEIM, carry_out, release

News: TypeAlias = Event[Any] | Release


class Memory:
    """Billing without a database: facts as they are written, marks worked off, invoices kept."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        self.marks: set[str | None] = set()
        self.issued: dict[str, list[Invoice]] = {}

    def take(self, news: News) -> None:
        """A release is no news from elsewhere: its rows are written as its own use cases do."""
        if isinstance(news, Release):
            facts = [Newest(tables.release, **vars(news)), *look_again(news.programme)]
        else:
            facts = facts_of(consumers, news)
            if isinstance(
                news.data, billing.Waiver
            ):  # billing's own: as it is kept, and as it is adopted from its events
                waiver = Newest(tables.waiver, **dict(news.data), event_id=news.id)
                facts = [*facts, waiver, *look_again(news.data.programme, agreement=news.data.agreement)]
        for fact in facts:
            self._record(fact)

    def work(self) -> None:
        everything = self._occasions()
        for row in self._of(tables.agreement, Agreement):
            if None in self.marks or row["id"] in self.marks:
                agreement = Agreement(**row, buyer=TRONDHEIM)
                issued = self.issued.get(agreement.id, [])
                self.issued[agreement.id] = carry_out(agreement, everything, issued, self._waived(agreement))
        self.marks.clear()

    def _waived(self, agreement: Agreement) -> dict[int, Waiver]:
        waivers = [Waiver(**it) for it in self._of(tables.waiver, Waiver)]
        return {it.instalment: it for it in waivers if it.agreement == agreement.id and not it.withdrawn}

    def _occasions(self) -> Occasions:
        return Occasions(
            sessions=[JointSession(**it) for it in self._of(tables.session, JointSession)],
            releases=[Release(**it) for it in self._of(tables.release, Release)],
        )

    def says_what_was_delivered(self) -> bool:
        """Every invoice that stands names a delivery that counts now, with its days (B6)."""
        counts = {(it.id, it.instalment, it.first_day, it.last_day) for it in self._occasions().deliveries}
        stands = [it for of in self.issued.values() for it in of if it.credited_by is None]
        named = {(it.session or it.release, it.instalment, it.delivered_from, it.delivered_to) for it in stands}
        return named <= counts

    def books(self) -> Books:
        """With numbers given at the end, since who got which is no part of them."""
        issued = [(n, it) for n, it in enumerate((it for of in self.issued.values() for it in of), start=1)]
        credited = [(n, it) for n, it in issued if it.credited_by]
        return books(
            [row["party"] for row in self._of(tables.agreement, Agreement)],
            [BookedInvoice(n, it.party, it.instalment, it.amount_ore) for n, it in issued],
            [BookedCreditNote(m, n, it.amount_ore, "e") for m, (n, it) in enumerate(credited, start=1)],
        )

    def _record(self, fact: Fact) -> None:
        if isinstance(fact, Newest):
            key = (fact.table.name, fact.row["id"])
            if key not in self.rows or self.rows[key]["version"] < fact.row["version"]:
                self.rows[key] = fact.row
        elif isinstance(fact, Added):
            self.marks.add(fact.row["part"])

    def _of(self, table: Any, kind: Any) -> Iterable[dict[str, Any]]:
        names = [name for name in kind.__dataclass_fields__ if name in table.c]
        for (of, _), row in sorted(self.rows.items()):
            if of == table.name:
                yield {name: row[name] for name in names}


days = st.dates(date(2024, 8, 1), date(2025, 12, 31))
endings = st.lists(st.none() | days, max_size=3)
waivers = st.dictionaries(st.integers(1, 3), st.integers(1, 3), max_size=2)  # by instalment, how often it changes


@st.composite
def histories(draw: st.DrawFn) -> list[News]:
    """What happened to two agreements, three sessions and some releases; each is contradicted by its own next version."""
    found: list[News] = []
    for n in (1, 2):
        found += [events.sent(n), events.signed(n)]
        for version, ends_on in enumerate(draw(endings), start=3):
            found.append(events.ended(n, ends_on, version) if ends_on else events.end_taken_back(n, version))
        for instalment, versions in draw(waivers).items():
            found += [events.waived(n, instalment, version) for version in range(1, versions + 1)]
    for n in (1, 2, 3):
        found.append(events.session("planned", n))
        for version in range(2, draw(st.integers(2, 5))):
            found.append(draw(changes(n, version)))
    for place, n in enumerate(draw(st.lists(st.integers(1, 3), max_size=3))):
        made = release(n, draw(days), id=f"r{place}", event_id=f"released-{place}", programme=events.PROGRAMME)
        found.append(made)
        if draw(st.booleans()):
            found.append(replace(made, version=2, withdrawn=True, event_id=f"withdrawn-{place}"))
    return found


@st.composite
def changes(draw: st.DrawFn, n: int, version: int) -> Event[Any]:
    day = draw(st.sampled_from([events.DAYS[n], date(2025, 3, 1)]))
    return draw(
        st.sampled_from(
            [
                events.completed(n, version, last_day=day),
                events.completion_revoked(n, version),
                events.session("changed", n, version, format="digital", instalment=None),
                events.session("cancelled", n, version),
            ]
        )
    )


@given(history=histories(), data=st.data())
@settings(max_examples=200, deadline=None)
def test_news_in_any_order_and_repeated_ends_in_the_same_books(history: Sequence[News], data: st.DataObject) -> None:
    straight, shuffled = Memory(), Memory()
    for event in history:
        straight.take(event)
        straight.work()
    works = data.draw(st.lists(st.booleans(), min_size=3 * len(history), max_size=3 * len(history)))
    for event, works_now in zip(data.draw(st.permutations([*history] * 3)), works, strict=True):
        shuffled.take(event)
        if works_now:
            shuffled.work()
    shuffled.work()
    assert apart_from_credited_attempts(shuffled.books()) == apart_from_credited_attempts(straight.books())
    assert straight.says_what_was_delivered()
    assert shuffled.says_what_was_delivered()
