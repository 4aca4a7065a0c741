"""NATS: whether it lets us in, and whether streams, durables and permissions are what this version provisions."""

from __future__ import annotations

from collections.abc import Sequence

import nats.errors

from deploy.doctor.finding import Finding, fine, wrong
from deploy.nats_operator import connect
from shared.messaging.broker import addresses, refused
from shared.messaging.streams import Durable, differences

PROVISION = "kulturskole provision, then republish who lost a stream"


async def look(url: str, user: str, password: str, wanted: Sequence[Durable]) -> list[Finding]:
    """As one of its users: a service looks at all streams and at its own durables, the operator at all."""
    where = ", ".join(it.rpartition("@")[2] for it in addresses(url))
    try:
        client = await connect(url, user, password)
    except (nats.errors.Error, OSError) as error:
        return [wrong("nats", user, refused(where, user, error), "start NATS, or see KULTURSKOLE_NATS_…")]
    found = [fine("nats", user, f"{where} lets {user} in")]
    try:
        found += [wrong("provisioning", user, it, PROVISION) for it in await differences(client, wanted)]
    except (nats.errors.Error, TimeoutError) as error:
        says = f"NATS does not answer what {user} asks ({type(error).__name__}): it may not grant it"
        return [
            *found,
            wrong("provisioning", user, says, "kulturskole bootstrap, then restart NATS: its users may do more now"),
        ]
    finally:
        await client.close()
    is_as_it_should = len(found) == 1
    return (
        [*found, fine("provisioning", user, "streams and durables are as they should be")] if is_as_it_should else found
    )
