"""What services ask each other by request and reply, because it must not stand in an event.

The answers hold personal data or free text: they are never published, and no other system may ask.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.billing import BilledParty
from shared.contracts.bounds import Balance, Count, Day, Line, Number, Ore, Text, Version, Word
from shared.when import When

A = TypeVar("A", bound=BaseModel)
MOST_LINES = 300  # of a plan that is written to people
LARGEST_FILE = 480_000  # characters in base64: a message of NATS has room for two of them


class Message(BaseModel):
    """A question, an answer or a part of one. The docstring under a field is its description in the JSON schema."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)


class Question(Message, Generic[A]):
    """A question whose answer is an A."""

    subject: ClassVar[str]  # rpc.<who answers>.<what>
    answer: ClassVar[type[BaseModel]]  # the class A itself, by which the asker reads the answer


Purpose = Literal[
    "application",
    "invitation",
    "agreement",
    "advisor",
    "concern",
    "end",
    "invoice",
    "guidance",
    "attendance",
    "contact_list",
    "contact_list_missing",
    "programme",
]


class Recipient(Message):
    """Someone to write to."""

    person: Word
    """The person's id, which stays. Of a party's address for invoices that is no person's: its organisation number."""
    name: Line
    """What the person is called."""
    email: Annotated[str, Field(max_length=254)]
    """The person's e-mail address."""


class Someone(Message):
    """Someone who can be reached."""

    name: Line
    """What the person is called."""
    email: Annotated[str, Field(max_length=254)]
    """The person's e-mail address."""
    phone: Word | None = None
    """The person's telephone number. Null where it is not known."""
    person: Word | None = None
    """The person's id, by which the name is found again. Null where it was answered before that was said."""


class Contacts(Message):
    """Who is to be written to; nobody where nobody is known."""

    recipients: Annotated[tuple[Recipient, ...], Field(max_length=100)]
    """Each once."""
    lost: Annotated[tuple[Word, ...], Field(max_length=100)] = ()
    """The ids of those who are concerned too and whose address is lost. Once it is said anew, the group is told of anew."""
    contact: Someone | None = None
    """The party's contact person. Null where it is not known."""
    advisor: Someone | None = None
    """The council's advisor for the party (R8). Null while there is none."""
    council: Someone | None = None
    """The council's contact person for the programme. Null while none is named."""
    stay: Annotated[tuple[Recipient, ...], Field(max_length=1000)] = ()
    """Of an invitation, who else takes part: they are invited to nothing, and keep what they were invited to before."""


class WhoIsConcerned(Question[Contacts]):
    """Who is to hear of something, by its purpose (N1)."""

    subject = "rpc.registration.contacts"
    answer = Contacts

    purpose: Purpose
    """What it is that they are to hear of."""
    programme: Word
    """The programme's code."""
    party: Word
    """The party's organisation number. Empty where it is about the programme as a whole."""
    agreement: Word | None = None
    """The id of the agreement whose signatories are meant. Null: of the one that the party has now."""
    raised_by: Word | None = None
    """Of a concern, which side raised it (R10)."""


class ListedPerson(Message):
    """Who takes part in a party's group, as its contact list says."""

    person: Word
    """The person's id."""
    name: Line
    """What the person is called."""
    email: Annotated[str, Field(max_length=254)] | None
    """The person's e-mail address. Null where there is none."""
    phone: Word | None
    """The person's telephone number. Null where it is not known."""
    role: Text | None
    """What the person is: a teacher, a headmaster. Null where it was not said."""
    coordinates: bool
    """Whether the group has elected this person its coordinator (R5)."""
    represents_school_owner: bool
    """Whether this person represents the school owner (R3)."""


class ContactListContent(Message):
    """What stands on a party's contact list now, besides the council's contacts (R7)."""

    period_start: Day
    """The first day of the programme's period."""
    group: Annotated[tuple[ListedPerson, ...], Field(max_length=1000)]
    """Who takes part, the coordinator first."""
    missing: Annotated[tuple[Word, ...], Field(max_length=20)]
    """What it lacks, as codes: `coordinator_is_missing`."""


