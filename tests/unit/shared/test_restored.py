"""When a database is older than what was told, and when it is something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.messaging.restored import Consumed, Own, Sent, StreamEvent, TakenIn, judge
from shared.messaging.streams import MAX_AGE

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MADE = NOW - timedelta(days=100)
EVENT = StreamEvent(stream="BILLING", sequence=7, id="the-event", type="invoice.issued")
SENT = Sent(event_id="the-event", type="invoice.issued", published_at=NOW - timedelta(days=1))
FINE = Own(
    stream="BILLING",
    made_at=MADE,
    newest=EVENT,
    is_known=True,
    oldest_sent_at=MADE + timedelta(days=1),
    newest_sent=SENT,
    last_on_its_subject="the-event",
    last_was_sent_at=SENT.published_at,
)
STREAM = Consumed(
    stream="REGISTRATION",
    made_at=MADE,
    filters=("kulturskole.registration.>",),
    acknowledged=50,
    taken_in=TakenIn(made_at=MADE, sequence=50),
)


@pytest.mark.parametrize(
    "own",
    [
        FINE,
        replace(FINE, newest=None, is_known=False),  # the stream is empty, or all in it is disowned
        Own(stream="BILLING", made_at=MADE),  # nothing was told yet
        replace(FINE, made_at=FINE.oldest_sent_at),
        # Clocks of two machines.
        replace(FINE, made_at=MADE + timedelta(days=1, seconds=3)),
        # Published by a replica after the outbox was read, or sent again: the outbox has it, and nothing is lost.
        replace(FINE, last_on_its_subject="a-later-one", last_was_sent_at=NOW),
        replace(FINE, last_on_its_subject="one-that-is-being-sent-again", last_was_sent_at=None),
        # Older than what a stream keeps.
        replace(
            FINE,
            newest_sent=replace(SENT, published_at=NOW - timedelta(seconds=MAX_AGE + 1)),
            last_on_its_subject=None,
            last_was_sent_at=None,
        ),
    ],
)
def test_a_database_that_knows_what_was_told_is_fine(own: Own) -> None:
    verdict = judge(own, [STREAM], now=NOW)
    assert verdict.older == ()
    assert verdict.lost is None


def test_a_database_whose_outbox_lacks_the_newest_event_of_its_stream_is_older() -> None:
    (missing,) = judge(replace(FINE, is_known=False), [STREAM], now=NOW).older
    assert missing.event == EVENT
    assert str(missing) == (
        "BILLING has invoice.issued the-event as its number 7; the newest that the database has sent is invoice.issued "
        "the-event"
    )


def test_a_new_database_on_a_stream_that_is_not_is_older() -> None:
    own = Own(stream="BILLING", made_at=MADE, newest=EVENT)
    (missing,) = judge(own, [], now=NOW).older
    assert missing.known == "the database has sent nothing"


@pytest.mark.parametrize(
    ("consumed", "unaccounted"),
    [
        (STREAM, None),
        (replace(STREAM, acknowledged=0), None),  # the durable was made anew
        (replace(STREAM, acknowledged=49), None),  # some of a batch is not acknowledged yet
        (replace(STREAM, acknowledged=60), (50, 60)),
        # The stream was made anew: it counts from 1, and what it had before is in the inbox of a database that is not older.
        (replace(STREAM, acknowledged=60, made_at=MADE + timedelta(days=2)), (0, 60)),
        (replace(STREAM, acknowledged=0, made_at=MADE + timedelta(days=2)), None),
        # From before it was written down how far a stream was taken in, or a new database in whose name another acknowledged.
        (replace(STREAM, taken_in=None), (0, 50)),
        (replace(STREAM, taken_in=None, acknowledged=0), None),
    ],
)
def test_what_was_acknowledged_beyond_what_was_taken_in_is_looked_at(
    consumed: Consumed, unaccounted: tuple[int, int] | None
) -> None:
    assert consumed.unaccounted == unaccounted
    assert judge(FINE, [consumed], now=NOW).older == ()  # as long as nothing is found there that it should have


def test_no_more_is_accounted_for_than_was_looked_at() -> None:
    assert replace(STREAM, acknowledged=60).accounted == 60
    assert replace(STREAM, acknowledged=60, seen=55).accounted == 55


def test_a_database_that_lacks_an_event_which_it_acknowledged_is_older() -> None:
    event = StreamEvent(stream="REGISTRATION", sequence=55, id="another", type="agreement.signed")
    consumed = replace(STREAM, acknowledged=60, missing=event)
    (missing,) = judge(FINE, [consumed], now=NOW).older
    assert str(missing) == (
        "REGISTRATION has agreement.signed another as its number 55; it was acknowledged, and the database has taken in no "
        "more than number 50"
    )


def test_a_database_from_before_a_stream_was_made_anew_may_lack_an_event_of_that_one() -> None:
    event = StreamEvent(stream="REGISTRATION", sequence=7, id="another", type="agreement.signed")
    anew = replace(STREAM, acknowledged=9, made_at=MADE + timedelta(days=2), missing=event)
    (missing,) = judge(FINE, [anew], now=NOW).older
    assert missing.known.endswith("knows the stream only as it was before it was made anew")


@pytest.mark.parametrize(
    ("own", "word"),
    [
        (Own(stream="BILLING", made_at=None), "missing"),
        (replace(FINE, made_at=NOW), "made anew"),
        (replace(FINE, newest=None, last_on_its_subject=None, last_was_sent_at=None), "lacks"),
        # Put back from a copy, it ends with an event that was sent before.
        (replace(FINE, last_on_its_subject="an-earlier-one", last_was_sent_at=MADE), "lacks"),
    ],
)
def test_a_stream_that_lacks_what_was_sent_is_healed_by_republishing(own: Own, word: str) -> None:
    verdict = judge(own, [STREAM], now=NOW)
    assert verdict.older == ()
    assert verdict.lost is not None
    assert word in verdict.lost
    assert "republish billing" in verdict.lost
