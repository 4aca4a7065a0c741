"""The application that a successor has from now on (R12)."""

from __future__ import annotations

from dataclasses import replace

from services.registration.agreements.domain.succession import handed_over
from services.registration.applications.domain.application import Application

BEFORE = Application(
    id="before",
    version=3,
    programme="p",
    party="921221967",
    answers=None,
    contact_person="kari",
    payer_reference="KS-1506",
    state="accepted",
    development_area="area",
)
OWN = replace(BEFORE, id="own", party="942110464", contact_person="siri", payer_reference="NEW-1", state="declined")


def test_where_it_had_applied_in_vain_what_the_one_before_named_goes_with_its_place() -> None:
    takes_part, gone = handed_over(BEFORE, replace(OWN, development_area=None), OWN.party)
    assert (takes_part.id, takes_part.state, takes_part.party) == ("own", "accepted", OWN.party)
    assert (takes_part.contact_person, takes_part.payer_reference) == ("kari", "KS-1506")
    assert takes_part.development_area == "area"
    assert gone is not None
    assert (gone.id, gone.state) == ("before", "withdrawn")


def test_its_own_development_area_stays_where_the_one_before_named_none() -> None:
    takes_part, _ = handed_over(replace(BEFORE, development_area=None), replace(OWN, development_area="own"), OWN.party)
    assert takes_part.development_area == "own"


def test_where_it_had_not_applied_it_has_the_application_itself() -> None:
    assert handed_over(BEFORE, None, OWN.party) == (replace(BEFORE, party=OWN.party), None)
