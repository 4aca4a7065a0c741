"""The files for `documents/` in the demo's folder, as they were made and kept: what a director signs, and what was issued, as PDF to look at and EHF to read in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.client import Client
from deploy.demo.cast import municipalities
from deploy.demo.play import all_of

FORMATS = ("pdf", "xml")
MOST = 500


async def issued(client: Client, programme: str) -> dict[str, bytes]:
    """Those of invoices and credit notes, each by what it is called. Raises Refused where a document has not both."""
    paths: dict[str, str] = {}
    for kind in ("invoices", "credit-notes"):
        path = f"/billing/programmes/{programme}/{kind}"
        listed = (await client.get(path, limit=MOST))["items"]
        paths |= {
            f"{it['document_number']}.{form}": f"{path}/{it['number']}.{form}" for it in listed for form in FORMATS
        }
    contents = await all_of(client.file(path) for path in paths.values())
    return dict(zip(paths, contents, strict=True))


async def agreements(client: Client, programme: str) -> dict[str, bytes]:
    """Those of the agreements that stand, by whose they are: `avtale-volda.pdf`."""
    found = (await client.get(f"/registration/programmes/{programme}/agreements", limit=MOST))["items"]
    standing = [it for it in found if it["state"] != "called_back"]
    contents = await all_of(client.file(f"/registration/agreements/{it['id']}.pdf") for it in standing)
    names = {one.organisation_number: one.domain.removesuffix(".example") for one in municipalities()}
    return {f"avtale-{names[it['party']]}.pdf": content for it, content in zip(standing, contents, strict=True)}


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
