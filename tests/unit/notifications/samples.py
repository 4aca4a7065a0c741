"""A mail of each kind, as it is queued."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from services.notifications.letters.domain.kinds import PURPOSES, Language
from services.notifications.letters.domain.letter import Mail
from shared.contracts.questions import BilledParty, DocumentContent
from shared.contracts.registration import Agreement, Application, Concern

ORGANISER = "Norsk kulturskoleråd"
SENDER = "kulturskole@kulturskoleradet.example"
PROGRAMME, PARTY = "regionalt-2024-2025", "939760946"
ID = "0000000a-0000-7000-8000-000000000001"
_WHOSE: dict[str, Any] = {"version": 1, "programme": PROGRAMME, "party": PARTY}

INVOICE = DocumentContent(
    kind="invoice",
    number=1042,
    issued_on=date(2024, 10, 1),
    due_on=date(2024, 10, 31),
    seller=BilledParty(
        name="Norsk kulturskoleråd",
        organisation_number="971454288",
        street="Fjordgata 1",
        postal_code="7010",
        city="Trondheim",
    ),
    buyer=BilledParty(
        name="Volda kommune",
        organisation_number="939760946",
        street="Stormyra 2",
        postal_code="6100",
        city="Volda",
    ),
    payer_reference="REF-77",
    programme_name="Fremtidens kulturskole",
    instalment=2,
    delivered="Deltakeravgift Fremtidens kulturskole, rate 2 av 3: Fellessamling 3",
    delivered_from=date(2024, 9, 24),
    delivered_to=date(2024, 9, 25),
    delivered_where="Quality Hotel Stjørdal",
    amount_ore=666_667,
    no_vat_because="Selger er unntatt etter § 3-7.",
    account="12345678903",
    kid="1042007",
)
CREDIT_NOTE = INVOICE.model_copy(
    update={
        "kind": "credit_note",
        "number": 31,
        "due_on": None,
        "account": None,
        "kid": None,
        "credits_invoice": 1042,
        "reason": "agreement_ended",
    }
)
ENTRY: dict[str, Any] = {
    "title": "Fellessamling 1",
    "first_day": "2024-09-24",
    "last_day": "2024-09-25",
    "starts_at": "10:00",
    "ends_at": "15:00",
    "duration_minutes": None,
    "place": "Quality Hotel Stjørdal",
    "meeting_link": None,
    "format": "physical",
}
_APPLICATION = Application(id=ID, state="received", **_WHOSE)
_AGREEMENT = Agreement(
    id=ID,
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    signed_on=date(2024, 8, 20),
    ends_on=date(2025, 3, 1),
    kind_of_end="agreed",
    fee_ore=2_000_000,
    payer_reference="REF-77",
    **_WHOSE,
)
_CONCERN = Concern(id=ID, agreement=ID, raised_by="council", state="raised", **_WHOSE)
_ABOUT = {"application": _APPLICATION, "agreement": _AGREEMENT, "concern": _CONCERN}


def mail(kind: str, language: Language = "nb", **changes: Any) -> Mail:
    """`changes` are to its content, or to what it is about where that has a field of this name."""
    content: dict[str, Any] = {"programme": "Fremtidens kulturskole", "party": "Volda", "name": "Bo Nordmann"}
    if kind in PURPOSES:
        about = next((it.model_dump(mode="json") for name, it in _ABOUT.items() if kind.startswith(name)), {})
        content |= {
            "happened_on": "2024-09-02",
            "about": about | {k: v for k, v in changes.items() if k in about},
            "official_name": "Volda kommune",
            "party_kind": "municipality",
            "contacts": ["Ada Ås", "Bo Nordmann"],
        }
    else:
        content |= {
            "is_with_party": False,
            "entry": ENTRY,
            "before": None if kind == "session_invitation" else ENTRY | {"first_day": "2024-09-25"},
            "why": "cancelled" if kind == "session_cancellation" else None,
        }
    if PURPOSES.get(kind) == "invoice":
        document = INVOICE if kind == "invoice" else CREDIT_NOTE
        content["document"] = document.model_dump(mode="json")
    content |= changes
    name, address = content.pop("name"), changes.pop("address", "bo@volda.example")
    at = datetime(2024, 9, 2, 12, tzinfo=UTC)
    is_mailing = kind in PURPOSES
    return Mail(
        id=ID,
        version=1,
        kind=kind,
        programme=PROGRAMME,
        party=PARTY,
        event_id=ID if is_mailing else None,
        session=None if is_mailing else "s1",
        sequence=None if is_mailing else {"session_invitation": 0, "session_change": 1}.get(kind, 2),
        person="bo",
        name=name,
        address=address,
        language=language,
        content=content,
        message_id=f"<{ID}@kulturskoleradet.example>",
        state="queued",
        made_at=at,
        sent_at=None,
        tries=1,
        put_off_at=None,
        try_at=at,
        reply=None,
        changed_by=None,
    )
