"""Room on a disk of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy.doctor.finding import Finding, fine, unknown, wrong

LEAST = 1_000_000_000  # bytes: a programme takes some ten million, and a full disk stops all of it


def free(of: str, folder: Path) -> Finding:
    try:
        left = shutil.disk_usage(folder).free
    except OSError as error:
        return unknown("disk", of, f"{folder}: {error.strerror}")
    says = f"{left / 1e9:.1f} GB are free where {folder} is"
    return (
        fine("disk", of, says)
        if left >= LEAST
        else wrong("disk", of, says, "free space" + (", then restart NATS" if of == "NATS" else ""))
    )
