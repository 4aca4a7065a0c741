"""PostgreSQL with two roles a service: `backup` and `restore` as they are typed, by the roles that own the tables."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from deploy.bootstrap import file_of
from deploy.nats_config import OPERATOR
from deploy.roles import make_roles
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from tests.end_to_end.started import run
from tests.integration.test_roles import PASSWORDS, admin, connected, migrated, of
from tests.support.databases import PostgresDatabases
from tests.support.drill import DrillOf
from tests.support.nats import PASSWORDS as OF_NATS
from tests.support.postgres import Postgres, binaries

OPENED = "kulturskole.registration.programme.opened.v1"
PROGRAMME = {
    "name": "Regionalt program",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
}

# A database that has not had the kernel's last migration.
AS_BEFORE = """
    DROP TABLE kept_file; DROP FUNCTION kept_file_stays; DELETE FROM migration WHERE revision = 'kernel_0009';
    UPDATE alembic_version SET version_num = 'kernel_0008' WHERE version_num = 'kernel_0009';
"""

__all__ = ["admin"]  # a fixture


async def typed(*words: str) -> Any:
    done = await asyncio.to_thread(run, *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


async def test_what_is_put_back_is_its_owners_and_the_one_that_serves_may_do_no_more_than_before(
    admin: str, postgres: Postgres, drill_of: DrillOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner of billing's has to say its password, which is no word of any command."""
    monkeypatch.setenv("PATH", str(binaries()), prepend=":")
    drill = await drill_of("registration")
    await make_roles(admin, PASSWORDS)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for service in PUBLISHERS:
        await migrated(admin, service)
        owner = f"{service}_owner"
        (secrets / file_of(owner)).write_text(PASSWORDS[owner])
    (secrets / "nats-operator").write_text(OF_NATS[OPERATOR])
    where = (
        *("--database-url", f"postgresql+asyncpg://{{service}}_owner@127.0.0.1:{postgres.port}/{{service}}"),
        *("--database-password-file", f"{secrets}/postgres-{{service}}-owner", "--secrets", str(secrets)),
        *("--nats-url", drill.nats.url, "--password-file", str(secrets / "nats-operator")),
    )
    older = await connected(admin, "billing_owner")
    await older.execute(AS_BEFORE)
    await older.close()
    kept = str(tmp_path / "kept")
    database = Database(of(admin, "registration", "registration"))
    with postgres.authenticating("billing_owner", by="scram-sha-256"):
        await PostgresDatabases(postgres).execute("SELECT pg_reload_conf()")
        async with drill.running(database) as api:
            await api.post("/registration/programmes", PROGRAMME | {"code": "before"})
            made = await typed("backup", kept, *where)
            assert made["kind"] == "postgresql"
            await api.post("/registration/programmes", PROGRAMME | {"code": "after"})
            running = await asyncio.to_thread(run, "restore", kept, "--do", "--replace", *where)
            assert running.returncode == 1
            assert "registration is connected to the database of registration" in running.stderr
        there = await asyncio.to_thread(run, "restore", kept, "--do", *where)
        assert (there.returncode, "with --replace they are lost" in there.stderr) == (1, True)
        done = await typed("restore", kept, "--do", "--replace", *where)
    await PostgresDatabases(postgres).execute("SELECT pg_reload_conf()")
    assert (done["left_to_migrate"], done["streams_made_anew"]) == ([], [])
    assert done["migrated"] == {"billing": ["kernel_0009"]}
    assert [it["adopted"] for it in done["recovered"]] == [{OPENED: 1}, {}, {}, {}]
    rights = await connected(admin, "billing")
    for table, right, granted in (
        ("invoice", "INSERT", True),
        ("invoice", "UPDATE", False),
        ("kept_file", "INSERT", True),  # by the migration that was run after it was loaded, as the next
        ("kept_file", "DELETE", False),
        ("outbox", "UPDATE", True),
        ("alembic_version", "SELECT", True),
        ("alembic_version", "DELETE", False),
    ):
        assert await rights.fetchval(f"SELECT has_table_privilege('{table}', '{right}')") is granted, table
    assert await rights.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'invoice'") == "billing_owner"
    await rights.close()
    async with drill.running(database) as api:
        programmes = await api.get("/registration/programmes")
        assert {it["code"] for it in programmes["items"]} == {"before", "after"}
    assert "of billing_owner" not in json.dumps([made, done])
