"""Which version of the code this is, and of what services say to each other."""

from __future__ import annotations

import hashlib
from importlib import metadata

from deploy.client import canonical
from shared.contracts import schemas


def of_code() -> str:
    return metadata.version("fremtidens-kulturskole")


def of_contracts() -> str:
    """A fingerprint of all schemas of events: two versions that have the same say the same to other systems."""
    return hashlib.sha256(canonical(schemas.files()).encode()).hexdigest()[:16]
