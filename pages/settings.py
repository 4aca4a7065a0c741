"""The settings of the pages, from environment variables that begin with KULTURSKOLE_."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from shared.settings import WebSettings

LOOPBACK = "localhost"
SHORTEST_SECRET = 32  # characters


def _public(url: str) -> str:
    """Without the slash at its end. Raises ValueError for what no link can begin with, or what would be sent unencrypted."""
    parts = urlsplit(url.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        msg = "it is an address as https://kulturskole.example, without a path"
        raise ValueError(msg)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        msg = "http: is for this machine alone, as http://127.0.0.1:8000; for others it is https:"
        raise ValueError(msg)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == LOOPBACK


class Settings(WebSettings):
    """Of the pages' own process."""

    # The one address that links, the check of a form's origin and the cookie go by.
    public_url: Annotated[str, AfterValidator(_public)]
    session_secret_file: Path  # at least 32 characters; who has them can make a session
    # Where the services' paths begin, as https://kulturskole.example, or http://{service}:8000 where each has its own address.
    api_url: Annotated[str, AfterValidator(lambda it: it.rstrip("/"))] = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    wrong_keys_a_minute: Annotated[int, Field(ge=1, le=100_000)] = 10  # from one address; then 429

    def session_secret(self) -> str:
        """Raises ValueError where the file holds too little."""
        secret = self.session_secret_file.read_text(encoding="utf-8").strip()
        if len(secret) < SHORTEST_SECRET:
            msg = f"the secret of sessions has at least {SHORTEST_SECRET} characters"
            raise ValueError(msg)
        return secret
