"""The contracts as they were promised, in snapshots/, and as they are now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts import schemas
from tests.contract.promises import breaks

FOLDER = Path(__file__).parent / "snapshots"
CATALOGUE = Path(__file__).parents[2] / "pages" / "events" / "catalogue.json"  # which is served


def contracts() -> dict[str, Any]:
    """By path, what is promised now: to other systems, and between the services in questions/."""
    events = {name: content for name, content in schemas.files().items() if not name.startswith("examples/")}
    return events | {f"questions/{subject}.json": content for subject, content in schemas.questions().items()}


def snapshots() -> dict[str, Any]:
    paths = sorted(FOLDER.rglob("*.json"))
    return {path.relative_to(FOLDER).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in paths}


def broken() -> list[str]:
    """What was promised and holds no more."""
    now = contracts()
    return [
        line
        for name, promised in snapshots().items()
        for line in ([f"{name} is gone"] if name not in now else _broken(name, promised, now[name]))
    ]


def _broken(name: str, promised: Any, now: Any) -> Iterator[str]:
    if name == "events.json":  # a list, which only grows
        for part, lines in promised.items():
            for key, line in lines.items():
                if now[part].get(key) != line:
                    yield f"{name}: {key} was {line}, and is {now[part].get(key)}"
    elif name.startswith("questions/"):
        for part, schema in promised.items():
            yield from breaks(schema, now[part], f"{name}: {part}")
    else:
        yield from breaks(promised, now, f"{name}: ")
