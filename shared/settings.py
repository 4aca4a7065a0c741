"""The settings of every service, read from environment variables that begin with KULTURSKOLE_."""

from __future__ import annotations

import re
import ssl
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, FilePath, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

LOOPBACK = "localhost"
SHORTEST_SECRET = 32  # characters

NONE_IF_EMPTY = BeforeValidator(lambda it: None if it == "" else it)  # as compose hands on what is not set


def _holds_certificates(file: Path) -> Path:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        msg = "it holds no certificate in PEM"
        raise ValueError(msg) from None
    return file


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


def secret_in(file: Path, *, of: str) -> str:
    """A secret that nothing but its file holds. Raises ValueError where that holds too little; `of` says whose it is."""
    secret = file.read_text(encoding="utf-8").strip()
    if len(secret) < SHORTEST_SECRET:
        msg = f"the secret of {of} has at least {SHORTEST_SECRET} characters"
        raise ValueError(msg)
    return secret


PublicUrl = Annotated[str, AfterValidator(_public)]  # the one address that people write, without a path
CaFile = Annotated[FilePath, AfterValidator(_holds_certificates)]


def _apart(given: Any) -> Any:
    return tuple(it for it in re.split(r"[,\s]+", given) if it) if isinstance(given, str) else given


APART = BeforeValidator(_apart)  # several, with commas or spaces between them


def _gateway(name: str) -> str:
    try:
        ip_network(name)
    except ValueError:
        if re.fullmatch(r"[0-9./:]*", name) or not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}", name):
            msg = f"{name} is no address, network or host"
            raise ValueError(msg) from None
    return name


class WebSettings(BaseSettings):
    """Of whoever answers HTTP."""

    model_config = SettingsConfigDict(env_prefix="KULTURSKOLE_", frozen=True, extra="ignore")

    # Addresses, networks and hosts, with commas between them, whose X-Forwarded-For says where a request comes from.
    gateways: Annotated[tuple[Annotated[str, AfterValidator(_gateway)], ...], NoDecode, APART] = ()
    refusals_a_minute: Annotated[int, Field(ge=1, le=100_000)] = 20  # then an address is kept out for a minute


class ServiceSettings(WebSettings):
    """A secret may also be given as a file: `KULTURSKOLE_NATS_PASSWORD_FILE` names one that holds it."""

    database_url: str  # sqlite+aiosqlite:///var/billing.db or postgresql+asyncpg://user@host/name
    database_password_file: Path | None = None
    # PostgreSQL's role that serves, where `migrate` runs as another one, which owns the tables: it is granted what it needs.
    serving_role: Annotated[Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")] | None, NONE_IF_EMPTY] = None
    # Of a cluster all addresses, with commas between them; tls:// where nothing may be sent unencrypted.
    nats_url: str = "nats://127.0.0.1:4222"
    # Who signed the certificate of NATS, in PEM, where that is nobody whom the machine trusts. Then no other will do.
    nats_ca_file: Annotated[CaFile | None, NONE_IF_EMPTY] = None
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    nats_password_file: Path | None = None
    keys_file: Path  # API keys, shared/web/keys.py
    # Where people reach the system: with it begin the addresses of events' schemas, and of calendar feeds.
    public_url: PublicUrl = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    simulated_clock: bool = False  # demo and tests only
    log_level: str = "INFO"

    @model_validator(mode="before")
    @classmethod
    def put_in_the_database_password(cls, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("database_password_file"):
            return given
        password = Path(given["database_password_file"]).read_text().strip()
        url = make_url(given["database_url"]).set(password=password)
        return {**given, "database_url": url.render_as_string(hide_password=False)}

    def nats_secret(self) -> str | None:
        """The password of `nats_user`; what its file holds, where both are given."""
        if self.nats_password_file is not None:
            return self.nats_password_file.read_text().strip()
        return self.nats_password.get_secret_value() if self.nats_password else None
