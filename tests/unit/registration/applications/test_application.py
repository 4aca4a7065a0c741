from __future__ import annotations

from dataclasses import replace

import pytest

from services.registration.applications.domain.application import Answers, Application, check_accepted
from services.registration.applications.domain.assessment import check_can_be_decided, replaced
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


def test_what_is_decided_is_decided_anew_until_an_agreement_is_out_or_the_party_withdraws() -> None:
    for state in ("received", "waiting_list", "accepted", "declined"):
        check_can_be_decided(replace(APPLICATION, state=state), None)
        with pytest.raises(Conflict, match=r"R2.*DELETE /registration/agreements/one"):
            check_can_be_decided(replace(APPLICATION, state=state), "one")
    with pytest.raises(Conflict, match=r"R2.*withdrawn"):
        check_can_be_decided(replace(APPLICATION, state="withdrawn"), None)


def test_what_a_new_decision_replaces_is_the_answer_before_it() -> None:
    assert replaced(APPLICATION) is None
    assert replaced(replace(APPLICATION, state="declined")) == "declined"


def test_only_who_is_accepted_takes_part() -> None:
    accepted = replace(APPLICATION, state="accepted")
    assert check_accepted(accepted) is accepted
    for it in (None, APPLICATION, replace(APPLICATION, state="waiting_list")):
        with pytest.raises(Conflict, match="R2"):
            check_accepted(it)
