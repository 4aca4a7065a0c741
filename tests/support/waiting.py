"""Waiting for something to become so, without a test that depends on the machine's speed."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PATIENCE = 300.0  # seconds: so long is only waited for what never comes, however busy the machine is


def patiently() -> asyncio.Timeout:
    """A block in which everything comes that comes at all."""
    return asyncio.timeout(PATIENCE)


async def eventually(condition: Callable[[], Any], *, equals: Any = True, within: float = PATIENCE) -> None:
    """Until `condition()` (awaited where need be) gives `equals`; fails after `within` seconds with what it gave last.

    `within` is for what needs longer than anything else (tests/chaos), and never shorter.
    """
    last: Any = None
    try:
        async with asyncio.timeout(within):
            while True:
                with suppress(TimeoutError):  # whoever was asked did not answer in time, which is no answer yet
                    found = condition()
                    last = await found if inspect.isawaitable(found) else found
                    if (bool(last) if equals is True else last) == equals:
                        return
                await asyncio.sleep(0.05)
    except TimeoutError:
        msg = f"still {last!r} and not {equals!r} after {within} s"
        raise AssertionError(msg) from None
