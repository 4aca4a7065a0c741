"""The files of what was issued, for `documents/` in the demo's folder: PDF to look at, EHF to read in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.client import Client
from deploy.demo.play import all_of

FORMATS = ("pdf", "xml")
MOST = 500


async def read(client: Client, programme: str) -> dict[str, bytes]:
    """Each by what it is called. Raises Refused where a document has not both."""
    paths: dict[str, str] = {}
    for kind in ("invoices", "credit-notes"):
        path = f"/billing/programmes/{programme}/{kind}"
        listed = (await client.get(path, limit=MOST))["items"]
        paths |= {
            f"{it['document_number']}.{form}": f"{path}/{it['number']}.{form}" for it in listed for form in FORMATS
        }
    contents = await all_of(client.file(path) for path in paths.values())
    return dict(zip(paths, contents, strict=True))


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
