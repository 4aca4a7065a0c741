from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from services.notifications.letters.domain.outcome import GIVE_UP_AFTER, LONGEST_DELAY, Next, Outcome, next_of

FIRST = datetime(2024, 9, 1, 12, tzinfo=UTC)
PUT_OFF = Outcome(kind="put_off", reply=451)
REFUSED = Outcome(kind="refused", reply=550)
UNREACHABLE, UNTRIED = Outcome(kind="unreachable"), Outcome(kind="untried")
DUE = FIRST - timedelta(minutes=1)
AT_LAST = FIRST + GIVE_UP_AFTER


def after(outcome: Outcome, tries: int = 1, now: datetime = FIRST) -> Next:
    return next_of(outcome, tries=tries, put_off_at=FIRST, try_at=DUE, now=now)


def test_what_was_refused_has_failed_at_once() -> None:
    assert after(REFUSED).state == "failed"


def test_what_was_put_off_is_tried_again_after_a_pause_that_grows_to_an_hour() -> None:
    pauses = [after(PUT_OFF, tries).try_at - FIRST for tries in range(1, 60)]
    assert pauses[0] > timedelta(0)
    assert all(one <= next_one for one, next_one in itertools.pairwise(pauses))
    assert pauses[-1] == LONGEST_DELAY
    assert after(PUT_OFF, 3).tries == 3


def test_a_mail_is_given_up_48_hours_after_it_was_first_put_off() -> None:
    assert after(PUT_OFF, 50, AT_LAST - timedelta(seconds=1)).state == "queued"
    assert after(PUT_OFF, 50, AT_LAST).state == "failed"
    first = next_of(PUT_OFF, tries=1, put_off_at=None, try_at=DUE, now=AT_LAST)
    assert (first.state, first.put_off_at) == ("queued", AT_LAST)


def test_a_server_that_cannot_be_reached_is_no_fault_of_the_mails_however_long_it_lasts() -> None:
    for now in (FIRST, AT_LAST):
        assert after(UNREACHABLE, 3, now) == Next(state="queued", try_at=now, tries=2, put_off_at=FIRST)
    assert next_of(UNREACHABLE, tries=1, put_off_at=None, try_at=DUE, now=FIRST).put_off_at is None


def test_what_was_left_alone_keeps_its_turn_before_what_the_server_has_just_refused() -> None:
    assert after(UNTRIED, 3) == Next(state="queued", try_at=DUE, tries=2, put_off_at=FIRST)
    assert after(UNTRIED).try_at < after(UNREACHABLE).try_at
