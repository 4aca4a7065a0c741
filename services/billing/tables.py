"""Billing's tables. Money is in øre; days are calendar days in Norway."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from shared.database import Counted, Instant

metadata = MetaData()

# What others told us: projections, one row an entity, kept at its newest version. `event_id` is the newest news of it.
programme = Table(
    "programme",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("days_to_pay", Integer, nullable=False),
    Column("period_start", Date),  # none of one that was told of before this was kept
    Column("period_end", Date),  # the last day
    Column("closed_on", Date),  # none of one that is open
)
party = Table(
    "party",
    metadata,
    Column("organisation_number", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("postal_code", String(4), nullable=False),
    Column("city", Text, nullable=False),
    Column("language_form", String(10), nullable=False),
    Column("invoice_endpoint", Text),  # where its EHF go; none: to its organisation number
    Column("takes_invoices_by", String(10)),  # these two: none of one that was told of before they were kept
    Column("by_mail_if_refused", Boolean),
)
agreement = Table(
    "agreement",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), nullable=False, index=True),
    Column("fee_ore", BigInteger, nullable=False),
    Column("payer_reference", String(50), nullable=False),
    Column("order_reference", Text),
    Column("accounting_cost", Text),
    Column("signed_on", Date),
    Column("called_back_on", Date),  # before it was signed: then it is none
    Column("ends_on", Date),
    Index("ix_agreement_programme_id", "programme", "id"),
)
# Joint sessions only, by their id alone: one that becomes digital stays the same row.
session = Table(
    "session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False, index=True),
    Column("format", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("instalment", Integer),  # the one it carries (B3)
    Column("title", Text),
    Column("place", Text),
    Column("venue", Text),
    Column("city", Text),
    Column("planned", Text, nullable=False),  # when, as far as it is known, in Norwegian
    Column("not_before", Date, nullable=False),  # the first day that it may begin on
    Column("first_day", Date),  # none until the days are exact (S2)
    Column("last_day", Date),
)

# An instalment released by hand (B6).
release = Table(
    "release",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("venue", Text),  # where; none of those made before it was asked for
    Column("city", Text),
    Column("reason", String(30), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changed_by", String(80), nullable=False),
)
STANDS = text("NOT withdrawn")
Index(
    "uq_release_standing",
    release.c.programme,
    release.c.instalment,
    release.c.effective_on,
    release.c.reason,
    unique=True,
    sqlite_where=STANDS,
    postgresql_where=STANDS,
)

# An instalment that one agreement is let off by hand (B5).
waiver = Table(
    "waiver",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("programme", String(40), nullable=False, index=True),
    Column("party", String(9), nullable=False),
    Column("agreement", String(36), nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changed_by", String(80), nullable=False),
)
Index(
    "uq_waiver_standing",
    waiver.c.agreement,
    waiver.c.instalment,
    unique=True,
    sqlite_where=STANDS,
    postgresql_where=STANDS,
)

# What we issued. A row stays as it was inserted, which triggers see to; a credit note is a row of its own.
series = Table(
    "series",
    metadata,
    Column("ordinal", Counted, primary_key=True),  # counts all series: what makes a KID unique over all programmes
    Column("id", String(60), nullable=False),  # "<programme>/invoices", "<programme>/credit-notes"
    Column("last_number", Integer, nullable=False),
    UniqueConstraint("id", name="uq_series_id"),
)
invoice = Table(
    "invoice",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("agreement", String(36), nullable=False),
    Column("party", String(9), nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("session", String(36)),  # what made it due: a session,
    Column("release", String(36)),  # or else a release
    Column("amount_ore", BigInteger, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("kid", String(25), nullable=False),
    Column("content", Text),  # documents/domain/content.py as JSON; none where it is lost (adopting.py)
    Column("document_number", Text),  # the seller's own; none on those issued before there was one
    Column(
        "delivered_from", Date
    ),  # the days of what made it due; none on those issued before: their content says them
    Column("delivered_to", Date),
    Index("uq_invoice_document_number", "document_number", unique=True),
    UniqueConstraint("kid", name="uq_invoice_kid"),
    # The last safeguard: whatever fails above it, an instalment is not invoiced twice.
    UniqueConstraint("agreement", "instalment", "attempt", name="uq_invoice_attempt"),
)
credit_note = Table(
    "credit_note",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("invoice", Integer, nullable=False),  # credited in full
    Column("agreement", String(36), nullable=False),
    Column("party", String(9), nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("session", String(36)),
    Column("release", String(36)),
    Column("reason", String(30), nullable=False),
    Column("because", String(36)),  # the event that made the invoice wrong; none by hand, and where it is lost
    Column("decided_by", String(80)),  # the name of the key that had it credited by hand
    Column("amount_ore", BigInteger, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("content", Text),
    Column("document_number", Text),
    Index("uq_credit_note_document_number", "document_number", unique=True),
    ForeignKeyConstraint(
        ["programme", "invoice"], ["invoice.programme", "invoice.number"], name="fk_credit_note_invoice"
    ),
    UniqueConstraint("programme", "invoice", name="uq_credit_note_invoice"),  # an invoice is credited once
)
# The chain over each series (documents/domain/chain.py). It stands beside the documents, so that those of before get their links
# without being touched. Rows are added and never changed.
chain = Table(
    "chain",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("kind", String(11), primary_key=True),  # invoice, credit_note
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("link", String(64), nullable=False),
)

# What was told to be unbilled, once a programme and week; and the Monday of the week that was looked at last, one row or none.
unbilled_report = Table(
    "unbilled_report",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("week", String(8), primary_key=True),  # 2024-W43
    Column("unbilled", Integer, nullable=False),
    Column("late", Integer, nullable=False),
    Column("not_completed", Integer, nullable=False),
)
looked_for_unbilled = Table(
    "looked_for_unbilled",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("monday", Date, nullable=False),
)
# How a document goes to its party: one row each, added in the transaction that issues it, and changed as it goes on. Times are
# real time.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String(36), primary_key=True),  # that of the event which told that it is issued
    Column("programme", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("party", String(9), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("channel", String(4)),
    Column("submission", String(36), nullable=False),
    Column("access_point", String(10)),
    Column("accepted", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("queued_at", Instant),
    Column("try_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("receipt", Text),
    Column("why", String(60)),
    Column("mail_event", String(36)),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(80)),
    UniqueConstraint("programme", "kind", "number", name="uq_delivery_document"),
)
IS_UNDER_WAY = text("state IN ('held', 'queued', 'submitted')")
Index("ix_delivery_try_at", delivery.c.try_at, sqlite_where=IS_UNDER_WAY, postgresql_where=IS_UNDER_WAY)
IS_NOT_THERE = text("state IN ('by_mail', 'undelivered')")
Index("ix_delivery_state", delivery.c.state, sqlite_where=IS_NOT_THERE, postgresql_where=IS_NOT_THERE)
# What notifications told of the mails that bring a document.
mail = Table(
    "mail",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("event_id", String(36), nullable=False, index=True),  # of the event that it is about
    Column("state", String(10), nullable=False),
)

# Documents that wait until somebody has approved them. An approval stays, with who gave it; what it holds back goes once it
# is issued, or overtaken.
approval = Table(
    "approval",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False, index=True),
    Column("cause", String(20), nullable=False),
    Column("documents", Integer, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("approved_by", String(80)),
)
held = Table(
    "held",
    metadata,
    Column("agreement", String(36), primary_key=True),
    Column("instalment", Integer, primary_key=True, autoincrement=False),
    Column("approval", String(36), ForeignKey("approval.id", name="fk_held_approval"), nullable=False, index=True),
    Column("party", String(9), nullable=False),
    Column("invoice", Integer),  # the number of the one that would be credited,
    Column("reason", String(30)),  # for which reason
    Column("amount_ore", BigInteger),  # of the one that would be issued,
    Column("delivery", String(36)),  # and what it would name: a session or a release, with its days
    Column("delivered_from", Date),
    Column("delivered_to", Date),
)
