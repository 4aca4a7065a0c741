"""Closing a programme that is settled, and opening it again (R6).

What is outstanding is seen on its pages and decided by who closes it: billing alone knows what is invoiced. A closed programme
takes no applications, offers no places, sends no agreements and plans no sessions; nobody is reminded of anything in it, and no start looks at it. What is
told of it nevertheless, as that an agreement ended earlier, is worked off as ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.programmes.domain.programme import Programme
from shared.errors import Conflict


def closed(programme: Programme, today: date) -> Programme:
    """As it is from today on, a day in Norway; one that is closed stays so since when it was."""
    return programme if programme.closed_on else replace(programme, closed_on=today)


def reopened(programme: Programme) -> Programme:
    return replace(programme, closed_on=None)


def check_is_open(programme: Programme) -> None:
    """Raises Conflict for a closed programme, where somebody is to be taken into it (R6)."""
    if programme.closed_on is not None:
        msg = f"the programme was closed on {programme.closed_on}; open it again first"
        raise Conflict(
            msg, code="programme_is_closed", rule="R6", field="programme", values={"closed_on": programme.closed_on}
        )
