"""What billing tells: invoices, credit notes and how they are delivered, releases, waivers, and what is not invoiced. Amounts are in øre."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.bounds import Count, Day, Line, Number, Ore, Text, Word
from shared.contracts.codes import Code, Pattern
from shared.contracts.envelope import Entity, EntityId, EventType, OrganisationNumber, ProgrammeCode, Value, in_order

PUBLISHER = "billing"

Instalment = Annotated[int, Field(ge=1, le=3)]
Sha256 = Annotated[str, Pattern(r"^[0-9a-f]{64}$")]


class BilledParty(Value):
    """Seller or buyer, as a document names it."""

    name: Line
    """Its name."""
    organisation_number: Word
    """Nine digits."""
    street: Line
    """Street and number."""
    postal_code: Word
    """Four digits."""
    city: Line
    """The place that goes with the postal code."""
    endpoint: Word | None = None
    """Where its EHF go, scheme:number as Peppol has it: `0192:942110464`. Absent where it was issued before that was said."""


class Content(Value):
    """What a document says besides its number, amount, days and KID: public facts about public bodies (B8)."""

    seller: BilledParty
    """The council."""
    buyer: BilledParty
    """The party, as it was known when the invoice was issued."""
    payer_reference: Word
    """What the payer wants to find on its invoices (R2)."""
    order_reference: Word | None = None
    """The payer's order, a code. Absent where it named none."""
    accounting_cost: Word | None = None
    """What the payer posts it to, a code. Absent where it named none."""
    programme_name: Line
    """What the programme is called."""
    delivered: Text
    """What was delivered, in Norwegian."""
    delivered_from: Day
    """The first day of the delivery."""
    delivered_to: Day
    """The last day of the delivery."""
    delivered_where: Text | None = None
    """Where it was delivered, as text. Absent where that is not known."""
    delivered_venue: Line | None = None
    """The house that it was delivered in. Absent where it was not said apart from the text."""
    delivered_city: Line | None = None
    """The town or village that it was delivered in. Absent as the venue is."""
    currency: Word
    """Of the amount, as ISO 4217 has it: `NOK`."""
    no_vat_because: Text | None = None
    """Why the amount carries no VAT (A7), in Norwegian. Absent where that was not said."""
    vat_category: Word
    """The category of VAT, as EN 16931 has it: `O`, not subject to VAT."""
    vat_reason_code: Word | None = None
    """Why there is no VAT, as a code of EN 16931's list VATEX: `VATEX-EU-O`."""
    in_foretaksregisteret: bool = False
    """Whether the seller is registered in Foretaksregisteret (A7)."""
    account: Word | None = None
    """The seller's bank account, eleven digits: a credit note names its invoice's. Absent on credit notes issued before they did."""
    credits_document_number: Word | None = None
    """What the invoice that a credit note takes back is called. Absent on an invoice."""
    credits_issued_on: Day | None = None
    """The day on which the invoice was issued that a credit note takes back. Absent on an invoice."""

    @model_validator(mode="after")
    def _its_days_are_in_order(self) -> Self:
        return in_order(self, "delivered_from", "delivered_to")


