"""The means by which the demo is played: the clock, the calls that come again and again, and the lines on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from deploy.at_rest import is_at_work, states, until_at_rest
from deploy.client import Client
from deploy.demo.cast import Municipality
from shared.clock import OSLO
from shared.contracts.catalogue import PUBLISHERS

Say = Callable[[str], None]
AFTERNOON = time(16, 0)
COUNTED = {
    "invoices": ("faktura", "fakturaer"),
    "credit_notes": ("kreditnota", "kreditnotaer"),
    "mails": ("e-post", "e-poster"),
}


class WrongTime(Exception):
    """The clocks there can't be moved to where the play begins."""


async def check_time(client: Client, opening: date) -> None:
    """Raises WrongTime for a clock that is real, or past the opening."""
    for state in await states(client):
        now = datetime.fromisoformat(state["clock"]["now"]).astimezone(OSLO)
        if not state["clock"]["simulated"]:
            msg = f"{state['service']} runs on the real clock; the demo needs a simulated one (deploy/compose.demo.yml)"
            raise WrongTime(msg)
        if now > datetime.combine(opening, AFTERNOON, tzinfo=OSLO):
            msg = f"the clock of {state['service']} shows {now:%d.%m.%Y}, and the demo begins on {opening:%d.%m.%Y}: it needs new volumes"
            raise WrongTime(msg)


@dataclass
class Play:
    """One programme as it is played: its client, and the ids that the APIs gave."""

    client: Client
    say: Say
    programme: str
    sessions: dict[tuple[str, int | None, str | None], str] = field(default_factory=dict)  # by kind, number, party
    applications: dict[str, str] = field(default_factory=dict)  # by party, as are these
    agreements: dict[str, str] = field(default_factory=dict)
    participants: dict[str, list[str]] = field(default_factory=dict)
    advisors: list[str] = field(default_factory=list)
    areas: dict[str, list[str]] = field(default_factory=dict)  # development areas by county
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    @asynccontextmanager
    async def on(self, day: date, what: str, *, at: time = AFTERNOON) -> AsyncIterator[None]:
        """Move the clocks to a day in Norway, let what is due by then and the block happen, wait for rest, and tell what came of it."""
        now = datetime.combine(day, at, tzinfo=OSLO).isoformat()
        await all_of(self.client.post(f"/{service}/operations/clock", {"now": now}) for service in PUBLISHERS)
        if await is_at_work(self.client):  # or whether somebody is reminded of what is cancelled today would be chance
            await until_at_rest(self.client)
        yield
        await until_at_rest(self.client)
        self.say(f"{day:%d.%m.%Y}  {what:<74}  {await self._news()}".rstrip())

    async def _news(self) -> str:
        """How many invoices, credit notes and mails are new since the last time, in Norwegian."""
        billing, mails = await all_of(
            self.client.get(f"/{service}/summary", programme=self.programme) for service in ("billing", "notifications")
        )
        counts = {name: {**billing, **mails}[name] for name in COUNTED}
        new = {name: count - self.counted[name] for name, count in counts.items()}
        self.counted = counts
        return ", ".join(f"{n} {COUNTED[name][n > 1]}" for name, n in new.items() if n)

    async def plan(self, *sessions: dict[str, Any]) -> None:
        views = await all_of(self.client.post(f"{self._scheduling}/sessions", session) for session in sessions)
        self.sessions |= {(view["kind"], view["number"], view["party"]): view["id"] for view in views}

    async def complete(self, kind: str, number: int | None = None, parties: Sequence[str | None] = (None,)) -> None:
        await all_of(self.change("completion", kind, number, party) for party in parties)

    async def change(
        self, what: str, kind: str, number: int | None = None, party: str | None = None, **body: Any
    ) -> None:
        """`what` is the end of a session's route: move, sharpening, format, completion, cancellation."""
        await self.client.post(f"/scheduling/sessions/{self.sessions[kind, number, party]}/{what}", body)

    async def sign(self, municipality: Municipality, day: date) -> None:
        """All three signatures; the municipality's two at its own place."""
        agreement = self.agreements[municipality.organisation_number]
        for signatory, place in (
            ("council_director", "Trondheim"),
            ("municipal_director", municipality.name),
            ("head_of_culture_school", municipality.name),
        ):
            body = {"signatory": signatory, "place": place, "signed_on": day.isoformat()}
            await self.client.post(f"/registration/agreements/{agreement}/signatures", body)

    def of_programme(self, end: str) -> str:
        return f"/registration/programmes/{self.programme}/{end}"

    @property
    def _scheduling(self) -> str:
        return f"/scheduling/programmes/{self.programme}"


async def all_of(calls: Iterable[Awaitable[Any]]) -> list[Any]:
    """The answers of calls whose order does not matter, made at once."""
    return list(await asyncio.gather(*calls))


def days(
    first: date, last: date | None = None, *, starts_at: str | None = None, ends_at: str | None = None
) -> dict[str, Any]:
    """Exact days as the API takes them."""
    found: dict[str, Any] = {"first": first.isoformat(), "last": (last or first).isoformat()}
    if starts_at and ends_at:
        found |= {"starts_at": starts_at, "ends_at": ends_at}
    return {"days": found}
