"""`kulturskole audit`: gathers the evidence on a programme, checks each invariant, and reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deploy.at_rest import until_at_rest
from deploy.audit.evidence import gather
from deploy.audit.invariants import INVARIANTS, broken
from deploy.client import Client
from deploy.nats_operator import operator

LOOKED_AT = ("agreements", "invoices", "credit_notes", "mails", "events")


@dataclass(frozen=True, kw_only=True)
class Report:
    programme: str
    looked_at: dict[str, int]  # how many of each
    broken: dict[str, list[str]]  # by invariant, what breaks it; empty where all hold

    @property
    def holds(self) -> bool:
        return not self.broken

    def lines(self) -> Iterator[str]:
        """A line for each invariant, and one for each thing that breaks it."""
        yield ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in self.looked_at.items())
        for name in INVARIANTS:
            yield f"  {'broken' if name in self.broken else 'holds':<8}{name.replace('_', ' ')}"
            yield from (f"          {line}" for line in self.broken.get(name, []))

    def content(self) -> dict[str, Any]:
        """The same as data; an invariant that holds has nothing that breaks it."""
        return {
            "programme": self.programme,
            "holds": self.holds,
            "looked_at": self.looked_at,
            "invariants": {name: self.broken.get(name, []) for name in INVARIANTS},
        }


async def audit(programme: str, url: str, key: str, nats_url: str, password: str) -> Report:
    """Gather and check. Waits for rest first: what is still on its way would look like a broken invariant.

    Raises NeverAtRest, NoBroker, Refused or Unavailable.
    """
    async with Client(url, key) as client, operator(nats_url, password) as nats:
        await until_at_rest(client)
        evidence = await gather(client, nats, programme)
    looked_at = {name: len(getattr(evidence, name)) for name in LOOKED_AT}
    return Report(programme=programme, looked_at=looked_at, broken=broken(evidence))
