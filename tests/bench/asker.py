"""Asks a server over and over, from a process of its own: what asking costs is no part of what is measured.

python -m tests.bench.asker PORT PATH HEADER REQUESTS AT_ONCE      prints how many seconds it took
"""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter

from tests.support.processes import HOST


async def asked(port: int, path: str, header: str, requests: int, at_once: int) -> float:
    """Seconds that it waits for all the answers."""
    asker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.asker", str(port), path, header, str(requests), str(at_once)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asker.communicate()
    return float(output)


async def ask(port: int, request: bytes, requests: int, at_once: int) -> float:
    """Over so many connections that stay open; the least that HTTP/1.1 takes. Raises ValueError for an answer but 200 and 304."""
    left = iter(range(requests))

    async def over_and_over() -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        for _ in left:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
                raise ValueError(head)
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
        writer.close()

    began = perf_counter()
    await asyncio.gather(*(over_and_over() for _ in range(at_once)))
    return perf_counter() - began


def main() -> None:
    port, path, header, requests, at_once = sys.argv[1:]
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{header}\r\n\r\n"
    print(asyncio.run(ask(int(port), request.encode(), int(requests), int(at_once))))


if __name__ == "__main__":
    main()
