from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.registration.parties.domain.party import Party, check_party
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
