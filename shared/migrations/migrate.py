"""`migrate`, the command of each service."""

from __future__ import annotations

import argparse
import asyncio
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared import migrations
from shared.database import Database
from shared.migrations.grants import NoSuchRole
from shared.migrations.steps import KINDS, Kind, WrongSchema
from shared.transient import is_transient

log = structlog.get_logger()

AGAIN = 1.0  # seconds
HELP = {"pre": "what comes before the roll-out; the default", "post": "what comes when every instance is new"}
WAIT = "seconds for a database that is not there yet, or whose tables are in use"


def add_options(command: argparse.ArgumentParser) -> None:
    kinds = command.add_mutually_exclusive_group()
    for kind in KINDS:
        kinds.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, default="pre", help=HELP[kind])
    command.add_argument("--wait", type=float, default=0.0, help=WAIT)


async def migrate(url: str, name: str, kind: Kind, *, wait: float, serving_role: str | None = None) -> int:
    """The exit code. Where another replica migrates, it waits for as long as that takes."""
    until = monotonic() + wait
    while True:
        database = Database(url)
        try:
            ran = await migrations.upgrade(database, name, kind=kind, serving_role=serving_role)
        except (WrongSchema, NoSuchRole) as error:
            log.error("cannot migrate", reason=str(error))  # noqa: TRY400 - the message says it all
            return 1
        except (SQLAlchemyError, OSError) as error:
            if not is_transient(error):
                raise
            reason = str(error).splitlines()[0]
            if monotonic() >= until:
                log.error("cannot migrate, and nothing was changed; worth trying again", reason=reason)  # noqa: TRY400 - likewise
                return 1
            log.info("waits for the database", reason=reason)
            await asyncio.sleep(AGAIN)
        else:
            log.info("migrated", kind=kind, ran=ran)
            return 0
        finally:
            await database.close()
