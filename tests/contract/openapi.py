"""The OpenAPI documents of the four services, with all that a simulated clock adds, and their snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.parts import PARTS
from shared.web.openapi import document

SNAPSHOTS = Path(__file__).parent / "apis"
SERVICES = tuple(part.name for part in PARTS)


def snapshot(service: str) -> Path:
    return SNAPSHOTS / f"{service}.json"


async def document_of(service: str) -> dict[str, Any]:
    """Of a service that is put together and not started."""
    (part,) = [it for it in PARTS if it.name == service]
    settings: dict[str, Any] = {"database_url": "sqlite+aiosqlite:///none.db", "keys_file": Path("none.json")}
    it = part.create(part.settings(**settings, simulated_clock=True))
    try:
        return document(it.api)
    finally:
        await it.database.close()


async def write_snapshots() -> None:
    for service in SERVICES:
        text = json.dumps(await document_of(service), indent=1, ensure_ascii=False)
        snapshot(service).write_text(f"{text}\n", encoding="utf-8")
