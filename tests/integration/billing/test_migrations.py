from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.billing import tables
from shared.database import Database


async def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    ours = set(tables.metadata.tables)

    def differences(connection: Connection) -> list[object]:
        def is_ours(_: object, name: str | None, kind: str, __: object, ___: object) -> bool:
            return kind != "table" or name in ours

        context = MigrationContext.configure(connection, opts={"include_object": is_ours, "compare_type": True})
        found: list[object] = compare_metadata(context, tables.metadata)
        return found

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
