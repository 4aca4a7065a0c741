"""Who can be erased: nobody whom a programme that runs, or an agreement in force, needs (N2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registration.erasure.domain.needed import check_nothing_needs_them
from services.registration.people.domain.pointing import Pointing
from shared.errors import Conflict

LAST = date(2025, 12, 31)
COORDINATES = Pointing(what="coordinator", programme="regionalt-2024-2025", party="921221967", last_day=LAST)


@pytest.mark.parametrize(
    "what", ["coordinator", "participant", "advisor", "contact_person", "signatory", "council_contact_person"]
)
def test_who_is_something_is_needed_until_the_last_day_and_not_after_it(what: Any) -> None:
    it = replace(COORDINATES, what=what)
    with pytest.raises(Conflict) as refused:
        check_nothing_needs_them([it], LAST)
    assert refused.value.code == "person_is_needed"
    assert refused.value.values == {what: 1}
    assert "regionalt-2024-2025" in str(refused.value)
    check_nothing_needs_them([it], date(2026, 1, 1))


@pytest.mark.parametrize("changes", [{"is_over": True}, {"is_let_go": True}])
def test_who_has_left_or_was_let_go_is_not_needed(changes: Any) -> None:
    check_nothing_needs_them([replace(COORDINATES, **changes)], date(2024, 8, 1))


def test_one_of_several_is_enough() -> None:
    with pytest.raises(Conflict, match="the person is needed: coordinator of 921221967 in regionalt-2024-2025"):
        check_nothing_needs_them([replace(COORDINATES, is_over=True), COORDINATES], LAST)
