"""Pauses: between two looks, and longer each time something fails."""

from __future__ import annotations

import asyncio


async def pause(until: asyncio.Event, seconds: float) -> None:
    """Wait this long, or until the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        pass


def after(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time.

    >>> [after(n, first=0.5, longest=30.0) for n in (1, 2, 3, 10_000)]
    [0.5, 1.0, 2.0, 30.0]
    """
    return min(longest, first * 2.0 ** min(failures - 1, 60))
