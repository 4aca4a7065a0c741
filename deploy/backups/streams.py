"""Where the streams stand, as a back-up notes it and a restore compares it."""

from __future__ import annotations

from nats.js.errors import NotFoundError

from deploy.backups.manifest import Stood
from deploy.nats_operator import operator
from shared.contracts.catalogue import PUBLISHERS, stream_of


async def streams(url: str, password: str) -> dict[str, Stood]:
    """By publisher, without those that are missing. Raises NoBroker."""
    found = {}
    async with operator(url, password) as client:
        jsm = client.jsm(timeout=10)
        for publisher in PUBLISHERS:
            try:
                info = await jsm.stream_info(stream_of(publisher))
            except NotFoundError:
                continue
            assert info.created is not None  # for the type checker
            found[publisher] = Stood(created_at=info.created, last_sequence=info.state.last_seq)
    return found
