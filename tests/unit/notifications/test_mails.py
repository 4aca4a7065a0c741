"""Which event becomes which mail, and who is asked for (N1)."""

from __future__ import annotations

from typing import Any

import pytest

from services.notifications.consumers import KIND_OF_MAILING
from services.notifications.letters.domain.kinds import COPIES, OF_THE_PLAN, PURPOSES, language
from shared.contracts import billing, registration, scheduling
from shared.contracts.envelope import EventType

MAILED: list[tuple[EventType[Any], str]] = [
    (registration.APPLICATION_RECEIVED, "application"),
    (registration.APPLICATION_ACCEPTED, "application"),
    (registration.APPLICATION_WAITLISTED, "application"),
    (registration.APPLICATION_DECLINED, "application"),
    (registration.APPLICATION_OFFERED, "application"),
    (registration.APPLICATION_OFFER_LAPSED, "application"),
    (registration.ADVISOR_ATTACHED, "advisor"),
    (registration.ADVISOR_DETACHED, "advisor"),
    (scheduling.GUIDANCE_VISIT_UNBOOKED, "guidance"),
    (registration.AGREEMENT_SENT, "agreement"),
    (registration.AGREEMENT_SIGNED, "agreement"),
    (registration.AGREEMENT_AMENDED, "agreement"),
    (registration.AGREEMENT_CALLED_BACK, "agreement"),
    (registration.AGREEMENT_SUCCEEDED, "end"),
    (registration.AGREEMENT_ENDED, "end"),
    (registration.AGREEMENT_END_TAKEN_BACK, "end"),
    (registration.CONCERN_RAISED, "concern"),
    (registration.CONCERN_RESOLVED, "concern"),
    (registration.CONTACT_LIST_EXCHANGED, "contact_list"),
    (registration.CONTACT_LIST_MISSING, "contact_list_missing"),
    (billing.INVOICE_ISSUED, "invoice"),
    (billing.CREDIT_NOTE_ISSUED, "invoice"),
    (registration.ATTENDANCE_MISSING, "attendance"),
    (billing.UNBILLED_REPORTED, "programme"),
]


@pytest.mark.parametrize(("event", "purpose"), MAILED, ids=lambda it: getattr(it, "name", None))
def test_whoever_is_concerned_by_an_event_is_asked_for(event: EventType[Any], purpose: str) -> None:
    assert PURPOSES[KIND_OF_MAILING[event]] == purpose


def test_no_two_events_become_the_same_kind_of_mail() -> None:
    """Of the plan a party is told in a mail of its own, by whatever event."""
    assert sorted([*KIND_OF_MAILING.values(), *OF_THE_PLAN, *COPIES.values()]) == sorted(PURPOSES)
    assert len(KIND_OF_MAILING) == len(MAILED)


def test_who_writes_nynorsk_is_written_to_in_nynorsk_and_all_others_in_bokmaal() -> None:
    assert {form: language(form) for form in ("nynorsk", "bokmål", "nøytral")} == {
        "nynorsk": "nn",
        "bokmål": "nb",
        "nøytral": "nb",
    }