class WhatContactList(Question[ContactListContent]):
    """What stands on a party's contact list."""

    subject = "rpc.registration.contact_list"
    answer = ContactListContent

    programme: Word
    """The programme's code."""
    party: Word
    """The party's organisation number."""


class SessionDetails(Message):
    """What a session's events leave out where it is held with one party."""

    title: Line
    """What it is called, in Norwegian."""
    place: Text | None
    """Where it is. Null while that is not known."""
    meeting_link: Text | None
    """Where to meet online. Null where there is no link."""


class DocumentFile(Message):
    """A file of a document, as it was made and is kept (B8, R6)."""

    name: Line
    """What it is called: `FK1-35.pdf`."""
    media_type: Word
    """`application/pdf`, or `application/xml` of an EHF."""
    sha256: Word
    """Of what stands in it, in hexadecimal."""
    content: Annotated[str, Field(max_length=LARGEST_FILE)] | None = None
    """What stands in it, in base64. Null where it was not asked for."""


class DocumentFiles(Message):
    """The files of a document."""

    are_made: bool
    """Whether they are made: they are some moments after the event that tells of the document."""
    files: Annotated[tuple[DocumentFile, ...], Field(max_length=2)]
    """Its PDF, and its EHF where it is invoiced or credited and one could be made. Empty until they are made."""


class WhatAgreementDocument(Question[DocumentFiles]):
    """The document of an agreement, which names who signs it (R6)."""

    subject = "rpc.registration.document"
    answer = DocumentFiles

    agreement: Word
    """The agreement's id."""
    fingerprint: Word
    """Which version, by its fingerprint."""
    with_content: bool = True
    """Whether what stands in it is asked for too."""


class WhatSession(Question[SessionDetails]):
    """Title, place and link of a session, also where they are not public."""

    subject = "rpc.scheduling.session"
    answer = SessionDetails

    session: Word
    """The session's id."""


class FeedAddress(Message):
    """Where a calendar of the plan can be subscribed to."""

    address: Text | None
    """A secret: who asks says it to that person, and keeps it nowhere. Null where there are no such calendars."""


class WhatFeed(Question[FeedAddress]):
    """The calendar that somebody who is invited may subscribe to: an advisor's own, and else the party's (S6)."""

    subject = "rpc.scheduling.feed"
    answer = FeedAddress

    programme: Word
    """The programme's code."""
    party: Word
    """The organisation number of the party for which the person is invited."""
    person: Word
    """The person's id."""


class PlannedSession(Message):
    """A session that stands in a plan."""

    session: Word
    """The session's id."""
    kind: Word
    """What it is: `joint_session`."""
    number: Number | None
    """Its number among its kind. Null where it has none."""
    when: Text
    """When it is, in Norwegian, as precisely as it is known."""


class Planned(Message):
    """The sessions of a plan that were asked about; cancelled ones are not among them."""

    count: Count
    """How many there are."""
    first: Annotated[tuple[PlannedSession, ...], Field(max_length=5)]
    """The first of them in time."""


class WhatIsPlanned(Question[Planned]):
    """What is planned in a programme, or with a party, before a programme's period is changed or one of them is deleted."""

    subject = "rpc.scheduling.plan"
    answer = Planned

    programme: Word | None = None
    """The programme's code. Null: of whatever programme."""
    party: Word | None = None
    """The organisation number of the party that it is held with. Null: with whomever."""
    period_start: Day | None = None
    """With `period_end`, the first day of a period: only what that would bind and leave out (S1). Null: all that is planned."""
    period_end: Day | None = None
    """The last day of that period."""


class PlanLine(Message):
    """A session that stands in a plan for everyone, or as its own line for each party's visits."""

    session: Word
    """The session's id."""
    title: Line
    """What it is called, in Norwegian."""
    format: Word
    """Whether people meet in one place: `physical`, `digital` or `undecided`."""
    when: When
    """When it is, as precisely as it is known (S2)."""
    place: Text | None
    """Where it is. Null while that is not known."""


