"""API keys for tests of routes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.web import keys
from shared.web.keys import Role


@dataclass(frozen=True, kw_only=True)
class ApiKeys:
    """One key of each role, named after it; `file` is what a service's `keys_file` names."""

    file: Path
    secrets: dict[Role, str]

    def headers(self, role: Role = "administrator") -> dict[str, str]:
        """For httpx: `AsyncClient(transport=ASGITransport(app=service.api), base_url="http://test", headers=…)`."""
        return {"Authorization": f"Bearer {self.secrets[role]}"}


@pytest.fixture
def api_keys(tmp_path: Path) -> ApiKeys:
    file = tmp_path / "keys" / "keys.json"
    return ApiKeys(file=file, secrets={role: keys.create(file, name=role, role=role) for role in keys.ROLES})
