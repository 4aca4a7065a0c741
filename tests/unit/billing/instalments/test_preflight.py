"""What an invoice lacks is found before it has a number (bokføringsforskriften § 5-1-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import difference
from services.billing.instalments.domain.preflight import Lacking, preflight
from services.billing.occasions.domain.deliveries import Occasions
from tests.unit.billing.samples import (
    AGREEMENT,
    FIRST,
    SECOND,
    TRONDHEIM,
    carry_out,
    occasions,
    release,
    session,
)


def lacking(
    agreement: Agreement, known: Occasions, issued: Sequence[Invoice] = (), *, programme_is_known: bool = True
) -> dict[int, list[Lacking]]:
    gap = difference(agreement, known, issued)
    return preflight(agreement, gap, issued, programme_is_known=programme_is_known)


def codes(*them: Any, **more: Any) -> dict[int, list[str]]:
    return {n: [it.why for it in found] for n, found in lacking(*them, **more).items()}


def paid_by(**changes: Any) -> Agreement:
    return replace(AGREEMENT, buyer=replace(TRONDHEIM, **changes))


def test_what_has_all_that_an_invoice_says_lacks_nothing() -> None:
    assert lacking(AGREEMENT, occasions(FIRST, release(2), session(3))) == {}


@pytest.mark.parametrize(
    ("agreement", "why", "names"),
    [
        (replace(AGREEMENT, payer_reference=""), "reference_missing", "Fakturareferansen"),
        (replace(AGREEMENT, payer_reference=" "), "reference_missing", "avtalen"),
        (paid_by(street=""), "address_incomplete", "oppgi gateadresse på"),
        (paid_by(postal_code="", city=" "), "address_incomplete", "oppgi postnummer, poststed på"),
        (paid_by(organisation_number="942110465"), "organisation_number_wrong", "942110465"),
        (paid_by(organisation_number="94211046"), "organisation_number_wrong", "94211046"),
        (paid_by(organisation_number="942 110 464"), "organisation_number_wrong", "942 110 464"),
        (replace(AGREEMENT, buyer=None), "party_unknown", "Parten"),
    ],
)
def test_what_an_agreement_or_its_payer_lacks_all_its_invoices_lack(agreement: Agreement, why: str, names: str) -> None:
    found = lacking(agreement, occasions(FIRST, SECOND))
    assert [(n, it.why) for n, every in found.items() for it in every] == [(1, why), (2, why)]
    assert names in found[1][0].explanation


def test_a_session_without_a_place_keeps_back_its_own_instalment_alone() -> None:
    nowhere = session(2, venue=None, title="Fellessamling 3")
    assert codes(AGREEMENT, occasions(FIRST, nowhere)) == {2: ["place_missing"]}
    ((it,),) = lacking(AGREEMENT, occasions(FIRST, nowhere)).values()
    assert it.explanation == "Stedet mangler: oppgi lokale på samlingen Fellessamling 3."
    assert codes(AGREEMENT, occasions(session(1, venue="Kimen", city=""))) == {1: ["place_missing"]}


def test_a_release_of_before_it_said_where_is_to_be_made_anew() -> None:
    ((it,),) = lacking(AGREEMENT, occasions(release(1, venue=None, city=None))).values()
    assert it.explanation == (
        "Stedet mangler: trekk frigivelsen 25. september 2024 tilbake, og frigi raten på nytt med lokale og sted."
    )


def test_all_that_an_invoice_lacks_is_said_at_once() -> None:
    poor = replace(paid_by(street="", organisation_number="1"), payer_reference="")
    known = occasions(session(1, venue=None))
    assert codes(poor, known, programme_is_known=False) == {
        1: [
            "programme_unknown",
            "organisation_number_wrong",
            "address_incomplete",
            "reference_missing",
            "place_missing",
        ]
    }


def test_a_fee_below_what_stands_is_told_apart_from_one_that_is_merely_another() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST), [])
    known = occasions(FIRST, SECOND)
    assert codes(replace(AGREEMENT, fee_ore=666_666), known, issued) == {2: ["fee_below_what_stands"]}
    assert codes(replace(AGREEMENT, fee_ore=666_667), known, issued) == {2: ["fee_changed"]}
    assert codes(replace(AGREEMENT, fee_ore=3_000_000), known, issued) == {2: ["fee_changed"]}


def test_what_is_being_credited_does_not_count_among_what_stands() -> None:
    issued = carry_out(AGREEMENT, occasions(FIRST, SECOND), [])
    revoked = session(1, state="planned", event_id="2-revoked")
    less = replace(AGREEMENT, fee_ore=1_000_000)
    assert codes(less, occasions(FIRST, SECOND, session(3)), issued) == {3: ["fee_below_what_stands"]}
    assert codes(less, occasions(revoked, SECOND, session(3)), issued) == {3: ["fee_changed"]}
