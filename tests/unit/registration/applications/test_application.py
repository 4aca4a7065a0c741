from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.applications.domain.application import Answers, Application, check_accepted
from services.registration.applications.domain.assessment import check_open
from shared.errors import Conflict

APPLICATION = Application(
    id="one",
    version=1,
    programme="regionalt-2024-2025",
    party="942110464",
    answers=Answers(development_as_whole="Ja.", development_area="Ja.", dialogue_with_branch="Ja."),
    contact_person="one",
    payer_reference="KS-5001",
    state="received",
)


def test_who_waits_may_be_assessed_again_and_who_is_decided_may_not() -> None:
    check_open(APPLICATION)
    check_open(replace(APPLICATION, state="waiting_list"))
    for state in ("accepted", "declined"):
        with pytest.raises(Conflict, match="R2"):
            check_open(replace(APPLICATION, state=state))


def test_only_who_is_accepted_takes_part() -> None:
    accepted = replace(APPLICATION, state="accepted")
    assert check_accepted(accepted) is accepted
    for it in (None, APPLICATION, replace(APPLICATION, state="waiting_list")):
        with pytest.raises(Conflict, match="R2"):
            check_accepted(it)
