"""What containers are told, and how a service reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings, WebSettings


def test_a_password_stands_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postgres-billing").write_text("se:cr/et@\n")
    (tmp_path / "nats-billing").write_text("token\n")
    for name, value in {
        "DATABASE_URL": "postgresql+asyncpg://billing@postgres/billing",
        "DATABASE_PASSWORD_FILE": str(tmp_path / "postgres-billing"),
        "NATS_PASSWORD_FILE": str(tmp_path / "nats-billing"),
        "KEYS_FILE": "/keys/keys.json",
    }.items():
        monkeypatch.setenv(f"KULTURSKOLE_{name}", value)
    settings = ServiceSettings()
    assert settings.database_url == "postgresql+asyncpg://billing:se%3Acr%2Fet%40@postgres/billing"
    assert settings.nats_secret() == "token"


def test_gateways_are_addresses_networks_and_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KULTURSKOLE_GATEWAYS", "gateway, 10.0.0.0/8 2001:db8::1,")
    assert WebSettings().gateways == ("gateway", "10.0.0.0/8", "2001:db8::1")
    for wrong in ("10.0.0.1/8", "10.0.0.256", "a/b", "http://x"):
        monkeypatch.setenv("KULTURSKOLE_GATEWAYS", wrong)
        with pytest.raises(ValidationError, match="no address, network or host"):
            WebSettings()
