"""Of a service's two roles in PostgreSQL one owns its database and migrates; the one that serves can do what a service does, and no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from deploy.bootstrap import ROLES, bootstrap, file_of
from deploy.command import Wrong
from deploy.roles import make_roles
from services.billing.documents import repository as documents
from shared import clock
from shared.contracts.catalogue import PUBLISHERS
from shared.database import Database
from shared.migrations.migrate import migrate
from tests.end_to_end.started import run
from tests.integration.billing.world import check_everything_was_told_once, credit_notes, invoices, take, work
from tests.support.databases import new_database, set_clock
from tests.support.events import completed, completion_revoked, party, programme, signed
from tests.support.postgres import Postgres

PASSWORDS = {role: f"of {role}: it's :long" for role in ROLES}
ISSUED = {
    "billing": ("invoice", "credit_note", "chain", "kept_file"),
    "registration": ("agreement_document", "kept_file"),
}


def of(url: str, role: str, database: str = "billing") -> str:
    found = make_url(url).set(username=role, password=PASSWORDS[role], database=database)
    return found.render_as_string(hide_password=False)


async def connected(url: str, role: str, database: str = "billing") -> Any:
    found = make_url(of(url, role, database))
    return await asyncpg.connect(
        host=found.host, port=found.port, user=role, password=PASSWORDS[role], database=database
    )


@pytest.fixture
async def admin(postgres: Postgres) -> AsyncIterator[str]:
    """Where roles are made, by one who may do everything; they and their databases are gone afterwards."""
    url = postgres.url("postgres")
    yield url
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string())
    for service in PUBLISHERS:
        await connection.execute(f"DROP DATABASE IF EXISTS {service} WITH (FORCE)")
    for role in (*ROLES, "an_admin"):
        await connection.execute(f"DROP ROLE IF EXISTS {role}")
    await connection.close()


async def migrated(url: str, service: str) -> None:
    owner = of(url, f"{service}_owner", service)
    assert await migrate(owner, service, "pre", wait=0, serving_role=service) == 0


@pytest.mark.parametrize("service", ISSUED)
async def test_the_one_that_serves_can_add_what_is_issued_and_neither_change_nor_remove_it(
    admin: str, service: str
) -> None:
    await make_roles(admin, PASSWORDS)
    await migrated(admin, service)
    connection = await connected(admin, service, service)
    for table in ISSUED[service]:
        column = {"kept_file": "name", "agreement_document": "content"}.get(table, "programme")
        for statement in (
            f"UPDATE {table} SET {column} = ''",  # noqa: S608 - of names that stand above
            f"DELETE FROM {table}",  # noqa: S608 - likewise
            f"TRUNCATE {table}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        for statement in (
            f"DROP TRIGGER {table}_stays ON {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} OWNER TO {service}",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    await connection.close()


async def test_the_one_that_serves_changes_neither_tables_nor_what_was_migrated_nor_its_role(admin: str) -> None:
    await make_roles(admin, PASSWORDS)
    await migrated(admin, "billing")
    connection = await connected(admin, "billing")
    for statement in (
        "DELETE FROM series",
        "UPDATE alembic_version SET version_num = ''",
        "CREATE TABLE another (id int)",
        "CREATE OR REPLACE FUNCTION chain_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "SET ROLE billing_owner",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_one_that_serves_issues_credits_and_recovers(admin: str) -> None:
    await make_roles(admin, PASSWORDS)
    await migrated(admin, "billing")
    database = Database(of(admin, "billing"))
    async with database.transaction() as connection:
        await clock.prepare(connection, simulated=True)
    await set_clock(database, datetime(2025, 10, 1, 12, tzinfo=UTC))
    await take(database, programme(), party(1), signed(1), party(2), signed(2), completed(1))
    await work(database)
    await take(database, completion_revoked(1))
    await work(database)
    assert (len(await invoices(database)), len(await credit_notes(database))) == (2, 2)
    await check_everything_was_told_once(database)
    async with database.transaction() as connection:
        await documents.restore_series(connection, "another", "invoice", 77)  # counts beside the table
        await documents.add_series(connection, "another")
    await database.close()


@pytest.mark.parametrize("service", PUBLISHERS)
async def test_the_one_that_serves_may_do_to_every_other_table_what_a_service_does(admin: str, service: str) -> None:
    await make_roles(admin, PASSWORDS)
    await migrated(admin, service)
    connection = await connected(admin, service, service)
    tables = [row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    rights = {
        table: [
            right
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
            if await connection.fetchval("SELECT has_table_privilege($1, $2)", table, right)
        ]
        for table in tables
    }
    await connection.close()
    all_of_it = ["SELECT", "INSERT", "UPDATE", "DELETE"]
    less = {table: all_of_it[:2] for issued in ISSUED.values() for table in issued} | {
        "series": all_of_it[:3],
        "alembic_version": all_of_it[:1],
    }
    less["migration"] = all_of_it[:1]
    assert rights == {table: less.get(table, all_of_it) for table in tables}


async def test_a_server_of_0_2_is_put_right_while_its_services_run_and_as_often_as_one_likes(admin: str) -> None:
    """There each service's role owned its database and all in it."""
    connection = await asyncpg.connect(make_url(admin).set(drivername="postgresql").render_as_string())
    for service in PUBLISHERS:
        await connection.execute(f"CREATE ROLE {service} LOGIN PASSWORD 'of before'")
        await connection.execute(f"CREATE DATABASE {service} OWNER {service}")
        await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
    await connection.close()
    assert await migrate(of(admin, "billing"), "billing", "pre", wait=0) == 0
    serving = await connected(admin, "billing")
    await serving.execute("INSERT INTO series (id, last_number) VALUES ('p/invoices', 0)")
    for _ in range(2):
        await make_roles(admin, PASSWORDS)
        await migrated(admin, "billing")
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert [row[0] for row in await serving.fetch(owners)] == ["billing_owner"]
        await serving.execute("INSERT INTO series (id, last_number) VALUES (gen_random_uuid(), 0)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await serving.execute("DELETE FROM invoice")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connected(admin, "billing", "registration")
    await serving.close()


async def test_one_who_is_no_superuser_makes_them_too(admin: str) -> None:
    connection = await asyncpg.connect(make_url(admin).set(drivername="postgresql").render_as_string())
    await connection.execute("CREATE ROLE an_admin LOGIN CREATEROLE CREATEDB")
    await connection.close()
    url = make_url(admin).set(username="an_admin").render_as_string()
    for _ in range(2):
        await make_roles(url, PASSWORDS)
        await migrated(admin, "billing")
    connection = await connected(admin, "billing")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM invoice")
    await connection.close()


async def test_what_cannot_be_made_is_said_in_one_line_and_without_a_password(admin: str, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="only PostgreSQL has roles"):
        await make_roles(f"sqlite+aiosqlite:///{tmp_path}/x.db", PASSWORDS)
    await make_roles(admin, PASSWORDS)
    with pytest.raises(Wrong, match="permission denied") as refused:
        await make_roles(of(admin, "billing", "billing"), PASSWORDS)
    assert "it's" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_role_that_is_to_serve_has_to_be_there_and_another_one(postgres: Postgres) -> None:
    url = await new_database(postgres)
    for role in ("nobody_here", "postgres"):
        assert await migrate(url, "scheduling", "pre", wait=0, serving_role=role) == 1
    database = Database(url)
    assert not await database.answers() or await is_empty(database)
    await database.close()


async def is_empty(database: Database) -> bool:
    """What could not be granted was not migrated either."""
    async with database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return not found.scalar_one()


async def test_the_command_reads_what_bootstrap_made_and_sets_the_passwords(
    admin: str, postgres: Postgres, tmp_path: Path
) -> None:
    bootstrap(tmp_path)
    for role in ROLES:
        PASSWORDS[role] = (tmp_path / file_of(role)).read_text().strip()
    done = await asyncio.to_thread(run, "roles", "--database-url", admin, "--secrets", str(tmp_path), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, list(ROLES)), done.stderr
    with postgres.authenticating("billing_owner", by="scram-sha-256"):
        connection = await connected(admin, "billing_owner")
        assert await connection.fetchval("SELECT current_user") == "billing_owner"
        await connection.close()
    missing = await asyncio.to_thread(run, "roles", "--database-url", admin, "--secrets", str(tmp_path / "nowhere"))
    assert missing.returncode == 1
    assert "say with --secrets where it is" in missing.stderr