class PlanAsItStands(Message):
    """A programme's plan; cancelled sessions are not in it."""

    revision: Count
    """Which revision stands; 0 where it is a draft."""
    sessions: Annotated[tuple[PlanLine, ...], Field(max_length=MOST_LINES)]
    """In order of time; at most so many."""


class WhatPlan(Question[PlanAsItStands]):
    """A programme's plan as a whole, to be written to whoever is concerned (S6)."""

    subject = "rpc.scheduling.whole_plan"
    answer = PlanAsItStands

    programme: Word
    """The programme's code."""


class PublishingSends(Message):
    """How many mails would be sent."""

    plans: Count
    """With the plan: one to each who is written to of it."""
    invitations: Count
    """To sessions: one a person and session."""


class WhatPublishingSends(Question[PublishingSends]):
    """How many mails would be sent if a programme's plan were published now (S6)."""

    subject = "rpc.notifications.publication"
    answer = PublishingSends

    programme: Word
    """The programme's code."""


class DocumentContent(Message):
    """An invoice or a credit note as it was issued (bokføringsforskriften § 5-1-1). Days are calendar days in Norway."""

    kind: Literal["invoice", "credit_note"]
    """Which of the two it is."""
    number: Number
    """Its number in its series, from 1."""
    document_number: Word | None = None
    """What it is called: `FK1-35`. Null where it was issued before there was such a number: it is called by `number`."""
    issued_on: Day
    """The day it was issued."""
    due_on: Day | None
    """The day by which it is to be paid. Null on a credit note."""
    seller: BilledParty
    """The council."""
    buyer: BilledParty
    """The party, as it was known when the invoice was issued."""
    payer_reference: Word
    """What the payer wants to find on its invoices (R2)."""
    order_reference: Word | None = None
    """The payer's order, a code. Null where it named none."""
    accounting_cost: Word | None = None
    """What the payer posts it to, a code. Null where it named none."""
    programme_name: Line
    """What the programme is called."""
    instalment: Number
    """Which of the fee's three instalments it is for (B2)."""
    delivered: Text
    """What was delivered, in Norwegian."""
    delivered_from: Day
    """The first day of the delivery."""
    delivered_to: Day
    """The last day of the delivery."""
    delivered_where: Text | None
    """Where it was delivered, as text. Null where that is not known."""
    delivered_venue: Line | None = None
    """The house that it was delivered in. Null where it was not said apart from the text."""
    delivered_city: Line | None = None
    """The town or village that it was delivered in. Null as the venue is."""
    amount_ore: Ore
    """What it comes to, in øre; a credit note takes this amount back."""
    currency: Word = "NOK"
    """Of the amount, as ISO 4217 has it."""
    no_vat_because: Text | None = None
    """Why the amount carries no VAT (A7), in Norwegian. Null where that was not said."""
    vat_category: Word = "O"
    """The category of VAT, as EN 16931 has it: `O`, not subject to VAT."""
    vat_reason_code: Word | None = "VATEX-EU-O"
    """Why there is no VAT, as a code of EN 16931's list VATEX."""
    in_foretaksregisteret: bool = False
    """Whether the seller is registered in Foretaksregisteret (A7)."""
    account: Word | None
    """The seller's bank account, eleven digits: a credit note names its invoice's. Null on those issued before they did."""
    kid: Word | None
    """What a payment names. Null on a credit note."""
    credits_invoice: Number | None = None
    """The number of the invoice that a credit note takes back. Null on an invoice."""
    credits_document_number: Word | None = None
    """What the invoice that a credit note takes back is called. Null on an invoice, and before it was said."""
    credits_issued_on: Day | None = None
    """The day on which the invoice was issued that a credit note takes back. Null on an invoice, and before it was said."""
    reason: Word | None = None
    """Why a credit note takes it back, as a code: `completion_revoked`. Null on an invoice."""


class WhatDocument(Question[DocumentContent]):
    """The content of a document as issued."""

    subject = "rpc.billing.invoice"
    answer = DocumentContent

    kind: Literal["invoice", "credit_note"]
    """Which of the two it is."""
    series: Word
    """The number series it belongs to, as its event says."""
    number: Number
    """Its number in the series."""


