"""The kernel's tables; every service's database has them beside its own."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, false

from shared.clock import real_now
from shared.database import Counted, Instant

metadata = MetaData()
TYPE_LENGTH, SUBJECT_LENGTH = 120, 200

# The events of this service, published or still to be. Rows are kept: `republish` sends them again.
outbox = Table(
    "outbox",
    metadata,
    Column("position", Counted, primary_key=True, autoincrement=True),
    Column("event_id", String(36), nullable=False, unique=True),
    # By this the stream knows duplicates: the event's id, and a new one each time the event is sent again on purpose.
    Column("message_id", String(80), nullable=False),
    Column("type", String(TYPE_LENGTH), nullable=False),
    Column("subject", String(SUBJECT_LENGTH), nullable=False),  # the NATS subject
    Column("body", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("published_at", Instant),  # none until the stream acknowledged it
)
Index(
    "outbox_unsent",
    outbox.c.position,
    sqlite_where=outbox.c.published_at.is_(None),
    postgresql_where=outbox.c.published_at.is_(None),
)

# Which handler has had which event.
inbox = Table(
    "inbox",
    metadata,
    Column("handler", String(80), primary_key=True),
    Column("event_id", String(36), primary_key=True),
    Column("handled_at", Instant, nullable=False),
)

# How far each stream was taken in. Written with the facts, so that a copy of this database from before says so.
taken_in = Table(
    "taken_in",
    metadata,
    Column("stream", String(40), primary_key=True),
    Column("created_at", Instant, nullable=False),  # the stream: one that was made anew counts from 1
    Column("sequence", BigInteger, nullable=False),  # the highest of all that is taken in or waits as an `attempt`
)
# Events of the service's own stream, or acknowledged in its name, that it is to know nothing of: forged, or somebody else's.
disowned = Table(
    "disowned",
    metadata,
    Column("event_id", String(64), primary_key=True),  # or the body's SHA-256 where it has none
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)

# That `recover` has begun here and not come to its end: at most one row. A copy of such a database says so too.
recovery = Table("recovery", metadata, Column("began_at", Instant, primary_key=True))

# What is to be looked at again (marks.py): appended by facts, removed by who did the work.
work_mark = Table(
    "work_mark",
    metadata,
    Column("id", Counted, primary_key=True, autoincrement=True),
    Column("work", String(40), nullable=False),
    Column("key", String(80), nullable=False),  # what is taken as a whole: a programme, say
    Column("part", String(80)),  # of the key; none: all of it
    Column("left_at", Instant, nullable=False, default=real_now),
    Index("work_mark_key", "work", "key"),
    sqlite_autoincrement=True,  # or the id of a mark that was removed could be another's
)
# Locked by the worker that works off a key's marks. No foreign key refers to it: checking one would have each fact wait for
# the worker.
work_lock = Table(
    "work_lock",
    metadata,
    Column("work", String(40), primary_key=True),
    Column("key", String(80), primary_key=True),
)

# What could not be worked off: a key, which keeps its marks, or a part of one, which has none.
set_aside = Table(
    "set_aside",
    metadata,
    Column("work", String(40), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("part", String(80), primary_key=True),  # of the key; "": all of it
    Column("reason", String(60), nullable=False),  # a code, or the name of what was raised
    Column("since", Instant, nullable=False),
    Column("tries", Integer, nullable=False),  # of a key
    Column("next_at", Instant),  # when a key is tried again, where no news of it comes before
    Column("newest_mark", Counted),  # that a key had when it was tried: a newer one is news
)

# How often a message that waits for another attempt has failed. Gone once it succeeds or is parked.
attempt = Table(
    "attempt",
    metadata,
    Column("key", String(64), primary_key=True),  # the body's SHA-256
    Column("was_read", Boolean, nullable=False, server_default=false()),  # it is not the reading that kills the process
    Column("tries", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("stream", String(40)),  # where it stands, as does the next; none in what 0.2.0 wrote
    Column("sequence", BigInteger),
)

# What could not be handled. Rows stay, so that the message is known when it is met again.
parked_message = Table(
    "parked_message",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("state", String(10), nullable=False),  # parked, replayed, discarded
    Column("subject", String(SUBJECT_LENGTH), nullable=False),
    Column("type", String(TYPE_LENGTH)),  # none where it could not be read
    Column("body", LargeBinary, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parked_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", String(80)),  # the name of the key that replayed or discarded it
)

# Who changed what: of each change that a key asked for, its name and what was asked. No person stands here, and no prose.
change = Table(
    "change",
    metadata,
    Column("position", Counted, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),  # the name of the key
    Column("route", String(120), nullable=False),
    Column("entity", String(40)),  # none where no event tells of the change, as the version below
    Column("key", String(120)),  # what it is known by
    Column("version", Integer),
    Index("change_entity", "entity", "key"),
)
