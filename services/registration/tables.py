"""Registration's tables."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from shared.database import Instant

metadata = MetaData()


def changed_by() -> Column[str]:
    """The name of the key that made the last change."""
    return Column("changed_by", String(80), nullable=False)


programme = Table(
    "programme",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("fee_ore", BigInteger, nullable=False),
    Column("county_branch_fee_ore", BigInteger),  # none: the same
    Column("applications_from", Date),
    Column("applications_until", Date),
    Column("days_to_pay", Integer, nullable=False),
    Column("places", Integer),  # none: as many as are accepted
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("closed_on", Date),  # none of one that is open
    Column("contact_person", ForeignKey("person.id")),  # the council's
    changed_by(),
)
party = Table(
    "party",
    metadata,
    Column("organisation_number", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("municipality_number", String(4)),
    Column("county", Text),
    Column("name", Text, nullable=False),
    Column("official_name", Text),
    Column("language_form", String(10), nullable=False),
    Column("street", Text, nullable=False),
    Column("postal_code", String(4), nullable=False),
    Column("city", Text, nullable=False),
    Column("takes_invoices_by", String(10), nullable=False),
    Column("by_mail_if_refused", Boolean, nullable=False, server_default=true()),  # where its EHF is
    Column("invoice_endpoint", String(60)),  # where EHF go; none: to its organisation number
    Column("invoice_email", String(254)),  # in lower case; none: to the contact person
    Column("invoice_email_is_lost", Boolean, nullable=False, server_default=false()),  # an event alone tells of it
    Column("deleted", Boolean, nullable=False, server_default=false()),
    changed_by(),
)
person = Table(
    "person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("scope", String(9), nullable=False),  # the organisation number of who has no address, or "council"
    Column("name", Text),  # none where an event alone tells of the person (adopting.py)
    Column("email", String(254), index=True),  # in lower case; two people may share one
    Column("phone", String(30)),
    Column("sought_by", Text),  # what a search looks through; none in what the version before added
    Column("erased", Boolean, nullable=False, server_default=false()),
    changed_by(),
)
advisor = Table(
    "advisor",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    changed_by(),
)
# What a county branch has adopted for its term. All but the id is none where an event alone names it (areas/repository.py).
development_area = Table(
    "development_area",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("county_branch", ForeignKey("party.organisation_number"), index=True),
    Column("name", Text),
    Column("description", Text),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    changed_by(),
)
application = Table(
    "application",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", ForeignKey("programme.code"), nullable=False),
    Column("party", ForeignKey("party.organisation_number"), nullable=False),
    Column("answers", JSON(none_as_null=True)),  # none where an event alone is left of it, as is the payer's reference
    Column("contact_person", ForeignKey("person.id"), nullable=False),
    Column("payer_reference", String(50)),
    Column("state", String(20), nullable=False),
    Column("withdrawal_reason", Text),
    Column("development_area", ForeignKey("development_area.id")),
    Column("waiting_list_place", Integer),  # as told; none, too, of who waits since before it was kept, and stands last
    Column("out_of_queue", Boolean, nullable=False, server_default=false()),  # since an offer lapsed
    Column("offered_until", Date),
    changed_by(),
    UniqueConstraint("programme", "party"),
)
# One more row each time a place is offered: what became of each is kept.
offer = Table(
    "offer",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("application", ForeignKey("application.id"), nullable=False, index=True),
    Column("offered_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("place", Integer),  # on the waiting list; none: out of the queue
    Column("in_spite_of_criteria", Boolean, nullable=False),
    Column("reason", Text),  # why in spite of them, or out of turn
    Column("outcome", String(10)),  # accepted, refused, lapsed, withdrawn, taken_back; none: it stands
    Column("ended_on", Date),
    changed_by(),
)
# One more row each time an application is assessed: who waits may be accepted later.
assessment = Table(
    "assessment",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("application", ForeignKey("application.id"), nullable=False, index=True),
    Column("verdicts", JSON, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("in_spite_of_criteria", Boolean, nullable=False, server_default=false()),
    Column("reason", Text),
    changed_by(),
)
party_group = Table(
    "party_group",
    metadata,
    Column("programme", ForeignKey("programme.code"), primary_key=True),
    Column("party", ForeignKey("party.organisation_number"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("coordinator", String(36)),  # a participant's id
    Column("advisor", ForeignKey("advisor.person")),
    changed_by(),
)
participant = Table(
    "participant",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("programme", ForeignKey("programme.code"), nullable=False),
    Column("party", ForeignKey("party.organisation_number"), nullable=False),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("role", Text),
    Column("represents_school_owner", Boolean, nullable=False),
    Column("has_left", Boolean, nullable=False),
    changed_by(),
    UniqueConstraint("programme", "party", "person"),
)
# Who took part, coordinated or advised, from when until when. The version before adds none (groups/domain/history.py).
tenure = Table(
    "tenure",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("programme", ForeignKey("programme.code"), nullable=False),
    Column("party", ForeignKey("party.organisation_number"), nullable=False),
    Column("role", String(20), nullable=False),  # participant, coordinator, advisor
    Column("who", String(36), nullable=False),  # a participant's id; of an advisor, the person's
    Column("from_on", Date),  # none: since before it was kept
    Column("until_on", Date),  # the first day on which it is so no more; none: still
    changed_by(),
    Index("tenure_group", "programme", "party"),
    Index("tenure_who", "who"),
)
mapping = Table(
    "mapping",
    metadata,
    Column("programme", ForeignKey("programme.code"), primary_key=True),
    Column("party", ForeignKey("party.organisation_number"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fields", JSON, nullable=False),  # how many actors by field of society
    Column("actors", JSON(none_as_null=True)),  # none where an event alone is left of them
    Column("recorded_on", Date, nullable=False),
    changed_by(),
)
# Each version of a plan; the newest is what stands.
development_plan = Table(
    "development_plan",
    metadata,
    Column("programme", ForeignKey("programme.code"), primary_key=True),
    Column("party", ForeignKey("party.organisation_number"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("has_focus", Boolean, nullable=False),
    Column("focus", Text),  # none without one, and where an event alone is left of it, as are the notes
    Column("development_area", ForeignKey("development_area.id")),
    Column("states", JSON, nullable=False),  # by phase
    Column("notes", JSON(none_as_null=True)),  # by phase, of those that have one
    Column("changed_at", Instant, nullable=False),
    changed_by(),
)
agreement = Table(
    "agreement",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", ForeignKey("programme.code"), nullable=False),
    Column("party", ForeignKey("party.organisation_number"), nullable=False),
    Column("predecessor", String(9)),  # whose it was before (R12)
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("fee_ore", BigInteger, nullable=False),
    Column("payer_reference", String(50), nullable=False),
    Column("order_reference", String(50)),
    Column("accounting_cost", String(50)),
    Column("sent_on", Date),  # none: not known
    Column("signed_on", Date),
    Column("called_back_on", Date),
    Column("ends_on", Date),
    Column("kind_of_end", String(10)),
    Column("end_note", Text),
    Column("ended_over", String(36)),  # the concern that led to termination
    Column("fingerprint", String(64)),  # of its document as it stands; none where it was sent before there were any
    changed_by(),
    Index(
        "uq_agreement_standing",  # A6
        "programme",
        "party",
        unique=True,
        sqlite_where=text("called_back_on IS NULL"),
        postgresql_where=text("called_back_on IS NULL"),
    ),
)
signatory = Table(
    "signatory",
    metadata,
    Column("agreement", ForeignKey("agreement.id"), primary_key=True),
    Column("role", String(30), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("place", Text),
    Column("signed_on", Date),
    Column("fingerprint", String(64)),  # of the document that was signed; none where that is not known
    changed_by(),
)
# Each version of an agreement's document: what its PDF says, as it was hashed. The PDF itself is a kept file. Rows are only added,
# which triggers see to.
agreement_document = Table(
    "agreement_document",
    metadata,
    Column("agreement", ForeignKey("agreement.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the content, in hexadecimal
    Column("content", Text, nullable=False),
    Column("written_on", Date, nullable=False),
    Column(
        "found_again", Boolean, nullable=False, server_default=false()
    ),  # it was lost with a database (make_documents.py)
)
# Whom each names. Who turns out to be somebody else is named as that one, so that rows change (groups/repository.py).
named_in_document = Table(
    "named_in_document",
    metadata,
    Column("agreement", ForeignKey("agreement.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True, index=True),
)
# What of contacts was exchanged with each party, and what was asked for before.
contact_list = Table(
    "contact_list",
    metadata,
    Column("programme", ForeignKey("programme.code"), primary_key=True),
    Column("party", ForeignKey("party.organisation_number"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("exchanged_on", Date),  # last; none: not yet
    Column("complete", Boolean, nullable=False),
    Column("asked_before", Integer),  # so many days before the period what was missing was asked for last
    # As it was exchanged last; 0 where that is not known.
    Column("group_version", Integer, nullable=False),
    Column("programme_version", Integer, nullable=False),
    changed_by(),
)
# At which stage before its period a programme was looked at for what its contact lists lack.
contact_list_stage = Table(
    "contact_list_stage",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("stage", Integer, primary_key=True),  # days
    Column("done_on", Date, nullable=False),
)
concern = Table(
    "concern",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("agreement", ForeignKey("agreement.id"), nullable=False, index=True),
    Column("raised_by", String(20), nullable=False),
    Column("description", Text),  # none where an event alone is left of it
    Column("raised_on", Date, nullable=False),
    Column("is_resolved", Boolean, nullable=False),
    Column("resolution_note", Text),
    Column("findings", JSON(none_as_null=True)),  # codes; none of those that were raised before it was asked for
    changed_by(),
)
# Who was erased, when and why, and what was emptied of them here (erasure/). The row of the person stays, and says nothing.
erasure = Table(
    "erasure",
    metadata,
    Column("person", String(36), primary_key=True),
    Column("reason", String(30)),  # none where an event alone is left of it
    Column("erased_at", Instant, nullable=False),  # by the domain's clock
    Column("emptied", JSON, nullable=False),  # how many of each
    changed_by(),
)
# What scheduling and notifications answered to it, at the newest version.
person_in_plan = Table(
    "person_in_plan",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("emptied", JSON, nullable=False),
    Column("kept", JSON, nullable=False),
)
person_in_mails = Table(
    "person_in_mails",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("emptied", JSON, nullable=False),
    Column("kept", JSON, nullable=False),
)
# What scheduling told: a projection, one row a session, kept at its newest version. No foreign keys, since news has no order.
session = Table(
    "session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9)),  # of visits and contract meetings
    Column("kind", String(20), nullable=False),
    Column("format", String(10), nullable=False),
    Column("number", Integer),
    Column("title", Text),
    Column("state", String(10), nullable=False),
    Column("first_day", Date),  # none until the days are exact (S2)
    Column("last_day", Date),
    Column("not_before", Date, nullable=False),  # the first day that it may begin on,
    Column("not_after", Date, nullable=False),  # and the last that it may end on
    Index("ix_session_programme", "programme"),
    Index("ix_session_last_day", "last_day"),
)
# Whose plans are published: of a draft nobody is invited (S6).
plan = Table(
    "plan",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
)
# What was recorded last of a party's attendance at a session (S5): in figures by day, and who was there.
attendance = Table(
    "attendance",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("party", ForeignKey("party.organisation_number"), primary_key=True),
    Column("programme", ForeignKey("programme.code"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    changed_by(),
)
attendance_day = Table(
    "attendance_day",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("expected", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("school_owner_present", Boolean, nullable=False),
)
# None where an event alone is left of it (adopting.py). A participant who was recorded by mistake may be gone.
presence = Table(
    "presence",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("participant", String(36), primary_key=True),
    Column("day", Date, primary_key=True),
    Index("presence_participant", "participant"),
)
# That missing attendance was asked for: once for each stage, and anew for a session that was moved since.
attendance_asked_for = Table(
    "attendance_asked_for",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("last_day", Date, primary_key=True),  # the session's, as it was then
    Column("stage", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
