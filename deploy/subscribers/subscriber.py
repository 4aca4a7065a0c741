"""One other system that reads the events: what it is to get, and the durables that give it that and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deploy.nats_config import OPERATOR
from shared.clock import OSLO, real_now
from shared.contracts import notifications
from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS, stream_of
from shared.contracts.envelope import NOBODY
from shared.messaging.streams import Durable

READER = "reader"  # the subscriber that a first start makes, which gets everything
ACK_WAIT = 30.0  # seconds until what was delivered and not acknowledged comes again
# Messages that one request may ask for. A client that names its own RESET as the address of the reply has the server go
# round by itself, as often as this; no client library asks for more unless it is told to.
MOST = 1000
# Of what one is given by name. Whoever wants more parties than these leaves them out, and gets all.
MOST_PARTIES, MOST_FILTERS = 100, 1_000
# Days of `since`: there is none before the first programme, and of a mistyped year far ahead nothing would ever come.
FIRST_DAY, LONGEST_AHEAD = date(2000, 1, 1), timedelta(days=366)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PARTY = re.compile(r"[0-9]{9}")
_TYPE = re.compile(r"[a-z_]+\.(\*|[a-z_]+)")


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """What one other system gets. `name` is that of its user, and of its durables.

    `parties` are organisation numbers, `types` of the form `invoice.issued` or `invoice.*`; none of them is all of them.
    `since` is a day in Norway: what was told before is not for it.
    """

    name: str
    parties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    since: date | None = None

    def check(self) -> None:
        """Raises ValueError for what can't be: a name that is taken or no name, a party, a type that nobody tells, a day."""
        if not _NAME.fullmatch(self.name):
            msg = f"{self.name} is no name for a subscriber: a letter, then up to 39 of a-z, 0-9 and -"
            raise ValueError(msg)
        if self.name in {*PUBLISHERS, OPERATOR}:
            msg = f"{self.name} is the name of one of our own"
            raise ValueError(msg)
        self._check_parties()
        self._check_types()
        self._check_since()
        most = max((len(it.filters) for it in self.durables()), default=0)
        if most > MOST_FILTERS:
            msg = f"--party and --type make {most} filters together, and there may be {MOST_FILTERS}: leave one of them out"
            raise ValueError(msg)

    def _check_parties(self) -> None:
        _check_once("--party", self.parties)
        if len(self.parties) > MOST_PARTIES:
            msg = f"--party is given {len(self.parties)} times, and may be {MOST_PARTIES} times: without it all come"
            raise ValueError(msg)
        for party in self.parties:
            if not _PARTY.fullmatch(party):
                msg = f"--party: {party} is no organisation number"
                raise ValueError(msg)

    def _check_types(self) -> None:
        _check_once("--type", self.types)
        for type_ in self.types:  # so there are no more than the catalogue has
            if not _TYPE.fullmatch(type_) or not any(_fits(type_, it.name) for it in EVENT_TYPES):
                msg = f"--type: nobody tells of {type_}; there is {', '.join(_like(type_))}"
                raise ValueError(msg)

    def _check_since(self) -> None:
        last = real_now().astimezone(OSLO).date() + LONGEST_AHEAD
        if self.since and not FIRST_DAY <= self.since <= last:
            msg = f"--since: {self.since} is no day from {FIRST_DAY} to {last}, a year ahead"
            raise ValueError(msg)

    def durables(self) -> list[Durable]:
        """One for each stream that has something for it."""
        since = datetime.combine(self.since, time(), OSLO) if self.since else None
        found = [(stream_of(publisher), self._filters(publisher)) for publisher in PUBLISHERS]
        return [Durable(stream, self.name, filters, ACK_WAIT, since, MOST) for stream, filters in found if filters]

    def _filters(self, publisher: str) -> tuple[str, ...]:
        """NATS filters that do not overlap, which the server would refuse; none where the stream has nothing for it."""
        told = {it.name for it in EVENT_TYPES if it.publisher == publisher}
        wanted = {it for it in self.types if any(_fits(it, name) for name in told)}
        # What its whole entity has is not named a second time.
        kinds = sorted(it for it in wanted if it.endswith(".*") or f"{it.partition('.')[0]}.*" not in wanted)
        if self.types and not kinds:
            return ()
        if not self.parties:
            return tuple(f"kulturskole.{publisher}.{kind}.>" for kind in kinds) or (f"kulturskole.{publisher}.>",)
        return tuple(
            f"kulturskole.{publisher}.{kind}.*.{party}"
            for kind in kinds or ["*.*"]
            for party in _and_nobody(publisher, self.parties)
        )


def _check_once(option: str, given: Sequence[str]) -> None:
    twice = sorted({it for it in given if given.count(it) > 1})
    if twice:
        msg = f"{option} is given twice with {twice[0]}"
        raise ValueError(msg)


def _fits(type_: str, name: str) -> bool:
    entity, _, happened = type_.partition(".")
    return name == type_ if happened != "*" else name.startswith(f"{entity}.")


def _like(type_: str) -> list[str]:
    """What is told of the same entity; of all entities where there is no such one."""
    of_it = [it.name for it in EVENT_TYPES if it.name.partition(".")[0] == type_.partition(".")[0]]
    return of_it or sorted({f"{it.name.partition('.')[0]}.*" for it in EVENT_TYPES})


def _and_nobody(publisher: str, parties: Sequence[str]) -> Iterator[str]:
    """The parties, and what has none and so concerns all of them: joint sessions, programmes, releases."""
    yield from sorted(set(parties))
    # A mail without a party is a mail to somebody else.
    if publisher != notifications.PUBLISHER:
        yield NOBODY