class Document(Entity):
    """What invoices and credit notes have in common. It never changes once it is issued."""

    identity: ClassVar[tuple[str, ...]] = ("series", "number")

    series: Word
    """The number series it belongs to, one of each kind a programme: `<programme>/invoices`, `<programme>/credit-notes`."""
    number: Number
    """Its number in the series, which runs from 1 without a gap (B8)."""
    document_number: Word | None = None
    """What it is called: `FK1-35`, unlike any other that the council issues (B8). Absent where it was issued before there
    was such a number: it is called by `number`."""
    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber
    """The organisation number of the party it is issued to."""
    agreement: EntityId
    """The id of the agreement that it is issued for."""
    instalment: Instalment
    """Which of the fee's three instalments it is for (B2)."""
    attempt: Number
    """Counts the invoices for this agreement and instalment, from 1; each before it was credited in full (B5)."""
    session: EntityId | None = None
    """The id of the completed session that made the instalment due (B3). Absent where a release did."""
    release: EntityId | None = None
    """The id of the release that made the instalment due (B6). Absent where a session did."""
    amount_ore: Ore
    """What it comes to, in øre and without VAT (B2). A credit note takes this amount back: it is no negative number."""
    issued_on: Day
    """The day it was issued, by Norway's calendar."""
    content: Content | None = None
    """What else it says, as it was issued. Absent where it was issued before events carried it."""
    link: Sha256 | None = None
    """Its link in the chain over its series: SHA-256 of what it says and of the link before it (B8). Absent where it was
    issued before there was one."""
    delivery_is_told: bool = False
    """Whether events of its own tell how it is delivered, `document.…`; then a mail about it waits for them."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


ISSUED: dict[str, Any] = {
    "version": 1,
    "programme": "regionalt-2024-2025",
    "party": "942110464",
    "agreement": "018f9a10-5400-7000-8000-00000000000b",
    "instalment": 1,
    "attempt": 1,
    "session": "018e3f2c-8800-7000-8000-00000000000e",
    "amount_ore": 666_667,
}
CONTENT: dict[str, Any] = {
    "seller": {
        "name": "Norsk kulturskoleråd",
        "organisation_number": "312345676",
        "street": "Eksempelgata 1",
        "postal_code": "7010",
        "city": "Trondheim",
        "endpoint": "0192:312345676",
    },
    "buyer": {
        "name": "Trondheim kommune",
        "organisation_number": "942110464",
        "street": "Munkegata 1",
        "postal_code": "7011",
        "city": "Trondheim",
        "endpoint": "0192:942110464",
    },
    "payer_reference": "KS-5001",
    "order_reference": "4500012345",
    "programme_name": "Fremtidens kulturskole",
    "delivered": "Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1",
    "delivered_from": "2024-09-24",
    "delivered_to": "2024-09-25",
    "delivered_where": "Kimen, Stjørdal",
    "delivered_venue": "Kimen",
    "delivered_city": "Stjørdal",
    "currency": "NOK",
    "no_vat_because": "Selgeren er ikke registrert i Merverdiavgiftsregisteret.",
    "vat_category": "O",
    "vat_reason_code": "VATEX-EU-O",
    "in_foretaksregisteret": False,
}


class Invoice(Document):
    """An invoice as it was issued. If it turns out wrong a credit note takes it back; it is never changed (B5, B8)."""

    example: ClassVar[dict[str, Any]] = ISSUED | {
        "series": "regionalt-2024-2025/invoices",
        "number": 1,
        "document_number": "FK1-1",
        "issued_on": "2024-09-26",
        "due_on": "2024-10-26",
        "kid": "00010000016",
        "content": CONTENT | {"account": "12345678903"},
    }

    due_on: Day
    """The day by which it is to be paid, by Norway's calendar."""
    kid: Annotated[str, Pattern(r"^[0-9]{2,25}$")]
    """The customer identification number that a payment names, digits of which the last checks the others (B8)."""


class CreditNote(Document):
    """A credit note as it was issued: it takes one invoice back, in full (B5, B8)."""

    example: ClassVar[dict[str, Any]] = ISSUED | {
        "series": "regionalt-2024-2025/credit-notes",
        "number": 1,
        "document_number": "FK2-1",
        "issued_on": "2024-10-02",
        "invoice": 1,
        "reason": "completion_revoked",
        "because": "0192279c-6c80-7000-8000-000000000002",
        "content": CONTENT | {"credits_document_number": "FK1-1", "credits_issued_on": "2024-09-26"},
    }

    invoice: Number
    """The number of the invoice that it takes back, in the programme's series of invoices."""
    reason: Code[
        Literal[
            "agreement_ended",
            "completion_revoked",
            "release_withdrawn",
            "instalment_waived",
            "wrong_reference",
            "wrong_buyer",
            "mistake",
        ]
    ]
    """What made the invoice wrong (B5, B6); the last three where somebody had it credited by hand."""
    because: EntityId | None = None
    """The id of the event that made the invoice wrong (B5). Absent where somebody had it credited by hand, and where it was
    issued before events carried it."""


