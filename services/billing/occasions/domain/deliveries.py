"""What makes an instalment due: a completed physical joint session that carries its number, or a release (B3, B6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from services.billing.occasions.domain.release import Release


@dataclass(frozen=True, kw_only=True)
class JointSession:
    """A joint session as it is known now."""

    id: str
    version: int
    event_id: str  # the newest news of it
    format: str
    state: str
    instalment: int | None  # the one it carries
    title: str | None
    place: str | None
    venue: str | None = None
    city: str | None = None
    planned: str  # when, as far as it is known, in Norwegian
    not_before: date  # the first day that it may begin on
    first_day: date | None  # none until the days are exact
    last_day: date | None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What was delivered, and so makes an instalment due."""

    id: str
    kind: Literal["session", "release"]
    instalment: int  # 1, 2 or 3
    first_day: date
    last_day: date
    title: str | None = None
    place: str | None = None  # as text
    venue: str | None = None
    city: str | None = None


@dataclass(frozen=True, kw_only=True)
class Occasions:
    """All joint sessions and releases of a programme that are known, whether they count or not."""

    sessions: Sequence[JointSession]
    releases: Sequence[Release]

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """The completed physical sessions and the releases that stand; the earliest last day comes first."""
        held = [found for session in self.sessions if (found := _held(session))]
        released = [_released(release) for release in self.releases if not release.withdrawn]
        return sorted([*held, *released], key=lambda delivery: (delivery.last_day, delivery.id))

    @cached_property
    def by_id(self) -> dict[str, Delivery]:
        return {delivery.id: delivery for delivery in self.deliveries}

    def newest_of(self, id: str) -> str:
        """The id of the newest event about a session or a release. Raises KeyError for one that is not known."""
        return self._newest[id]

    @cached_property
    def _newest(self) -> dict[str, str]:
        sessions = {session.id: session.event_id for session in self.sessions}
        return sessions | {release.id: release.event_id for release in self.releases}

    def planned(self, instalment: int) -> list[JointSession]:
        """The sessions that will make an instalment due once they are completed."""
        return [
            session
            for session in self.sessions
            if session.instalment == instalment and session.format == "physical" and session.state == "planned"
        ]


def _held(session: JointSession) -> Delivery | None:
    if session.format != "physical" or session.state != "completed" or session.instalment is None:
        return None
    if session.first_day is None or session.last_day is None:
        return None  # scheduling completes no session without exact days (S3)
    return Delivery(
        id=session.id,
        kind="session",
        instalment=session.instalment,
        first_day=session.first_day,
        last_day=session.last_day,
        title=session.title,
        place=session.place,
        venue=session.venue,
        city=session.city,
    )


def _released(release: Release) -> Delivery:
    day = release.effective_on
    return Delivery(
        id=release.id,
        kind="release",
        instalment=release.instalment,
        first_day=day,
        last_day=day,
        place=release.place,
        venue=release.venue,
        city=release.city,
    )
