"""What a mail says is read as it was stored, however long ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.notifications.consumers import KIND_OF_MAILING, about
from services.notifications.letters import contents
from services.notifications.letters.domain.content import (
    About,
    Agreement,
    Application,
    Concern,
    DocumentNumber,
)
from services.notifications.letters.domain.kinds import KINDS
from services.notifications.sending.render import render
from shared.contracts.envelope import EventType
from tests.unit.notifications.samples import ENTRY, ORGANISER, SENDER, content, mail

# As version 0.1 stored them: the events' entities and billing's answer whole, without a version of their own.
NAMES: dict[str, Any] = {
    "programme": "Fremtidens kulturskole",
    "party": "Verdal",
    "official_name": "Verdal kommune",
    "party_kind": "municipality",
    "happened_on": "2025-03-03",
}
WHOSE: dict[str, Any] = {"programme": "regionalt-2024-2025", "party": "938587418"}
APPLICATION = WHOSE | {"version": 2, "id": "01a21808", "state": "waiting_list", "waiting_list_place": 4}
AGREEMENT = WHOSE | {
    "version": 3,
    "id": "01a21808",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "signed_on": "2024-08-15",
    "ends_on": "2025-03-03",
    "kind_of_end": "terminated",
    "fee_ore": 2000000,
    "payer_reference": "KS-5038",
}
CONCERN = WHOSE | {"version": 1, "id": "01a21809", "agreement": "01a21808", "raised_by": "council", "state": "raised"}
NUMBERED = WHOSE | {
    "version": 1,
    "series": "regionalt-2024-2025/invoices",
    "number": 1,
    "agreement": "01a21808",
    "instalment": 1,
    "attempt": 1,
    "session": "01a21808",
    "release": None,
    "amount_ore": 666667,
    "issued_on": "2024-09-25",
    "due_on": "2024-10-25",
    "kid": "00010000016",
}
DOCUMENT: dict[str, Any] = {
    "kind": "invoice",
    "number": 1,
    "issued_on": "2024-09-25",
    "due_on": "2024-10-25",
    "seller": {
        "name": "Norsk kulturskoleråd",
        "organisation_number": "312345676",
        "street": "Eksempelgata 1",
        "postal_code": "7010",
        "city": "Trondheim",
    },
    "buyer": {
        "name": "Verdal kommune",
        "organisation_number": "938587418",
        "street": "Johannes Bruns gate 2",
        "postal_code": "7650",
        "city": "Verdal",
    },
    "payer_reference": "KS-5038",
    "programme_name": "Fremtidens kulturskole",
    "instalment": 1,
    "delivered": "Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1",
    "delivered_from": "2024-09-24",
    "delivered_to": "2024-09-25",
    "delivered_where": "Stjørdal",
    "amount_ore": 666667,
    "no_vat_because": "Selgeren er ikke registrert i Merverdiavgiftsregisteret.",
    "account": "12345678903",
    "kid": "00010000016",
    "credits_invoice": None,
    "reason": None,
}
VISIT: dict[str, Any] = {
    "title": "Veiledningsbesøk 3",
    "first_day": "2025-03-14",
    "last_day": "2025-03-14",
    "starts_at": "09:00",
    "ends_at": "14:00",
    "duration_minutes": None,
    "place": "Verdal kulturskole",
    "meeting_link": None,
    "format": "physical",
}
CALENDAR: dict[str, Any] = {"programme": "Fremtidens kulturskole", "party": "Verdal", "is_with_party": True}
OLD: list[tuple[str, dict[str, Any], str]] = [
    ("application_waiting_list", NAMES | {"about": APPLICATION}, "på venteliste som nummer 4."),
    ("agreement_ended", NAMES | {"about": AGREEMENT}, "Fra og med 3. mars 2025"),
    ("concern_raised", NAMES | {"about": CONCERN, "contacts": ["Ada Ås", "Bo Moen"]}, "Ada Ås og Bo Moen"),
    ("invoice", NAMES | {"about": NUMBERED, "document": DOCUMENT}, "Johannes Bruns gate 2"),
    ("session_change", CALENDAR | {"entry": VISIT, "before": VISIT | {"place": None}, "why": None}, "(ny)"),
    (
        "session_cancellation",
        CALENDAR | {"entry": VISIT, "before": VISIT, "why": "cancelled"},
        "Veiledningsbesøk 3, Verdal",
    ),
]


@pytest.mark.parametrize(("kind", "stored", "text"), OLD, ids=[kind for kind, _, _ in OLD])
def test_what_0_1_stored_is_sent_as_it_would_have_been(kind: str, stored: dict[str, Any], text: str) -> None:
    written = render(replace(mail(kind), content=stored), organiser=ORGANISER, sender=SENDER)
    assert text in " ".join(written.text.split())


@pytest.mark.parametrize(
    ("kind", "entity", "expected"),
    [
        ("application_waiting_list", APPLICATION, About(application=Application(waiting_list_place=4))),
        ("concern_raised", CONCERN, About(concern=Concern(raised_by="council"))),
        (
            "invoice",
            NUMBERED,
            About(document=DocumentNumber(kind="invoice", series="regionalt-2024-2025/invoices", number=1)),
        ),
        (
            "agreement_ended",
            AGREEMENT,
            About(
                agreement=Agreement(
                    period_start=date(2024, 8, 1),
                    period_end=date(2025, 12, 31),
                    signed_on=date(2024, 8, 15),
                    ends_on=date(2025, 3, 3),
                    kind_of_end="terminated",
                    fee_ore=2_000_000,
                    payer_reference="KS-5038",
                    id="01a21808",
                )
            ),
        ),
    ],
)
def test_a_mailing_that_waits_since_0_1_is_still_written(kind: str, entity: dict[str, Any], expected: About) -> None:
    assert contents.read_about(kind, entity) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_is_read_as_it_was(kind: str) -> None:
    stored = contents.store(content(kind))
    assert stored["content_version"] == 1
    assert contents.read(kind, stored) == content(kind)
    assert contents.read(kind, stored | {"a_later_field": "of the same version"}) == content(kind)


@pytest.mark.parametrize(("kind", "mail"), KIND_OF_MAILING.items(), ids=lambda it: getattr(it, "name", it))
def test_what_a_mailing_is_about_is_stored_in_words_of_our_own(kind: EventType[Any], mail: str) -> None:
    what = about(kind.example().data)
    stored = contents.store_about(what)
    assert contents.read_about(mail, stored) == what
    assert not {"id", "version", "programme", "party"} & stored.keys()


def test_a_version_that_is_not_known_is_not_taken_for_one_that_is() -> None:
    for kind in ("invoice", "session_change"):
        later = contents.store(content(kind)) | {"content_version": 2}
        with pytest.raises(ValueError, match="content_version"):
            contents.read(kind, later)


def test_the_entry_alone_can_be_read() -> None:
    assert contents.read_entry(contents.store(content("session_invitation"))) == ENTRY
