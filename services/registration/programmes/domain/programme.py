"""A programme: its period, its fees and when applications are taken (R1, R6, B1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registration.parties.domain.party import Kind
from shared.errors import Conflict, RuleBroken


@dataclass(frozen=True, kw_only=True)
class Programme:
    code: str
    version: int
    name: str
    period_start: date
    period_end: date  # the last day
    fee_ore: int
    county_branch_fee_ore: int | None  # none: the same
    applications_from: date | None  # none: from the start
    applications_until: date | None  # the last day; none: without end
    days_to_pay: int  # from an invoice's issue until it is due
    places: int | None = None  # none: as many as are accepted
    deleted: bool = False  # by mistake there, and gone; its versions count on if it comes again
    closed_on: date | None = None  # none: it is open
    contact_person: str | None = None  # the id of the council's; none: not named yet

    def fee_for(self, kind: Kind) -> int:
        """What a party of this kind pays for the whole programme, in øre (B1)."""
        if kind == "county_branch" and self.county_branch_fee_ore is not None:
            return self.county_branch_fee_ore
        return self.fee_ore


def check_has_contact_person(programme: Programme) -> None:
    """Raises Conflict where the council's contact person is not named, whom each mail names and a concern reaches (N1, R10)."""
    if programme.contact_person is None:
        msg = "the programme's contact person is not named yet: change the programme first"
        raise Conflict(msg, code="contact_person_is_missing", rule="N1", field="contact_person")


def check_programme(programme: Programme) -> None:
    """Raises RuleBroken where the period, or the time for applications, ends before it starts (R6, R1)."""
    if programme.period_end < programme.period_start:
        msg = "the period ends before it starts"
        raise RuleBroken(msg, code="ends_before_it_starts", rule="R6", field="period_end")
    first, last = programme.applications_from, programme.applications_until
    if first and last and last < first:
        msg = "applications end before they start"
        raise RuleBroken(msg, code="ends_before_it_starts", rule="R1", field="applications_until")
