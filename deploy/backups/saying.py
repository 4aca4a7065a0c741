"""What `backup` and `restore` have done, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy import recovering
from deploy.backups.manifest import Manifest
from deploy.backups.restoring import Report


def of_backup(folder: Path, made: Manifest) -> Iterator[str]:
    size = sum(it.bytes for it in made.files.values())
    yield f"{folder} has the databases of {', '.join(made.services)}, {len(made.files)} files, {size / 1e6:.1f} MB"
    if made.streams is None:
        yield "where the streams stood is not noted: NATS was not reached"
    if not made.modes:
        yield "without passwords and keys: keep those too, elsewhere"


def of_restore(report: Report) -> Iterator[str]:
    made = report.manifest
    yield f"{report.folder} is whole: made by {made.code}, from {_at(made.began_at)} to {_at(made.ended_at)}"
    if not report.done:
        if report.replaced:
            yield f"what stands in the databases of {', '.join(report.replaced)} would be lost"
        yield from (f"  {it} would be put back" for it in report.secrets)
        yield from (f"  {it} is another than in the back-up, and would stay" for it in report.other_secrets)
        yield "nothing was changed: this was a dry run; --do does it"
        return
    yield f"{', '.join(made.services)} are loaded"
    yield from (f"  {service}: migrated by {', '.join(ran)}" for service, ran in report.migrated.items())
    yield from (f"  {it} is put back" for it in report.secrets)
    yield from (f"  {it} is another than in the back-up, and stays" for it in report.other_secrets)
    for it in report.recovered:
        yield from recovering.lines(it)
    if report.not_recovered:
        yield f"not recovered: {report.not_recovered}"
    yield "What comes next:"
    yield from (f"  {it}" for it in report.next_steps())


def content(report: Report) -> dict[str, Any]:
    return {
        "folder": str(report.folder),
        "manifest": report.manifest.model_dump(mode="json"),
        "done": report.done,
        "replaced": report.replaced,
        "migrated": report.migrated,
        "left_to_migrate": report.left_to_migrate,
        "secrets": report.secrets,
        "other_secrets": report.other_secrets,
        "recovered": [recovering.content(it) for it in report.recovered],
        "not_recovered": report.not_recovered,
        "streams_made_anew": report.streams_made_anew,
        "programmes": report.programmes,
        "next": report.next_steps() if report.done else [],
    }


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
