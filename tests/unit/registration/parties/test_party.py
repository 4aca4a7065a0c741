from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.registration.parties.domain.party import Party, check_party, with_legal_name
from shared.errors import RuleBroken

PARTY = Party(
    organisation_number="942110464",
    version=1,
    kind="municipality",
    municipality_number="5001",
    county="Trøndelag",
    name="Trondheim",
    official_name=None,
    language_form="bokmål",
    street="Rådhuset",
    postal_code="7013",
    city="Trondheim",
    takes_invoices_by="email",
)


@pytest.mark.parametrize(
    "endpoint",
    [
        "974652277",
        "0192:974652278",
        "0192:000000000",
        "0192:97465227",
        "0192:974 652 277",
        "0192:٩٧٤٦٥٢٢٧٧",
        "9908:974652277",
        "0192:",
    ],
)
def test_ehf_go_to_an_organisation_number_alone_so_far(endpoint: str) -> None:
    check_party(replace(PARTY, invoice_endpoint="0192:974652277"))
    with pytest.raises(RuleBroken) as refused:
        check_party(replace(PARTY, invoice_endpoint=endpoint))
    assert (refused.value.rule, refused.value.field) == ("B8", "invoice_endpoint")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"organisation_number": "942110465"}, "organisation_number"),
        ({"municipality_number": None}, "municipality_number"),
        ({"kind": "county_branch"}, "municipality_number"),
    ],
)
def test_a_party_that_there_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    check_party(PARTY)
    with pytest.raises(RuleBroken) as refused:
        check_party(replace(PARTY, **change))
    assert (refused.value.rule, refused.value.field) == ("R1", field)


@pytest.mark.parametrize(
    ("before", "changes", "legal"),
    [
        (None, {"name": "Hitra"}, "Hitra kommune"),
        (None, {"name": "Hitra kommune"}, "Hitra kommune"),
        (None, {"name": "Snåsa", "official_name": "Snåase - Snåsa kommune"}, "Snåase - Snåsa kommune"),
        (None, {"kind": "county_branch", "municipality_number": None}, None),
        ("Trondheim kommune", {"name": "Orkland"}, "Orkland kommune"),
        ("Trondheim kommune", {"name": "Orkland", "official_name": "Orkland herad"}, "Orkland herad"),
        ("Tråante kommune", {"name": "Orkland"}, "Tråante kommune"),
        ("Tråante kommune", {"official_name": None}, "Trondheim kommune"),
    ],
)
def test_a_municipality_signs_and_pays_by_its_legal_name(
    before: str | None, changes: dict[str, Any], legal: str | None
) -> None:
    stood = replace(PARTY, official_name=before)
    assert with_legal_name(replace(stood, **changes), stood if before else None).official_name == legal