class Release(Entity):
    """An instalment released by hand: counts as a session completed on the effective day (B6)."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "id": "01950e8c-3c00-7000-8000-00000000000f",
        "programme": "regionalt-2024-2025",
        "instalment": 2,
        "effective_on": "2025-02-13",
        "place": "Kimen, Stjørdal",
        "venue": "Kimen",
        "city": "Stjørdal",
        "withdrawn": False,
        "reason": "session_became_digital",
    }

    id: EntityId
    """What it is known by."""
    programme: ProgrammeCode
    """The programme's code."""
    instalment: Instalment
    """Which of the fee's three instalments falls due (B2)."""
    effective_on: Day
    """The day it counts from, by Norway's calendar, never in the future, and within the programme's period (B6)."""
    place: Text | None = None
    """Where it was delivered, as text: venue and city. Absent where it was released before that was said."""
    venue: Line | None = None
    """The house that it was delivered in (B6). Absent as `place` is."""
    city: Line | None = None
    """The town or village that it was delivered in (B6). Absent as `place` is."""
    withdrawn: bool
    """Whether it was taken back, so that it counts no more (B5)."""
    reason: Code[Literal["session_became_digital", "session_cancelled", "other"]]
    """Why it was released by hand."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, None


class Waiver(Entity):
    """An instalment that one agreement is let off by hand: it is not due to it, whatever delivers it (B5)."""

    identity: ClassVar[tuple[str, ...]] = ("id",)
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "id": "01926b3c-7a00-7000-8000-000000000010",
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "agreement": "018f9a10-5400-7000-8000-00000000000b",
        "instalment": 1,
        "withdrawn": False,
        "reason": "joined_late",
    }

    id: EntityId
    """What it is known by."""
    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber
    """The organisation number of the party that is let off."""
    agreement: EntityId
    """The id of its agreement."""
    instalment: Instalment
    """Which of the fee's three instalments it does not pay (B2)."""
    withdrawn: bool
    """Whether it was taken back, so that the instalment is invoiced if it is due (B5)."""
    reason: Code[Literal["joined_late", "did_not_take_part", "other"]]
    """Why it was waived."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


class Delivery(Entity):
    """How an invoice or a credit note went to its party (B8). Who was written to, and where, it does not say (N2)."""

    identity: ClassVar[tuple[str, ...]] = ("series", "number")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "series": "regionalt-2024-2025/invoices",
        "number": 1,
        "document_number": "FK1-1",
        "kind": "invoice",
        "programme": "regionalt-2024-2025",
        "party": "942110464",
        "channel": "ehf",
        "receipt": "0192279c-6c80-7000-8000-00000000000c",
        "sha256_of_ehf": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256_of_pdf": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    }

    series: Word
    """The document's number series, as in the event of its issue."""
    number: Number
    """Its number in the series."""
    document_number: Word
    """What the document is called: `FK1-35`."""
    kind: Code[Literal["invoice", "credit_note"]]
    """What it is."""
    programme: ProgrammeCode
    """The programme's code."""
    party: OrganisationNumber
    """The organisation number of the party that it is issued to."""
    channel: Code[Literal["ehf", "mail"]]
    """How it goes, or went: as EHF, or by mail."""
    receipt: Text | None = None
    """What the access point calls what it delivered. Absent by mail, and until then."""
    sha256_of_ehf: Sha256 | None = None
    """Of the EHF as it is kept, in hexadecimal. Absent where none is kept."""
    sha256_of_pdf: Sha256 | None = None
    """Of the PDF as it is kept, in hexadecimal. Absent where none is kept."""
    code: Word | None = None
    """Why it goes by mail although its party takes EHF, or is not delivered: `no_access_point`, `no_verdict`,
    `ehf_cannot_be_made`, `mail_failed`, `by_hand`, or a code of the access point's. Absent otherwise."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, self.party


class UnbilledReport(Entity):
    """What was not invoiced in a programme when a week began, and what did not arrive, counted: told once a week, where there is something (B8)."""

    identity: ClassVar[tuple[str, ...]] = ("programme", "week")
    example: ClassVar[dict[str, Any]] = {
        "version": 1,
        "programme": "regionalt-2024-2025",
        "week": "2024-W43",
        "unbilled": 3,
        "late": 0,
        "not_completed": 1,
        "undelivered": 0,
    }

    programme: ProgrammeCode
    """The programme's code."""
    week: Annotated[str, Pattern(r"^[0-9]{4}-W[0-9]{2}$")]
    """The week by Norway's calendar, as ISO 8601 has it."""
    unbilled: Count
    """Instalments that were delivered twenty days before the week began, or earlier, and are not invoiced."""
    late: Count
    """Those of them that a month has passed since: they should have been invoiced (bokføringsforskriften § 5-2-2)."""
    not_completed: Count
    """Sessions that carry an instalment, were over when the week began, and are not completed: nothing falls due by them."""
    undelivered: Count = 0
    """Invoices and credit notes that did not arrive, or had been under way for more than a day, when this was told."""

    def scope(self) -> tuple[str | None, str | None]:
        return self.programme, None


