"""Write the snapshots of the contracts anew, after a change that breaks nothing (`make schemas`)."""

from __future__ import annotations

import asyncio
import json
import sys

from deploy.catalogue import contents
from deploy.client import canonical
from tests.contract import codes
from tests.contract.kept import CATALOGUE, FOLDER, broken, contracts
from tests.contract.openapi import write_snapshots

if __name__ == "__main__":
    if found := [*broken(), *asyncio.run(codes.gone())]:
        sys.exit("\n".join(["These break what was promised, and need a new version:", *found]))
    for name, content in contracts().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(canonical(content), encoding="utf-8")
    CATALOGUE.write_text(json.dumps(contents(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    asyncio.run(write_snapshots())
    asyncio.run(codes.write_snapshot())
