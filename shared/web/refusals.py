"""Keeps out for a minute who came too often without a valid key. Each process counts for itself."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from time import monotonic

import structlog
from starlette.responses import Response

from shared.web.problems import problem

log = structlog.get_logger()

MINUTE = 60.0  # seconds
MOST_ADDRESSES = 10_000  # that are remembered; the one that has been quiet for longest is forgotten
NETWORK = 64  # bits of an IPv6 address that one caller's are alike in


@dataclass(kw_only=True)
class _Caller:
    refused_at: deque[float]
    kept_out_until: float = field(default=0.0)


class Refusals:
    """Refusals of the last minute, by address. `total` counts all since the start, with those of who is kept out."""

    def __init__(self, *, a_minute: int, now: Callable[[], float] = monotonic) -> None:
        self.total = 0
        self._a_minute = a_minute
        self._now = now
        self._callers: OrderedDict[str, _Caller] = OrderedDict()

    def refuse(self, address: str) -> int:
        """Count what came without a valid key. Returns for how many seconds such are not looked at; 0: this one is."""
        self.total += 1
        caller, now = self._caller(address), self._now()
        if now < caller.kept_out_until:
            return ceil(caller.kept_out_until - now)
        refused = caller.refused_at
        refused.append(now)
        if len(refused) == self._a_minute and now - refused[0] < MINUTE:
            refused.clear()
            caller.kept_out_until = now + MINUTE
            # Without the address, which may be a person's; a gateway's log has it.
            log.warning("who came too often without a valid key is kept out for a minute", refusals=self.total)
        return 0

    def _caller(self, address: str) -> _Caller:
        name = _network(address)
        caller = self._callers.get(name)
        if caller is None:
            caller = self._callers[name] = _Caller(refused_at=deque(maxlen=self._a_minute))
        self._callers.move_to_end(name)
        while len(self._callers) > MOST_ADDRESSES:
            self._callers.popitem(last=False)
        return caller


def kept_out(seconds: int, headers: Mapping[str, str] | None = None) -> Response:
    """What is answered to who is not looked at for so many seconds."""
    msg = "too many requests without a valid key came from there"
    return problem(429, msg, code="kept_out", headers={"Retry-After": str(seconds), **(headers or {})})


def _network(address: str) -> str:
    """The address; of IPv6 the network, since whoever has one address there has all of it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, NETWORK), strict=False)) if isinstance(found, IPv6Address) else str(found)