class WhatFiles(Question[DocumentFiles]):
    """The files of an invoice or a credit note. Refused where none can be made."""

    subject = "rpc.billing.document"
    answer = DocumentFiles

    kind: Literal["invoice", "credit_note"]
    """Which of the two it is."""
    programme: Word
    """The programme's code."""
    number: Number
    """Its number in its series."""
    with_content: bool = True
    """Whether what stands in them is asked for too."""


class Figures(Message):
    """What would be issued at once if something were changed; what would wait for an approval is no part of it."""

    invoices: Count
    """How many invoices would be issued."""
    credit_notes: Count
    """How many credit notes would be issued."""
    total_ore: Balance
    """What would be invoiced less what would be credited, in øre; it may be negative."""


class Foreseen(Message):
    """What would follow from a change of a session, as long as nothing else becomes known first."""

    version: Version | None
    """The version of the session that billing knows. Null where it has not heard of it."""
    figures: Figures | None
    """What would be issued. Null where billing does not know the session as whoever asks does: then it cannot say."""


class WhatWouldFollow(Question[Foreseen]):
    """What would be issued and credited if a joint session were completed, or its completion were revoked (B3, B5)."""

    subject = "rpc.billing.preview"
    answer = Foreseen

    programme: Word
    """The programme's code."""
    session: Word
    """The session's id."""
    version: Version
    """The version of the session that whoever asks knows."""
    happens: Literal["completed", "revoked"]
    """What would become of it: it is completed, or its completion is revoked."""


class UnbilledInstalment(Message):
    """An instalment of one agreement that is not invoiced."""

    party: Word
    """The party's organisation number."""
    party_name: Line | None
    """What the party is called. Null where billing has not heard of it."""
    instalment: Number
    """Which of the fee's three instalments it is (B2)."""
    why: Annotated[tuple[Word, ...], Field(max_length=10)]
    """Why it is not invoiced, as codes: `address_incomplete`."""
    since: Day
    """The day from which the month counts in which it is to be invoiced: when it was delivered, or the agreement was signed."""
    issue_by: Day
    """The last day on which it is invoiced in time (bokføringsforskriften § 5-2-2)."""


class PastSession(Message):
    """A session that carries an instalment and is over, and that nobody has completed."""

    title: Line | None
    """What it is called, in Norwegian. Null where that is not known."""
    instalment: Number
    """The instalment that it carries (B3)."""
    last_day: Day
    """Its last day."""


class UndeliveredDocument(Message):
    """An invoice or a credit note that did not arrive, or has been under way for more than a day."""

    kind: Word
    """What it is: `invoice`, `credit_note`."""
    document_number: Word
    """What it is called: `FK1-35`."""
    party: Word
    """The party's organisation number."""
    party_name: Line | None
    """What the party is called. Null where billing has not heard of it."""
    is_under_way: bool
    """Whether it is still tried."""
    why: Word | None
    """Why it did not arrive, or is tried again, as a code: `no_access_point`. Null where nothing is known."""


class UnbilledOfProgramme(Message):
    """What is not invoiced in a programme though it should be soon, or should have been, and what did not arrive."""

    count: Count
    """How many instalments."""
    first: Annotated[tuple[UnbilledInstalment, ...], Field(max_length=MOST_LINES)]
    """The first of them, by the day on which each is to be invoiced; at most so many."""
    not_completed: Annotated[tuple[PastSession, ...], Field(max_length=MOST_LINES)]
    """Sessions that carry an instalment, are over and not completed."""
    undelivered: Annotated[tuple[UndeliveredDocument, ...], Field(max_length=MOST_LINES)] = ()
    """Invoices and credit notes that did not arrive, the first that were issued first; at most so many."""


class WhatIsUnbilled(Question[UnbilledOfProgramme]):
    """What is not invoiced in a programme, for the mail that tells its contact person so (B8)."""

    subject = "rpc.billing.unbilled"
    answer = UnbilledOfProgramme

    programme: Word
    """The programme's code."""
    on: Day
    """As of this day: what was delivered twenty days before it, or earlier, and is not invoiced now."""


