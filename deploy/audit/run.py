"""What `kulturskole audit` does."""

from __future__ import annotations

from deploy.at_rest import until_at_rest
from deploy.audit.evidence import gather
from deploy.audit.invariants import INVARIANTS, broken
from deploy.client import Client
from deploy.provisioning import operator


async def audit(programme: str, url: str, key: str, nats_url: str, password: str) -> tuple[list[str], bool]:
    """A line for each invariant, and one for each thing that breaks it; and whether all hold.

    Waits for rest first: while something is on its way, it is told and not done, or done and not told.
    """
    async with Client(url, key) as client, operator(nats_url, password) as nats:
        await until_at_rest(client)
        evidence = await gather(client, nats, programme)
    found = broken(evidence)
    looked_at = ("agreements", "invoices", "credit_notes", "mails", "events")
    lines = [", ".join(f"{len(getattr(evidence, name))} {name.replace('_', ' ')}" for name in looked_at)]
    for name in INVARIANTS:
        lines.append(f"  {'broken' if name in found else 'holds':<8}{name.replace('_', ' ')}")
        lines += [f"          {line}" for line in found.get(name, [])]
    return lines, not found
