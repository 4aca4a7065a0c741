"""A mail of each kind, as it is queued."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.notifications.letters import contents
from services.notifications.letters.domain.content import (
    Agreement,
    Application,
    Attendance,
    Billed,
    CalendarContent,
    Concern,
    Document,
    Entry,
    Listed,
    MailingContent,
    PastSession,
    Plan,
    PlanSession,
    Someone,
    Unbilled,
    UnbilledLine,
    UnbookedVisit,
    Undelivered,
)
from services.notifications.letters.domain.kinds import PURPOSES, Language
from services.notifications.letters.domain.letter import Mail

ORGANISER = "Norsk kulturskoleråd"
SENDER = "kulturskole@kulturskoleradet.example"
PROGRAMME, PARTY = "regionalt-2024-2025", "939760946"
ID = "0000000a-0000-7000-8000-000000000001"

INVOICE = Document(
    number=1042,
    document_number="FK1-1042",
    issued_on=date(2024, 10, 1),
    due_on=date(2024, 10, 31),
    seller=Billed(
        name="Norsk kulturskoleråd",
        organisation_number="971454288",
        street="Fjordgata 1",
        postal_code="7010",
        city="Trondheim",
    ),
    buyer=Billed(
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
    credits_invoice=None,
    reason=None,
)
CREDIT_NOTE = replace(
    INVOICE,
    number=31,
    document_number="FK2-31",
    due_on=None,
    account=None,
    kid=None,
    credits_invoice=1042,
    credits_document_number="FK1-1042",
    reason="agreement_ended",
)
ENTRY = Entry(
    title="Fellessamling 1",
    first_day=date(2024, 9, 24),
    last_day=date(2024, 9, 25),
    starts_at="10:00",
    ends_at="15:00",
    duration_minutes=None,
    place="Quality Hotel Stjørdal",
    meeting_link=None,
    format="physical",
)
_AGREEMENT = Agreement(
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    signed_on=date(2024, 8, 20),
    ends_on=date(2025, 3, 1),
    kind_of_end="agreed",
    fee_ore=2_000_000,
    payer_reference="REF-77",
)
_ABOUT: dict[str, Any] = {
    "application": Application(waiting_list_place=None, offered_until=date(2024, 6, 17)),
    "agreement": _AGREEMENT,
    "concern": Concern(raised_by="council"),
    "visit": UnbookedVisit(number=2, first=date(2025, 1, 6), last=date(2025, 2, 2)),
    "attendance": Attendance(
        session="s1", first_day=date(2024, 9, 24), last_day=date(2024, 9, 25), stage=1, title="Fellessamling 1"
    ),
    "unbilled": Unbilled(
        monday=date(2024, 10, 28),
        sunday=date(2024, 11, 3),
        count=3,
        lines=(
            UnbilledLine(
                party="Volda",
                instalment=1,
                why=("address_incomplete", "reference_missing"),
                since=date(2024, 9, 25),
                issue_by=date(2024, 10, 25),
            ),
            UnbilledLine(
                party="Ørsta",
                instalment=1,
                why=("session_not_completed",),
                since=date(2024, 10, 7),
                issue_by=date(2024, 11, 7),
            ),
        ),
        not_completed=(PastSession(title="Fellessamling 3", instalment=2, last_day=date(2024, 10, 7)),),
        undelivered=(
            Undelivered(kind="invoice", document_number="FK1-3", party="Melhus", is_under_way=False, why="rejected"),
            Undelivered(
                kind="credit_note", document_number="FK2-1", party="Volda", is_under_way=False, why="mail_failed"
            ),
            Undelivered(kind="invoice", document_number="FK1-4", party="Ørsta", is_under_way=True, why=None),
        ),
    ),
    "plan": Plan(
        revision=3,
        reason="postponed",
        sessions=(
            PlanSession(
                id="s1",
                title="Fellessamling 1 (oppstart av regionale program)",
                told="24.–25. september 2024\nfysisk, Kimen, Stjørdal",
                before="17.–18. september 2024\nfysisk, Kimen, Stjørdal",
            ),
            PlanSession(
                id="s2", title="Veiledningsbesøk 1", told="oktober 2024 (uke 40–44)", before="oktober 2024 (uke 40–44)"
            ),
        ),
    ),
}
ADVISOR = Someone(name="Eva Rådgiver", email="eva@kulturskoleradet.example", phone="+47 900 00 001")
COORDINATOR = Someone(name="Ada Ås", email="ada@volda.example", phone="+47 900 00 002")
CONTACT_PERSON = Someone(name="Ingrid Moe", email="ingrid@kulturskoleradet.example", phone="+47 900 00 003")
GROUP = (
    Listed(
        person="ada", name="Ada Ås", email="ada@volda.example", phone="+47 900 00 002", role="rektor", coordinates=True
    ),
    Listed(person="bo", name="Bo Nordmann", email=None, phone=None, role=None, coordinates=False),
    Listed(person="kari", name="Kari Vik", email="kari@volda.example", phone=None, role="lærar", coordinates=False),
)
_NAMES: dict[str, Any] = {
    "programme": "Fremtidens kulturskole",
    "party": "Volda",
    "contact_person": CONTACT_PERSON,
}


def content(kind: str, **changes: Any) -> contents.Content:
    """What a mail of this kind says. `changes` are to it, or to what it is about where that has a field of this name."""
    if kind not in PURPOSES:
        fields: dict[str, Any] = {
            "is_with_party": False,
            "entry": ENTRY,
            "before": None
            if kind in ("session_invitation", "session_reminder")
            else replace(ENTRY, first_day=date(2024, 9, 25)),
            "why": "cancelled" if kind == "session_cancellation" else None,
        }
        return CalendarContent(**_NAMES | fields | changes)
    fields = {
        "happened_on": date(2024, 9, 2),
        "official_name": "Volda kommune",
        "party_kind": "municipality",
        "contacts": ("Ada Ås", "Bo Nordmann") if kind.startswith("concern") else (),
        "contact": COORDINATOR if kind.startswith("concern") else None,
        "of_council": ADVISOR if PURPOSES[kind] in ("concern", "advisor") else None,
    }
    if kind.startswith("contact_list"):
        fields |= {
            "of_council": ADVISOR,
            "period_start": date(2024, 8, 1),
            "group": GROUP,
            "missing": ("participants_are_missing", "advisor_is_missing") if kind == "contact_list_missing" else (),
        }
        return MailingContent(**_NAMES | fields | changes)
    if PURPOSES[kind] == "advisor":
        return MailingContent(**_NAMES | fields | changes)
    if PURPOSES[kind] == "invoice":
        fields["document"] = INVOICE if kind.startswith("invoice") else CREDIT_NOTE
    else:
        name = kind.partition("_")[0]
        its_own = {key: changes.pop(key) for key in list(changes) if hasattr(_ABOUT[name], key)}
        fields[name] = replace(_ABOUT[name], **its_own)
    return MailingContent(**_NAMES | fields | changes)


def mail(kind: str, language: Language = "nb", **changes: Any) -> Mail:
    """`changes` are to its name or address, or to its content."""
    name, address = changes.pop("name", "Bo Nordmann"), changes.pop("address", "bo@volda.example")
    at = datetime(2024, 9, 2, 12, tzinfo=UTC)
    is_mailing, is_reminder = kind in PURPOSES, kind == "session_reminder"
    return Mail(
        id=ID,
        version=1,
        kind=kind,
        programme=PROGRAMME,
        party=PARTY,
        event_id=ID if is_mailing else None,
        session=None if is_mailing else "s1",
        sequence=None if is_mailing or is_reminder else {"session_invitation": 0, "session_change": 1}.get(kind, 2),
        lead_days=14 if is_reminder else None,
        first_day=ENTRY.first_day if is_reminder else None,
        person="bo",
        name=name,
        address=address,
        language=language,
        content=contents.store(content(kind, **changes)),
        message_id=f"<{ID}@kulturskoleradet.example>",
        state="queued",
        made_at=at,
        sent_at=None,
        tries=1,
        put_off_at=None,
        try_at=at,
        reply=None,
        changed_by=None,
        repeats=None,
    )