class NamingSession(Message):
    """A session of which people wrote somebody's name, address or telephone number."""

    session: Word
    """The session's id."""
    programme: Word
    """The programme's code."""
    party: Word | None
    """The organisation number of the party that it is held with. Null where it is everyone's."""
    kind: Word
    """What it is: `guidance_visit`."""
    when: Text
    """When it is, in Norwegian, as precisely as it is known."""
    title: Line | None
    """What it is called. Null where that is lost."""
    place: Text | None
    """Where it is. Null while that is not known."""
    meeting_link: Text | None
    """Where to meet online. Null where there is no link."""


class NamingText(Message):
    """A text beside the sessions in which people wrote of somebody."""

    where: Word
    """What it is: `minutes.text`, `accepted.because`, `days_to_avoid.why`."""
    key: Annotated[tuple[Text, ...], Field(max_length=5)]
    """Which one: of minutes the session's id, else the programme's code first."""
    text: Annotated[str, Field(max_length=10_000)]
    """What it says."""


class NamingSessions(Message):
    """A part of the sessions that name somebody, and after these of the texts that do."""

    sessions: Annotated[tuple[NamingSession, ...], Field(max_length=100)]
    """By id."""
    texts: Annotated[tuple[NamingText, ...], Field(max_length=20)] = ()
    """By what they are."""
    more_after: Word | None
    """The `after` of the next part. Null at the end."""


class WhatNamesSomeone(Question[NamingSessions]):
    """In which sessions people wrote of somebody, for the export of what is known of that person (N2)."""

    subject = "rpc.scheduling.person"
    answer = NamingSessions

    words: Annotated[tuple[Line, ...], Field(min_length=1, max_length=10)]
    """Name, address and telephone number: one of them is enough."""
    after: Word | None = None
    """The `more_after` of the part before. Null: from the beginning."""


class InvitedFor(Message):
    """That somebody is invited to a party's sessions in a programme."""

    programme: Word
    """The programme's code."""
    party: Word
    """The party's organisation number."""
    name: Line
    """What the person is called. Empty where it is lost."""
    email: Annotated[str, Field(max_length=254)]
    """The address that invitations go to. Empty where it is lost."""


class KeptMail(Message):
    """A mail to somebody."""

    id: Word
    """The mail's id."""
    kind: Word
    """What it is: `session_invitation`."""
    programme: Word
    """The programme's code."""
    party: Word
    """The party's organisation number."""
    made_on: Day
    """The day on which it was written, in Norway."""
    sent_on: Day | None
    """The day on which it was sent, in Norway. Null where it was not."""
    state: Word
    """`queued`, `sent` or `failed`."""
    name: Line
    """What the person was called then."""
    email: Annotated[str, Field(max_length=254)]
    """Where it went."""


class KeptOfPerson(Message):
    """A part of what notifications keeps of somebody."""

    invited: Annotated[tuple[InvitedFor, ...], Field(max_length=1000)]
    """Only in the first part."""
    mails: Annotated[tuple[KeptMail, ...], Field(max_length=500)]
    """In the order in which they were written."""
    more_after: Word | None
    """The `after` of the next part. Null at the end."""


class WhatIsKeptOfPerson(Question[KeptOfPerson]):
    """What notifications keeps of somebody, for the export of what is known of that person (N2)."""

    subject = "rpc.notifications.person"
    answer = KeptOfPerson

    person: Word
    """The person's id."""
    after: Word | None = None
    """The `more_after` of the part before. Null: from the beginning."""


QUESTIONS: tuple[type[Question[Any]], ...] = (
    WhoIsConcerned,
    WhatContactList,
    WhatAgreementDocument,
    WhatSession,
    WhatFeed,
    WhatIsPlanned,
    WhatPlan,
    WhatPublishingSends,
    WhatDocument,
    WhatFiles,
    WhatWouldFollow,
    WhatIsUnbilled,
    WhatNamesSomeone,
    WhatIsKeptOfPerson,
)
