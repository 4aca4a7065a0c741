"""Subscribers added, given another password, revoked: the folder, the durables and NATS' configuration together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.js.errors import NotFoundError

from deploy.nats_operator import operator
from deploy.subscribers.folder import Folder, Unknown
from deploy.subscribers.subscriber import Subscriber
from deploy.subscribers.taking_in import NotTakenIn, reload, take_in
from shared.contracts.catalogue import PUBLISHERS, stream_of
from shared.messaging.broker import NoBroker
from shared.messaging.readers import Reader, readers
from shared.messaging.streams import make_durables


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a subscriber is to get, None where the folder knows nothing of it; and how far it has come on each stream."""

    name: str
    subscriber: Subscriber | None
    readers: tuple[Reader, ...]

    @property
    def lag(self) -> int:
        return sum(it.lag for it in self.readers)

    @property
    def waits(self) -> bool:
        return any(it.waits for it in self.readers)

    @property
    def last_seen(self) -> datetime | None:
        return max((it.last_seen for it in self.readers if it.last_seen), default=None)


class Subscribers:
    """What the operator of NATS at `url` does with the subscribers in a folder."""

    def __init__(self, folder: Path, url: str, password: str) -> None:
        self.folder = Folder(folder)
        self._url = url
        self._password = password

    async def add(self, subscriber: Subscriber) -> dict[str, Any]:
        """Its credentials; it can connect when this returns.

        Raises ValueError where it can't be or its name is taken, FileNotFoundError for another folder, ProvisioningFailed,
        NoBroker, NotTakenIn.
        """
        async with operator(self._url, self._password) as client:
            self._check_is_new(subscriber.name, await _readers(client))
            self.folder.add(subscriber)
            try:
                await make_durables(client, subscriber.durables())
            except BaseException:
                self.folder.remove(subscriber.name)
                raise
            return await self._let_in(client, subscriber)

    async def rotate(self, name: str) -> dict[str, Any]:
        """Its new credentials; who is connected by the old ones is put out. Raises Unknown, NoBroker, NotTakenIn."""
        async with operator(self._url, self._password) as client:
            self.folder.rotate(name)
            return await self._let_in(client, self.folder.get(name))

    async def revoke(self, name: str) -> None:
        """Put it out for good, with what NATS knows of it. Raises Unknown, NoBroker, NotTakenIn."""
        async with operator(self._url, self._password) as client:
            is_read = [it.stream for it in await _readers(client) if it.name == name]
            try:
                self.folder.remove(name)
            except Unknown:
                if not is_read:
                    raise
            try:
                await reload(client)
            finally:  # without its durables it gets nothing, whether it was put out or not
                for stream in is_read:
                    await client.jsm(timeout=10).delete_consumer(stream, name)

    async def standings(self) -> list[Standing]:
        """How all of them stand, by name.

        Raises FileNotFoundError for another folder, NoBroker, or nats.errors.Error where NATS does not say.
        """
        known = {it.name: it for it in self.folder.subscribers()}
        async with operator(self._url, self._password) as client:
            found = await _readers(client)
        return [
            Standing(name=name, subscriber=known.get(name), readers=tuple(it for it in found if it.name == name))
            for name in sorted({*known, *(it.name for it in found)})
        ]

    async def standing(self, name: str) -> Standing:
        """How one of them stands. Raises as `standings` does, and Unknown."""
        found = next((it for it in await self.standings() if it.name == name), None)
        if found is None:
            msg = f"there is no subscriber named {name}"
            raise Unknown(msg)
        return found

    def _check_is_new(self, name: str, found: Iterable[Reader]) -> None:
        """Raises ValueError where NATS knows of one by that name that the folder does not."""
        known = {it.name for it in self.folder.subscribers()}
        if name not in known and any(it.name == name for it in found):
            msg = (
                f"NATS has a subscriber named {name} that {self.folder.path} does not know: is it the right folder? "
                "If it is, revoke that one first"
            )
            raise ValueError(msg)

    async def _let_in(self, client: Client, subscriber: Subscriber) -> dict[str, Any]:
        credentials = self.folder.credentials(subscriber.name)
        try:
            await take_in(client, self._url, credentials)
        except NotTakenIn as why:
            msg = f"{why}. Then `kulturskole subscribers rotate {subscriber.name}` gives its credentials"
            raise NotTakenIn(msg) from why
        return credentials


async def _readers(client: Client) -> list[Reader]:
    found: list[Reader] = []
    for publisher in PUBLISHERS:
        try:
            found += await readers(client, stream_of(publisher))
        except NotFoundError as error:
            msg = f"NATS has no stream {stream_of(publisher)} yet: kulturskole provision"
            raise NoBroker(msg) from error
    return found