INVOICE_ISSUED = EventType(
    PUBLISHER,
    "invoice.issued",
    Invoice,
    "An instalment is due to an agreement, and its invoice has got its number (B2, B3).",
    since="0.1.0",
)
CREDIT_NOTE_ISSUED = EventType(
    PUBLISHER,
    "credit_note.issued",
    CreditNote,
    "An invoice turned out wrong and is taken back in full (B5).",
    since="0.1.0",
)
INSTALMENT_RELEASED = EventType(
    PUBLISHER,
    "instalment.released",
    Release,
    "An instalment is released by hand, as if a session had delivered it (B6).",
    since="0.1.0",
)
INSTALMENT_RELEASE_WITHDRAWN = EventType(
    PUBLISHER,
    "instalment.release_withdrawn",
    Release,
    "A release is taken back.",
    since="0.1.0",
    differs={"version": 2, "withdrawn": True},
)
INSTALMENT_WAIVED = EventType(
    PUBLISHER, "instalment.waived", Waiver, "A party is let off an instalment (B5).", since="0.3.0"
)
INSTALMENT_WAIVER_WITHDRAWN = EventType(
    PUBLISHER,
    "instalment.waiver_withdrawn",
    Waiver,
    "A waiver is taken back: the instalment is invoiced if it is due.",
    since="0.3.0",
    differs={"version": 2, "withdrawn": True},
)
DOCUMENT_HANDED_TO_MAIL = EventType(
    PUBLISHER,
    "document.handed_to_mail",
    Delivery,
    "An invoice or a credit note goes by mail, which is to be written now.",
    since="0.3.0",
    differs={"channel": "mail", "receipt": None, "code": "permanently_failed"},
)
DOCUMENT_DELIVERED = EventType(
    PUBLISHER,
    "document.delivered",
    Delivery,
    "An invoice or a credit note has reached its party: an access point has it, or its mail was sent.",
    since="0.3.0",
)
DOCUMENT_DELIVERY_FAILED = EventType(
    PUBLISHER,
    "document.delivery_failed",
    Delivery,
    "An invoice or a credit note could not be delivered; somebody has to see to it.",
    since="0.3.0",
    differs={"receipt": None, "code": "permanently_failed"},
)
UNBILLED_REPORTED = EventType(
    PUBLISHER,
    "unbilled.reported",
    UnbilledReport,
    "A week begins, and a programme has something that should be invoiced and is not (B8).",
    since="0.3.0",
)

EVENTS = (
    INVOICE_ISSUED,
    CREDIT_NOTE_ISSUED,
    DOCUMENT_HANDED_TO_MAIL,
    DOCUMENT_DELIVERED,
    DOCUMENT_DELIVERY_FAILED,
    INSTALMENT_RELEASED,
    INSTALMENT_RELEASE_WITHDRAWN,
    INSTALMENT_WAIVED,
    INSTALMENT_WAIVER_WITHDRAWN,
    UNBILLED_REPORTED,
)
