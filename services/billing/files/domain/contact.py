"""Whom the payer of a document asks about it: an office, and no person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Contact:
    name: str | None = None  # what the office is called
    telephone: str | None = None
    email: str | None = None


NOBODY = Contact()
