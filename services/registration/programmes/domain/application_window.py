"""When a programme takes applications (R1)."""

from __future__ import annotations

from datetime import date

from services.registration.programmes.domain.programme import Programme
from shared.errors import RuleBroken


def check_takes_applications(programme: Programme, today: date) -> None:
    """Raises RuleBroken outside the days on which the programme takes applications (R1); `today` is a day in Norway."""
    first, last = programme.applications_from, programme.applications_until
    if first and today < first:
        msg = f"applications are taken from {first}"
        raise RuleBroken(
            msg, code="applications_are_not_open_yet", rule="R1", field="programme", values={"first": first}
        )
    if last and today > last:
        msg = f"applications were taken until {last}"
        raise RuleBroken(msg, code="applications_are_closed", rule="R1", field="programme", values={"last": last})
