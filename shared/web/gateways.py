"""Whose word is taken for the address that a request comes from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import Scope

Resolve = Callable[[str], Awaitable[Sequence[str]]]

LOOK_AGAIN = 10.0  # seconds, for addresses of names
FOUND_WITHIN = 2.0  # seconds


async def _addresses(host: str) -> Sequence[str]:
    """None where the name is not known now."""
    try:
        async with asyncio.timeout(FOUND_WITHIN):
            found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, TimeoutError):
        return ()
    return [str(address[0]) for *_, address in found]


class Gateways:
    """`named` are addresses, networks and hosts; what they say in `X-Forwarded-For` is believed, and nobody else's word."""

    def __init__(
        self, named: Sequence[str] = (), *, now: Callable[[], float] = monotonic, resolve: Resolve = _addresses
    ) -> None:
        self._networks = [ip_network(it) for it in named if not _is_host(it)]
        self._hosts = [it for it in named if _is_host(it)]
        self._found: set[str] = set()
        self._looked_at = -LOOK_AGAIN
        self._now = now
        self._resolve = resolve

    async def caller(self, scope: Scope) -> str:
        """The address that a request comes from: the last that a gateway names and that is no gateway's own."""
        peer = plain((scope.get("client") or ("",))[0])
        said = Headers(scope=scope).getlist("x-forwarded-for")
        if not said or not await self._is_gateway(peer):
            return peer
        # From the right: what stands further left was said by somebody whose word is not taken.
        for part in reversed(",".join(said).split(",")):
            address = plain(part.strip())
            if not _is_address(address):
                return peer
            if not await self._is_gateway(address):
                return address
            peer = address
        return peer

    async def _is_gateway(self, address: str) -> bool:
        if not _is_address(address):
            return False
        found = ip_address(address)
        if any(found in network for network in self._networks) or address in self._found:
            return True
        # A gateway that was started anew has another address than before.
        if not self._hosts or self._now() - self._looked_at < LOOK_AGAIN:
            return False
        self._looked_at = self._now()
        self._found = {plain(it) for host in self._hosts for it in await self._resolve(host)}
        return address in self._found


def _is_host(name: str) -> bool:
    try:
        ip_network(name)
    except ValueError:
        return True
    return False


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def plain(address: str) -> str:
    """In the one form that addresses are compared in: an IPv4 address is not dressed as one of IPv6."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return address
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
