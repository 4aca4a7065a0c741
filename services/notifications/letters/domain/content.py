"""What a mail says: what its source in `mails/` is filled with, in words of our own.

It is stored for years, and so never a contract's type. A field may be added if it has a default; for any other change
there is a new `content_version`, and what is stored in the versions before is still read (contents.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Application:
    waiting_list_place: int | None
    replaces: str | None = None  # the earlier answer that this one replaces: accepted, waiting_list, declined, offered
    offered_until: date | None = None  # the last day on which an offer is answered


@dataclass(frozen=True, kw_only=True)
class Agreement:
    period_start: date
    period_end: date
    signed_on: date | None
    ends_on: date | None  # the first day on which it is no longer in force
    kind_of_end: str | None  # agreed, terminated
    fee_ore: int
    payer_reference: str
    order_reference: str | None = None
    accounting_cost: str | None = None
    id: str | None = None  # none in what was stored before it was asked by it who signs
    fingerprint: str | None = None  # of its document; none where it has none, and in what was stored before


@dataclass(frozen=True, kw_only=True)
class Concern:
    raised_by: str  # council, municipality


@dataclass(frozen=True, kw_only=True)
class UnbookedVisit:
    number: int
    first: date  # on which it may be
    last: date


@dataclass(frozen=True, kw_only=True)
class Someone:
    """Somebody who can be reached."""

    name: str
    email: str
    phone: str | None
    person: str | None = (
        None  # the id, by which the name is found again; none in what was stored before that was answered
    )


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Who takes part in a group, as its contact list says."""

    person: str  # id
    name: str
    email: str | None
    phone: str | None
    role: str | None
    coordinates: bool


@dataclass(frozen=True, kw_only=True)
class DocumentNumber:
    """Which invoice or credit note it is; what stands in it is asked for where its event did not carry it."""

    kind: Literal["invoice", "credit_note"]
    series: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Billed:
    """A seller or a buyer."""

    name: str
    organisation_number: str
    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """An invoice or a credit note as it was issued."""

    number: int
    issued_on: date
    due_on: date | None  # none on a credit note
    seller: Billed
    buyer: Billed
    payer_reference: str
    programme_name: str
    instalment: int
    delivered: str
    delivered_from: date
    delivered_to: date
    delivered_where: str | None
    amount_ore: int
    no_vat_because: str | None
    account: str | None
    kid: str | None
    credits_invoice: int | None
    reason: str | None  # a credit note's reason code
    document_number: str | None = None  # none where it was issued before there was one: it is called by `number`
    credits_document_number: str | None = None
    order_reference: str | None = None
    accounting_cost: str | None = None

    @property
    def called(self) -> str:
        return self.document_number or str(self.number)

    @property
    def credits(self) -> str:
        """What the invoice is called that a credit note takes back."""
        return self.credits_document_number or str(self.credits_invoice)


@dataclass(frozen=True, kw_only=True)
class UnbilledLine:
    """An instalment that is not invoiced."""

    party: str  # its name
    instalment: int
    why: tuple[str, ...]  # as codes
    since: date
    issue_by: date


@dataclass(frozen=True, kw_only=True)
class PastSession:
    """A session that carries an instalment, and is over and not completed."""

    title: str
    instalment: int
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """An invoice or a credit note that did not arrive, or has been under way for more than a day."""

    kind: str
    document_number: str
    party: str  # its name
    is_under_way: bool
    why: str | None  # as a code


@dataclass(frozen=True, kw_only=True)
class Unbilled:
    """What is not invoiced in a programme, and what did not arrive; without its lines until it is written."""

    monday: date  # as of which
    sunday: date  # after which it is not told any more
    count: int = 0
    lines: tuple[UnbilledLine, ...] = ()  # the first of them
    not_completed: tuple[PastSession, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()  # the first of them

    @property
    def says_something(self) -> bool:
        return bool(self.lines or self.not_completed or self.undelivered)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that goes with a mail. What stands in it is kept by who made it."""

    name: str
    media_type: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """That a party's attendance at a session is missing."""

    session: str  # id
    first_day: date
    last_day: date
    stage: int  # 1: asked for; 2: once more
    title: str | None = None  # the session's; none until the mail is written


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A session as it stands in a calendar. Clock times are Europe/Oslo's, "09:00", of the first and of the last day."""

    title: str
    first_day: date
    last_day: date
    starts_at: str | None
    ends_at: str | None
    duration_minutes: int | None
    place: str | None
    meeting_link: str | None
    format: str


@dataclass(frozen=True, kw_only=True)
class PlanSession:
    """A session as the plan puts it, in the language form of the mail."""

    id: str
    title: str
    told: str  # when, and where: in lines
    before: str  # what was told last of it, the same where nothing changed; empty where it was not told of


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A programme's plan as a whole; without its sessions until it is written."""

    revision: int
    reason: str | None  # why it was revised; none of the first
    sessions: tuple[PlanSession, ...] = ()


@dataclass(frozen=True, kw_only=True)
class About:
    """What a mailing is about, until it is written: one of these, and of a document what its event carried."""

    application: Application | None = None
    agreement: Agreement | None = None
    concern: Concern | None = None
    document: DocumentNumber | None = None
    issued: Document | None = None  # what stands in the document
    visit: UnbookedVisit | None = None
    attendance: Attendance | None = None
    plan: Plan | None = None
    unbilled: Unbilled | None = None
    content_version: Literal[1] = 1


@dataclass(frozen=True, kw_only=True)
class MailingContent:
    """What a mail says that was written because of one event: names as they were, and one of the five."""

    programme: str
    party: str  # its name, empty as the next two where it is about the programme as a whole
    official_name: str
    party_kind: str
    happened_on: date
    # Names of who is to sign what was amended, and of the contact person; of a concern, who is to talk about it: since 0.3 the
    # two below say that.
    contacts: tuple[str, ...] = ()
    contact: Someone | None = None  # the party's; of a concern, and none where it is not known
    of_council: Someone | None = None  # who takes up a concern for the council, or the party's advisor
    contact_person: Someone | None = None  # the council's, for the programme
    application: Application | None = None
    agreement: Agreement | None = None
    before: Agreement | None = None  # an amended one as it was told of last; none where that is not known
    concern: Concern | None = None
    document: Document | None = None
    files: tuple[File, ...] | None = None  # that it carries; none in what was stored before mails carried them
    visit: UnbookedVisit | None = None
    attendance: Attendance | None = None
    # Of a contact list: the programme's first day, the party's group, and what is missing, as codes.
    period_start: date | None = None
    group: tuple[Listed, ...] | None = None
    missing: tuple[str, ...] | None = None
    plan: Plan | None = None
    unbilled: Unbilled | None = None
    content_version: Literal[1] = 1


@dataclass(frozen=True, kw_only=True)
class CalendarContent:
    """What a mail says about an entry in a person's calendar."""

    programme: str  # its name
    party: str  # its name
    is_with_party: bool  # held with this party alone
    entry: Entry  # as it stands from now on; of a cancellation, as it stood
    before: Entry | None  # as it stood; none where it did not
    why: str | None  # of a cancellation
    goes_to: tuple[str, ...] = ()  # names of who is invited instead, where that is why
    contact_person: Someone | None = None  # the council's, for the programme
    content_version: Literal[1] = 1
