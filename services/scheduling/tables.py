"""Scheduling's tables."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, false, func, text

from shared.database import Instant

metadata = MetaData()

# What registration told us.
programme = Table(
    "programme",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("closed_on", Date),  # none of one that is open
)
party = Table(
    "party",
    metadata,
    Column("organisation_number", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text),  # none of one that was told of before this was kept
    Column("deleted", Boolean, nullable=False, server_default=false()),
)

agreement = Table(
    "agreement",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("party", String(9), nullable=False),
    Column("predecessor", String(9)),  # whose it was before (R12)
    Column("ends_on", Date),  # the first day on which it is no longer in force
    Index(
        "agreement_carried_over",
        "programme",
        sqlite_where=text("predecessor IS NOT NULL"),
        postgresql_where=text("predecessor IS NOT NULL"),
    ),
)

application = Table(
    "application",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False, index=True),
    Column("party", String(9), nullable=False),
    Column("state", String(20), nullable=False),
)
party_group = Table(
    "party_group",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("advisor", String(36), index=True),  # a person's id (R8)
)
# Who was erased, by an id that means nothing here, and who of them is told to be forgotten.
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

session = Table(
    "session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("programme", String(40), nullable=False, index=True),
    Column("party", String(9)),  # with whom, of visits and contract meetings
    Column("kind", String(30), nullable=False),
    Column("format", String(10), nullable=False),
    Column("title", Text),  # none where only an event is left of it, which leaves it out (adopting.py)
    Column("number", Integer),  # among its kind
    Column("instalment", Integer),  # the one that it carries (B3)
    Column("when", Text, nullable=False),  # JSON, shared/when.py
    Column("first_day", Date),  # of it, where it is exact days
    Column("last_day", Date),
    Column("place", Text),  # as text: venue and city where these are said
    Column("venue", Text),
    Column("city", Text),
    Column("meeting_link", Text),
    Column("state", String(10), nullable=False),
    Column("freed_instalment", Integer),  # what it carried until it was cancelled
    Column("changed_by", String(80), nullable=False),  # the name of the key that made the last change
    Column("changed_at", Instant),  # by the domain's clock; none where the last change is older than this is kept
)
STANDS = session.c.state != "cancelled"
# One session stands in each place of the plan; a cancelled one leaves its place free.
Index(
    "session_place_in_plan",
    session.c.programme,
    session.c.kind,
    func.coalesce(session.c.number, 0),
    func.coalesce(session.c.party, ""),
    unique=True,
    sqlite_where=STANDS,
    postgresql_where=STANDS,
)
# No two sessions of a programme carry the same instalment (B3).
CARRIES = session.c.instalment.is_not(None)
Index(
    "session_instalment",
    session.c.programme,
    session.c.instalment,
    unique=True,
    sqlite_where=CARRIES,
    postgresql_where=CARRIES,
)

days_to_avoid = Table(
    "days_to_avoid",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("days", Text, nullable=False),  # JSON
    Column("changed_by", String(80), nullable=False),  # the key's name
)

# Visits of which it was told that they are not booked, and the window that they had then.
unbooked_visit = Table(
    "unbooked_visit",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("party", String(9), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("window_first", Date, nullable=False),
    Column("window_last", Date, nullable=False),
)
# The day on which such were last looked for.
looked_for_visits = Table(
    "looked_for_visits",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("day", Date, nullable=False),
)

minutes = Table(
    "minutes",
    metadata,
    Column("session", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text", Text),
    Column("written_by", String(80), nullable=False),  # the key's name
)

# Who accepted what speaks against a plan, last of all who did.
accepted = Table(
    "accepted",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("about", String(120), primary_key=True),  # the day of a warning, and the sessions
    Column("accepted_by", String(80), nullable=False),  # the key's name
    Column("accepted_at", Instant, nullable=False),
    Column("because", Text),
)

# The plan as a whole, since it was published; without a row it is a draft.
plan = Table(
    "plan",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("version", Integer, nullable=False),  # 0 of one from before plans were published, until it is told of
    Column("revision", Integer, nullable=False),
    Column("published_on", Date),  # none of one from before plans were published
)
plan_revision = Table(
    "plan_revision",
    metadata,
    Column("programme", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("day", Date),  # none as `published_on` is
    Column("reason", String(20)),  # none of the first
    Column("sessions", Integer, nullable=False),  # that stand in the plan
    Column("changed", Integer),  # how many of them this has changed; none of the first
    Column("changed_by", String(80), nullable=False),  # the name of the key that asked for it
)

# A calendar feed whose address was renewed; another has its first one. No address is stored: it is derived (feeds/addresses.py).
feed = Table(
    "feed",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("of", String(60), primary_key=True),  # whose it is: feeds/domain/feed.py
    Column("number", Integer, nullable=False),  # raised with each renewal, from 1
    Column("renewed_by", String(80)),  # the name of the key; none until it is renewed
    Column("renewed_at", Instant),  # by the domain's clock
)
