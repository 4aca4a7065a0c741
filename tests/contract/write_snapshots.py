"""Write the snapshots of the contracts anew, after a change that breaks nothing (`make schemas`)."""

from __future__ import annotations

import asyncio
import json

from shared.contracts.catalogue import EVENT_TYPES, PUBLISHERS
from tests.contract.openapi import write_snapshots
from tests.contract.test_contracts import SNAPSHOTS

if __name__ == "__main__":
    for publisher in PUBLISHERS:
        schemas = {it.type: it.json_schema() for it in EVENT_TYPES if it.publisher == publisher}
        text = json.dumps(schemas, indent=1, ensure_ascii=False, sort_keys=True)
        (SNAPSHOTS / f"{publisher}.json").write_text(f"{text}\n")
    asyncio.run(write_snapshots())
