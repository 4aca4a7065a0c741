"""What every service is told by its environment: variables that begin with KULTURSKOLE_."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """A secret may also be given as a file: `KULTURSKOLE_NATS_PASSWORD_FILE` names one that holds it."""

    model_config = SettingsConfigDict(env_prefix="KULTURSKOLE_", frozen=True, extra="ignore")

    database_url: str  # sqlite+aiosqlite:///var/billing.db or postgresql+asyncpg://user@host/name
    database_password_file: Path | None = None
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    nats_password_file: Path | None = None
    keys_file: Path  # API keys, shared/web/keys.py
    host: str = "127.0.0.1"
    port: int = 8000
    simulated_clock: bool = False  # demo and tests only
    ack_wait: float = 5.0  # seconds, as provisioned
    log_level: str = "INFO"

    def nats_secret(self) -> str | None:
        if self.nats_password_file is not None:
            return self.nats_password_file.read_text().strip()
        return self.nats_password.get_secret_value() if self.nats_password else None
