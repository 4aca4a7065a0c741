"""What each column of the services' tables that holds text can hold, and what becomes of it once somebody is erased (N2).

A test compares this with the tables that there are: a new column says here what it can hold, before anybody writes into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module

from sqlalchemy import Column, LargeBinary, String, Table, Text
from sqlalchemy.types import JSON

from shared import clock, kept_files
from shared.messaging import tables as kernel
from shared.migrations import steps

SERVICES = ("registration", "scheduling", "billing", "notifications")


class Holds(Enum):
    """What a column can hold. The value is what the receipt calls it that is kept; none where nothing is."""

    CODES = None, "codes, ids, figures, and what is made of them: says nothing of a person"
    BODY = None, "name or address of a public body, or of a programme"
    WHO = None, "name, address, telephone number: emptied"
    PROSE = None, "what people wrote: searched for the whole name, address and number, and emptied of it"
    KEY = "names_of_keys", "what a key is called, which may be somebody's name"
    SIGNED = "agreement_documents", "what an agreement's document says, who signs it among it: kept as it was signed"
    TOLD = (
        "texts_in_events",
        "told in events and on invoices: titles and places of joint sessions, references that the payer asks for",
    )
    SESSIONS = "texts_of_sessions", "title, place and link of a session"
    MINUTES = "minutes_of_visits", "minutes of a visit"
    REASONS = "reasons_in_plan", "why a finding is accepted, or days are avoided"

    @property
    def kept_as(self) -> str | None:
        kept: str | None = self.value[0]
        return kept


# By the name of a column, whatever its table: none of these is ever something else.
EVERYWHERE: Mapping[Holds, str] = {
    Holds.CODES: """id event_id programme party session agreement application participant person coordinator advisor development_area
        contact_person county_branch predecessor organisation_number municipality_number postal_code kind format state language_form
        language outcome who document_number kid message_id fingerprint work key part handler stream revision""",
    Holds.KEY: "changed_by by settled_by written_by accepted_by renewed_by approved_by decided_by given_up_by",
}
# By service and table. Of `kernel` every database has one.
COLUMNS: Mapping[str, Mapping[Holds, str]] = {
    "registration": {
        Holds.CODES: """programme.code party.takes_invoices_by party.invoice_endpoint person.scope agreement.kind_of_end agreement.ended_over concern.raised_by
            tenure.role signatory.role erasure.reason erasure.emptied person_in_plan.emptied person_in_plan.kept
            person_in_mails.emptied person_in_mails.kept""",
        Holds.BODY: "programme.name party.county party.name party.official_name party.street party.city",
        Holds.WHO: "person.name person.email person.phone person.sought_by participant.role party.invoice_email",
        Holds.PROSE: """application.answers application.withdrawal_reason assessment.verdicts assessment.reason offer.reason
            agreement.end_note signatory.place concern.description concern.resolution_note concern.findings
            development_area.name development_area.description mapping.fields mapping.actors
            development_plan.focus development_plan.notes development_plan.states""",
        Holds.SIGNED: "agreement_document.content",  # and its PDF, kept_file.content
        Holds.TOLD: """application.payer_reference agreement.payer_reference agreement.order_reference
            agreement.accounting_cost session.title""",
    },
    "scheduling": {
        Holds.CODES: "programme.code session.when accepted.code accepted.about plan_revision.reason feed.of",
        Holds.BODY: "party.name",
        Holds.SESSIONS: "session.title session.place session.venue session.city session.meeting_link",
        Holds.MINUTES: "minutes.text",
        Holds.REASONS: "accepted.because days_to_avoid.days",
    },
    "billing": {
        Holds.CODES: """programme.code party.invoice_endpoint session.planned release.reason waiver.reason credit_note.reason credit_note.because
            unbilled_report.week credit_note.release invoice.release held.reason held.approval held.delivery approval.cause
            party.takes_invoices_by delivery.channel delivery.submission delivery.access_point delivery.receipt
            delivery.why delivery.mail_event chain.link""",
        Holds.BODY: "programme.name party.name party.street party.city",
        Holds.TOLD: """agreement.payer_reference agreement.order_reference agreement.accounting_cost session.title session.place
            session.venue session.city release.venue release.city invoice.content credit_note.content""",
    },
    "notifications": {
        Holds.CODES: """programme.code plan.reason session.starts_at session.ends_at mailing.about mailing.refused mail.repeats
            sent_message.mail""",
        Holds.BODY: "programme.name party.name party.official_name",
        Holds.WHO: "invitee.name invitee.address mail.name mail.address mail.content sent_message.content",
        Holds.SESSIONS: "session_details.title session_details.place session_details.meeting_link",
    },
    "kernel": {
        Holds.CODES: """outbox.type outbox.subject set_aside.reason parked_message.subject parked_message.type parked_message.reason
            parked_message.error change.route change.entity kept_file.name kept_file.media_type kept_file.sha256
            kept_file.made_by""",
        Holds.BODY: "kept_file.content",
        Holds.TOLD: "outbox.body parked_message.body",
    },
}


def tables_of(service: str) -> list[Table]:
    if service == "kernel":
        return [
            it
            for metadata in (kernel.metadata, clock.metadata, kept_files.metadata, steps.metadata)
            for it in metadata.sorted_tables
        ]
    found: list[Table] = import_module(f"services.{service}.tables").metadata.sorted_tables
    return found


def texts_of(table: Table) -> list[Column[object]]:
    """The columns of a table that hold text of any kind."""
    return [it for it in table.columns if isinstance(it.type, String | Text | JSON | LargeBinary)]


def listed(service: str) -> Iterator[tuple[str, Holds]]:
    """Each "table.column" that is listed by its table."""
    for holds, names in COLUMNS[service].items():
        for name in names.split():
            yield name, holds


def holds(service: str) -> dict[str, Holds]:
    """By "table.column" what each column with text can hold, as far as it is listed."""
    anywhere = {name: it for it, names in EVERYWHERE.items() for name in names.split()}
    by_table = dict(listed(service))
    found: dict[str, Holds] = {}
    for table in tables_of(service):
        for column in texts_of(table):
            name = f"{table.name}.{column.name}"
            if (it := by_table.get(name) or anywhere.get(column.name)) is not None:
                found[name] = it
    return found
