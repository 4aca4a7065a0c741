"""The order of a waiting list, and why who waits has no offer (R2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.applications.domain.application import Application
from services.registration.applications.domain.assessment import Assessment, Verdict
from services.registration.applications.domain.offer import Offer, check_day
from services.registration.applications.domain.waiting_list import numbered, ordered, waiting_list
from services.registration.applications.domain.why_no_offer import why_no_offer
from services.registration.programmes.domain.places import Places
from services.registration.programmes.domain.programme import Programme
from shared.errors import RuleBroken
from tests.unit.registration.applications.test_application import APPLICATION

PROGRAMME = Programme(
    code="regionalt-2024-2025",
    version=1,
    name="Regionalt program",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    county_branch_fee_ore=None,
    applications_from=None,
    applications_until=None,
    days_to_pay=30,
    places=2,
)
JUNE = date(2024, 6, 3)
MET = Verdict(met=True, reason="Ja.")
ASSESSMENT = Assessment(
    development_as_whole=MET, development_area=MET, dialogue_with_branch=MET, outcome="waiting_list"
)
LAPSED = Offer(offered_on=JUNE, answer_by=date(2024, 6, 17), place=1, outcome="lapsed", ended_on=date(2024, 6, 18))


def waits(id: str, place: int | None = None, *, out: bool = False) -> Application:
    return replace(APPLICATION, id=id, state="waiting_list", waiting_list_place=place, out_of_queue=out)


def test_who_was_never_told_a_place_stands_last_in_the_order_of_arrival() -> None:
    standing = waiting_list(
        "p", [waits("d"), waits("c"), waits("b", 1), waits("a", 2), waits("e", out=True), APPLICATION]
    )
    assert [it.id for it in standing.queue] == ["b", "a", "c", "d"]
    assert [it.id for it in standing.out_of_queue] == ["e"]
    assert [(it.id, it.waiting_list_place) for it in numbered(standing.queue)] == [("c", 3), ("d", 4)]


@given(st.lists(st.tuples(st.none() | st.integers(1, 9), st.booleans()), max_size=8), st.randoms())
def test_after_any_order_places_are_one_to_n_and_nobody_is_lost(
    those: list[tuple[int | None, bool]], random: object
) -> None:
    known = [waits(f"{n}", place, out=out) for n, (place, out) in enumerate(those)]
    standing = waiting_list("p", known)
    order = [it.id for it in (*standing.queue, *standing.out_of_queue)]
    random.shuffle(order)  # type: ignore[attr-defined]
    changed = {it.id: it for it in numbered(ordered(standing, order))}
    after = waiting_list("p", [changed.get(it.id, it) for it in known])
    assert [it.id for it in after.queue] == order
    assert [it.waiting_list_place for it in after.queue] == list(range(1, len(order) + 1))
    assert after.out_of_queue == ()
    assert numbered(after.queue) == []


def why(
    application: Application,
    *offers: Offer,
    last: Assessment = ASSESSMENT,
    today: date = JUNE,
    taken: int = 1,
    places: int | None = 2,
) -> list[str]:
    standing = waiting_list("p", [waits("first", 1), waits("second", 2), waits("out", out=True)])
    found = why_no_offer(
        application,
        last,
        offers,
        standing=standing,
        programme=PROGRAMME,
        places=Places(places=places, accepted=taken, offered=0),
        today=today,
    )
    assert all(it.text for it in found)
    return [it.reason for it in found]


def test_who_waits_can_read_why_it_has_no_offer() -> None:
    first, second, out = waits("first", 1), waits("second", 2), waits("out", out=True)
    unmet = replace(ASSESSMENT, development_area=Verdict(met=False, reason="Nei."))
    assert why(first) == ["not_offered_yet"]
    assert why(first, taken=2) == why(first, taken=3) == ["no_place_free"]
    assert why(first, places=None) == ["places_not_set"]
    assert why(second) == ["others_before_it"]
    assert why(second, taken=2) == ["no_place_free", "others_before_it"]
    assert why(out, LAPSED) == why(out) == ["offer_lapsed_out_of_the_queue"]
    assert why(first, last=unmet) == ["criteria_not_met"]
    assert why(first, today=date(2025, 12, 31)) == ["too_late"]
    assert why(first, today=date(2025, 12, 30)) == ["not_offered_yet"]


def test_a_day_to_answer_by_lies_between_tomorrow_and_the_last_day_of_the_period() -> None:
    for good in (date(2024, 6, 4), date(2025, 12, 31)):
        check_day(PROGRAMME, good, JUNE)
    for bad, code in ((JUNE, "answer_by_is_too_soon"), (date(2026, 1, 1), "answer_by_is_too_late")):
        with pytest.raises(RuleBroken) as refused:
            check_day(PROGRAMME, bad, JUNE)
        assert refused.value.code == code
