"""Whether somebody can be erased: not while something needs the person (N2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from services.registration.people.domain.pointing import Pointing
from shared.errors import Conflict

MOST_NAMED = 10


def check_nothing_needs_them(pointing: Collection[Pointing], today: date) -> None:
    """Raises Conflict, which names it, for who takes part, coordinates or advises in a programme that runs, is its contact person
    or that of an application that lives, or signs an agreement that is in force or waits to be. `today` is a day in Norway.
    """
    needing = [it for it in pointing if it.needs_them_on(today)]
    if needing:
        more = f", and {len(needing) - MOST_NAMED} more" if len(needing) > MOST_NAMED else ""
        msg = f"the person is needed: {'; '.join(str(it) for it in needing[:MOST_NAMED])}{more}"
        counts: Counter[str] = Counter(it.what for it in needing)
        raise Conflict(msg, code="person_is_needed", rule="N2", field="person", values=counts)
