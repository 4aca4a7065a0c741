"""Each party's guidance visits against the plan's own lines for them: whether one is booked, and whether it is high time (S1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.scheduling.circumstances.domain.circumstances import Membership
from services.scheduling.sessions.domain.session import Session
from shared.when import half_gone_on

State = Literal["not_booked", "proposed", "agreed", "held"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """From the first to the last day, in Norway, on which a visit may be by the plan's own line."""

    first: date
    last: date

    @property
    def half_gone_on(self) -> date:
        """The first day on which half of it has passed, or more."""
        return half_gone_on(self.first, self.last)


@dataclass(frozen=True, kw_only=True)
class Visit:
    party: str
    number: int
    line: Session  # the plan's own, without a party
    session: Session | None  # with the party, or held with the one before it

    @property
    def window(self) -> Window:
        ranges = self.line.when.ranges()
        return Window(first=min(first for first, _ in ranges), last=max(last for _, last in ranges))

    @property
    def state(self) -> State:
        """Proposed while it has weeks, months or alternatives; agreed on since it has days."""
        if self.session is None:
            return "not_booked"
        if self.session.state == "completed":
            return "held"
        return "agreed" if self.session.when.days else "proposed"

    def is_late(self, today: date) -> bool:
        """Whether it is not booked though half of its window is gone."""
        return self.state == "not_booked" and today >= self.window.half_gone_on


@dataclass(frozen=True, kw_only=True)
class Unbooked:
    """That a visit was not booked though half of its window was gone. `version` counts how often it was told of."""

    programme: str
    party: str
    number: int
    version: int
    window: Window


def visits(
    sessions: Sequence[Session], members: Mapping[str, Membership], successions: Iterable[tuple[str, str]] = ()
) -> list[Visit]:
    """One of each party in the programme and each numbered line that stands, by party and number.

    None that is not planned with a party whose agreement has ended by the last day on which it could be. `successions` are whose
    agreement another party has taken over, and which party that is: what was held with the one counts for the other (R12).
    """
    lines, planned = _standing(sessions)
    return list(_visits(lines, _held_before(planned, successions) | planned, members))


def _held_before(
    planned: Mapping[tuple[str, int], Session], successions: Iterable[tuple[str, str]]
) -> dict[tuple[str, int], Session]:
    """By the successor: it stays a session with whom it was held with."""
    successors = dict(successions)
    return {
        (successors[party], number): it
        for (party, number), it in planned.items()
        if it.state == "completed" and party in successors
    }


def _visits(
    lines: Mapping[int, Session], planned: Mapping[tuple[str, int], Session], members: Mapping[str, Membership]
) -> Iterator[Visit]:
    for party, member in sorted(members.items()):
        for number, line in sorted(lines.items()):
            it = Visit(party=party, number=number, line=line, session=planned.get((party, number)))
            has_ended = member.ends_on is not None and member.ends_on <= it.window.last
            if it.session is not None or (member.is_accepted and not has_ended):
                yield it


def _standing(sessions: Sequence[Session]) -> tuple[dict[int, Session], dict[tuple[str, int], Session]]:
    lines, planned = {}, {}
    for it in sessions:
        if it.kind != "guidance_visit" or it.state == "cancelled" or it.number is None:
            continue
        if it.party is None:
            lines[it.number] = it
        else:
            planned[it.party, it.number] = it
    return lines, planned
