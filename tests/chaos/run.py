"""`make chaos`: the long form, one scenario after the other, on SQLite and on PostgreSQL; what came out is kept as JSON.

make chaos                                    all of it, with the sizes that are the defaults
make chaos ARGS="--agreements 200 --kills 10 --only kills,points --databases sqlite --seed 7"
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from tests.chaos import scenarios
from tests.chaos.faults import seconds_since
from tests.chaos.scenarios import Sizes, World
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.nats import NatsServer
from tests.support.postgres import Postgres
from tests.support.smtp import MailServer

RESULT = Path("var") / "chaos.json"
DATABASES = {"sqlite", "postgresql"}


@dataclass(frozen=True)
class Scenario:
    play: Callable[[World], Awaitable[dict[str, Any]]]
    databases: Sequence[str] = ("sqlite", "postgresql")

    @property
    def name(self) -> str:
        return self.play.__name__


SCENARIOS = (
    Scenario(scenarios.undisturbed),
    Scenario(scenarios.kills),
    Scenario(scenarios.points),
    Scenario(scenarios.broker_away),
    Scenario(scenarios.databases_put_back),
    Scenario(scenarios.databases_put_back_after_streams_were_lost),
    Scenario(scenarios.database_restarted, ("postgresql",)),  # SQLite has no server
    Scenario(scenarios.replicas, ("postgresql",)),  # SQLite has one process a file
    Scenario(scenarios.bad_events),
    Scenario(scenarios.killing_events),
    Scenario(scenarios.told_to_stop),
)


@asynccontextmanager
async def world(database: str, sizes: Sizes, seed: int) -> AsyncIterator[World]:
    """Servers of its own for one scenario. Its folder is left where it fails: the logs are in it."""
    folder = Path(tempfile.mkdtemp(prefix="kulturskole-chaos-"))
    try:
        async with _servers(folder, database, sizes, seed) as found:
            yield found
    except BaseException:
        print(f"  logs and databases are in {folder}", flush=True)
        raise
    shutil.rmtree(folder)


@asynccontextmanager
async def _servers(folder: Path, database: str, sizes: Sizes, seed: int) -> AsyncIterator[World]:
    nats, mails = NatsServer(folder / "nats"), MailServer()
    postgres = Postgres() if database == "postgresql" else None
    await nats.start()
    await mails.start()
    if postgres is not None:
        postgres.start()
        databases: SqliteDatabases | PostgresDatabases = PostgresDatabases(postgres)
    else:
        (folder / "databases").mkdir()
        databases = SqliteDatabases(folder / "databases")
    try:
        yield World(
            folder=folder,
            nats=nats,
            mails=mails,
            postgres=postgres,
            databases=databases,
            sizes=sizes,
            chance=random.Random(seed),
        )
    finally:
        await mails.stop()
        nats.stop()
        if postgres is not None:
            postgres.remove()


async def run(arguments: argparse.Namespace) -> int:
    sizes = Sizes(agreements=arguments.agreements, kills=arguments.kills)
    wanted = arguments.only.split(",") if arguments.only else [it.name for it in SCENARIOS]
    results: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        for database in arguments.databases.split(","):
            if scenario.name not in wanted or database not in scenario.databases:
                continue
            result: dict[str, Any] = {
                "scenario": scenario.name,
                "database": database,
                "seed": arguments.seed,
                "agreements": sizes.agreements,
            }
            results.append(result)
            injected: dict[str, Any] = {}
            print(f"{scenario.name} on {database} …", flush=True)
            began = monotonic()
            try:
                async with world(database, sizes, arguments.seed) as it:
                    injected = it.injected
                    result |= await scenario.play(it)
                    result["as_undisturbed"] = True
            except Exception as error:  # noqa: BLE001 - the other scenarios are still of interest
                traceback.print_exc()
                result |= {"as_undisturbed": False, "error": f"{type(error).__name__}: {error}"[:2000]}
            result["injected"] = {name: _by_name(what) for name, what in injected.items()}
            result["seconds"] = seconds_since(began)
            print(json.dumps(result, ensure_ascii=False), flush=True)
            RESULT.parent.mkdir(exist_ok=True)
            RESULT.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    failed = [it for it in results if not it["as_undisturbed"]]
    print(f"{len(results) - len(failed)} of {len(results)} as undisturbed; {RESULT} has it all")
    return 1 if failed else 0


def _by_name(what: Any) -> Any:
    return dict(sorted(Counter(what).items())) if isinstance(what, list) else what


def main() -> None:
    parser = argparse.ArgumentParser(description="Play a programme while services, broker and database fail.")
    parser.add_argument("--agreements", type=int, default=2_000, help="in the scenario of kills; a tenth in the others")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--only", help=", ".join(it.name for it in SCENARIOS))
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    arguments = parser.parse_args()
    databases, names = set(arguments.databases.split(",")), {it.name for it in SCENARIOS}
    wanted = set(arguments.only.split(",")) if arguments.only else names
    if not wanted <= names or not databases <= DATABASES:
        parser.error(f"there are {', '.join(sorted(names))}, on {', '.join(sorted(DATABASES))}")
    if not any(it.name in wanted and databases & set(it.databases) for it in SCENARIOS):
        parser.error("none of these is played on that database")
    sys.exit(asyncio.run(run(arguments)))


if __name__ == "__main__":
    main()
