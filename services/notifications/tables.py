"""Notifications' tables."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from shared.database import Instant

metadata = MetaData()

# What others told us: projections, one row an entity, kept at its newest version.
programme = Table(
    "programme",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("closed_on", Date),  # none of one that is open
)
party = Table(
    "party",
    metadata,
    Column("organisation_number", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("official_name", Text, nullable=False),
    Column("language_form", String(10), nullable=False),
)
application = Table(
    "application",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    Index("application_programme_party", "programme", "party"),
)
agreement = Table(
    "agreement",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), nullable=False),
    Column("predecessor", String(9)),  # who had it before (R12)
    Column("called_back_on", Date),  # before it was signed: then it is none
    Column("ends_on", Date),
    Index("agreement_programme_party", "programme", "party"),
    Index(
        "agreement_carried_over",
        "programme",
        sqlite_where=text("predecessor IS NOT NULL"),
        postgresql_where=text("predecessor IS NOT NULL"),
    ),
)
session = Table(
    "session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9)),
    Column("kind", String(30), nullable=False),
    Column("number", Integer),  # among its kind; none of what was told of before this was kept
    Column("format", String(10), nullable=False),
    Column("first_day", Date),  # none without exact days
    Column("last_day", Date),
    Column("starts_at", String(5)),
    Column("ends_at", String(5)),
    Column("duration_minutes", Integer),
    Column("cancelled", Boolean, nullable=False),
    Column("completed", Boolean, nullable=False, server_default=false()),
    Index("session_programme_party", "programme", "party"),
)
# A programme's plan, since it was published: while it is a draft there is no row.
plan = Table(
    "plan",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reason", String(20)),  # none of the first revision
    # Of what told of it; none where nobody is written to about that: the plan is from before plans were published.
    Column("event_id", String(36)),
    Column("happened_at", Instant),
)
# That attendance was recorded, so that it is not asked for.
attendance = Table(
    "attendance",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("until", Date),  # the last of the days that it was recorded for
)

# Who was erased, by an id, and up to which version it was told what was emptied of them here.
erased_person = Table(
    "erased_person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
)
forgotten_person = Table(
    "forgotten_person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
)

# What others answered, kept until they are asked again: never in an event, since it is personal data or free text.
invitee = Table(
    "invitee",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("person", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    # Is invited to nothing, and keeps what stands: who was invited, and takes part while another is coordinator.
    Column("keeps", Boolean, nullable=False, server_default=false()),
    Index("invitee_person", "person", "programme"),
)
# Up to which day everyone was looked at who is invited only to what is near, and whom to remind; one row, or none at first.
horizon = Table(
    "horizon",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("until", Date, nullable=False),
    Column("reminded_on", Date),  # the day by which it was last seen of what to remind people
)
session_details = Table(
    "session_details",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("version", Integer, nullable=False),  # the session's, as it was known when its details were asked for
    Column("title", Text, nullable=False),
    Column("place", Text),
    Column("meeting_link", Text),
)

# A mail to be written to a party because of one event. Once it has its recipients it has a row of `mail` for each.
mailing = Table(
    "mailing",
    metadata,
    Column("kind", String(30), primary_key=True),
    Column("event_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), primary_key=True),  # one event may be told of to many
    Column("about", JSON, nullable=False),  # what it is about (letters/contents.py)
    Column("happened_at", Instant, nullable=False),
    Column("addressed_at", Instant),  # none while it waits
    Column("refused", Text),  # what was answered last instead of what was asked for it
    Column("given_up_by", String(80)),  # the key that had it be written no more: then it was addressed to nobody
)
Index("mailing_party", mailing.c.programme, mailing.c.party)
Index(
    "mailing_waiting",
    mailing.c.programme,
    mailing.c.party,
    sqlite_where=mailing.c.addressed_at.is_(None),
    postgresql_where=mailing.c.addressed_at.is_(None),
)

# What is sent: one row a mailing or calendar entry and person, and one each time that it is sent again; committed with its
# address before anything goes to SMTP.
mail = Table(
    "mail",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),  # raised with each published change
    Column("kind", String(30), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), nullable=False),
    Column("event_id", String(36)),  # the mailing's; none about a calendar
    Column("session", String(36)),  # about a calendar
    Column("sequence", Integer),  # about a calendar: counts this person's rows of this session, from 0
    # A reminder of the session: due so many days before this day, on which it begins.
    Column("lead_days", Integer),
    Column("first_day", Date),
    # None where it is lost. Where an event alone is left of a mail, what follows is empty (adopting.py).
    Column("person", String(36)),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("content", JSON, nullable=False),  # what it says (letters/contents.py)
    Column("fingerprint", String(64)),  # of what it said, where that is lost
    Column("message_id", Text, nullable=False),  # the same each time it is sent
    Column("state", String(10), nullable=False),  # queued, sent, failed
    Column("made_at", Instant, nullable=False),  # by the domain's clock
    Column("sent_at", Instant),  # by the domain's clock
    Column("erased", Boolean, nullable=False, server_default=false()),  # its person is, and what it said with it
    # The rest runs on real time.
    Column("tries", Integer, nullable=False),
    Column("put_off_at", Instant),  # for the first time
    Column("try_at", Instant, nullable=False),  # not before
    Column("leased_until", Instant),  # someone is sending it now, or has died doing so
    Column("reply", Integer),  # the SMTP code of the last refusal
    Column("changed_by", String(80)),  # the key that had it tried again, or sent again
    Column("repeats", String(36)),  # the mail that it is sent again as
    UniqueConstraint("session", "person", "sequence", name="one_mail_a_sequence"),
    Index("mail_programme", "programme", "id"),
)
Index(
    "one_mail_a_mailing_and_person",
    mail.c.kind,
    mail.c.event_id,
    mail.c.person,
    unique=True,
    sqlite_where=mail.c.repeats.is_(None),
    postgresql_where=mail.c.repeats.is_(None),
)
Index(
    "one_reminder_a_day_and_lead",
    mail.c.session,
    mail.c.person,
    mail.c.first_day,
    mail.c.lead_days,
    unique=True,
    sqlite_where=mail.c.repeats.is_(None),
    postgresql_where=mail.c.repeats.is_(None),
)
Index("mail_person", mail.c.person, mail.c.session)
Index("mail_repeats", mail.c.repeats)
Index(
    "mail_queued",
    mail.c.try_at,
    sqlite_where=mail.c.state == "queued",
    postgresql_where=mail.c.state == "queued",
)

# What the SMTP server took, byte for byte: mails are written anew with each try, and by later versions in other words.
sent_message = Table(
    "sent_message",
    metadata,
    Column("mail", String(36), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # as RFC 5322 has it, compressed (zlib)
)
