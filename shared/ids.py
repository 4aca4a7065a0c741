"""Identifiers: UUIDv7, so that they sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils import uuid7


def new_id() -> str:
    return str(uuid7())


def made_at(id: str) -> datetime:
    """When an id was made, in real time.

    >>> made_at("01900000-0000-7000-8000-000000000000").isoformat()
    '2024-06-10T02:35:18.400000+00:00'
    """
    return datetime.fromtimestamp((UUID(id).int >> 80) / 1000, UTC)
