"""What notifications does with codes that a newer version tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.notifications.consumers import consumers
from services.notifications.letters.domain.kinds import language
from shared.contracts import billing, registration, scheduling
from shared.contracts.codes import UnknownCode
from shared.contracts.envelope import EventType
from tests.support.facts import by_a_newer_version, facts_of, rows_of
from tests.unit.notifications.samples import ENTRY
from tests.unit.notifications.test_render import rendered


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (registration.AGREEMENT_ENDED, "kind_of_end"),
        (registration.CONCERN_RAISED, "raised_by"),
        (billing.CREDIT_NOTE_ISSUED, "reason"),
        (registration.APPLICATION_ACCEPTED, "state"),
    ],
)
def test_nothing_is_said_and_no_calendar_cleared_by_a_code_that_is_not_known(kind: EventType[Any], code: str) -> None:
    with pytest.raises(UnknownCode, match=code):
        facts_of(consumers, by_a_newer_version(kind.example(), **{code: "new"}))


def test_a_party_of_another_kind_or_language_form_is_written_to_in_bokmaal() -> None:
    event = registration.PARTY_REGISTERED.example()
    ((_, party), *_) = rows_of(consumers, by_a_newer_version(event, kind="county", language_form="kvensk"))
    assert language(party["language_form"]) == "nb"


def test_a_session_in_another_state_stays_in_the_calendars() -> None:
    event = by_a_newer_version(scheduling.BY_NAME["physical_session", "planned"].example(), state="doubtful")
    ((_, session), *_) = rows_of(consumers, event)
    assert session["cancelled"] is False


def test_a_mail_says_nothing_of_a_format_that_is_not_known() -> None:
    event = by_a_newer_version(scheduling.BY_NAME["physical_session", "planned"].example(), format="hybrid")
    ((_, session), *_) = rows_of(consumers, event)
    known, unknown = (
        rendered("session_invitation", "nb", entry=replace(ENTRY, format=it)) for it in ("physical", session["format"])
    )
    assert "Form:" in known.text
    assert "Form:" not in unknown.text
