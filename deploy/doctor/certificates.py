"""How long certificates are good for: one that ends takes mail, NATS or PostgreSQL away from one minute to the next."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.doctor.finding import Finding, fine, unknown, wrong
from shared.clock import real_now
from shared.messaging.broker import addresses, tls_context

LEAST_DAYS = 21
DAY = 24 * 60 * 60
ANSWER_TIME_OUT = 10.0  # seconds
DO = "have it renewed, and start anew what reads it at its start"


def of_authority(name: str, of: str, file: Path) -> Finding:
    """The file by which a server is trusted: the first in it that ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(file)
    except (OSError, ssl.SSLError) as error:
        return wrong("certificate", of, f"{name}: {file} cannot be read: {type(error).__name__}", DO)
    ends = [str(it["notAfter"]) for it in context.get_ca_certs()]
    if not ends:
        return wrong("certificate", of, f"{name}: {file} holds no authority", DO)
    return until(min(ends, key=ssl.cert_time_to_seconds), of, f"{name}, {file}")


def of_server(certificate: Mapping[str, Any] | None, of: str, whose: str) -> Iterator[Finding]:
    """What a server showed, as `ssl` gives it; nothing for one without TLS."""
    if certificate:
        yield until(str(certificate["notAfter"]), of, whose)


def until(end: str, of: str, whose: str) -> Finding:
    days = int((ssl.cert_time_to_seconds(end) - real_now().timestamp()) // DAY)
    says = f"{whose}: {days} days left" if days >= 0 else f"{whose}: it ended on {end}"
    return fine("certificate", of, says) if days >= LEAST_DAYS else wrong("certificate", of, says, DO)


async def of_nats(url: str, ca_file: Path | None) -> list[Finding]:
    """Of each server of a cluster. NATS greets unencrypted, and says so whether it goes on encrypted."""
    return [it for address in addresses(url) for it in await _of_nats(address, ca_file)]


async def _of_nats(address: str, ca_file: Path | None) -> list[Finding]:
    parts = urlsplit(address if "://" in address else f"nats://{address}")
    host, port = parts.hostname or "127.0.0.1", parts.port or 4222
    try:
        async with asyncio.timeout(ANSWER_TIME_OUT):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                greeting = json.loads((await reader.readline()).removeprefix(b"INFO "))
                if not (greeting.get("tls_required") or parts.scheme == "tls"):
                    return []
                await writer.start_tls(tls_context(ca_file) or ssl.create_default_context(), server_hostname=host)
                return list(of_server(writer.get_extra_info("peercert"), "NATS", f"{host}:{port}"))
            finally:
                writer.close()
    except ssl.SSLError as error:
        return [wrong("certificate", "NATS", f"{host}:{port}: {getattr(error, 'verify_message', error.reason)}", DO)]
    except (OSError, ValueError) as error:
        return [unknown("certificate", "NATS", f"{host}:{port} does not answer: {type(error).__name__}")]
