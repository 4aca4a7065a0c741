"""Writes the next migration of a service, or of the kernel: what its tables have and its migrations do not make yet.

`make migration SERVICE=billing NAME=add_reminders` runs it, for developers; nothing that serves imports it.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import typer
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import ops
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, TypeDecorator

from shared import clock, kept_files, migrations
from shared.database import Database
from shared.messaging import tables as kernel
from shared.migrations import steps

NOTHING = "pass"
TEMPLATE = '''"""{title}."""

from __future__ import annotations
{imports}
revision = "{revision}"
down_revision = "{down_revision}"


def upgrade() -> None:
    {body}
'''


def main(
    service: Annotated[str, typer.Argument(help="billing, …; or kernel: the kernel's tables and the clock")],
    name: Annotated[str, typer.Argument(help="what it does: add_reminders")],
    *,
    post: Annotated[bool, typer.Option(help="to be run after the roll-out of the code, instead of before it")] = False,
) -> None:
    owner = None if service == "kernel" else service  # of the tables; the kernel's are no service's
    if not migrations.versions_of(owner).is_dir():
        raise typer.BadParameter(service, param_hint="SERVICE")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise typer.BadParameter(name, param_hint="NAME")
    path = asyncio.run(write(owner, name, tables_of(owner), post=post))
    typer.echo(path.relative_to(Path.cwd()))
    if path.read_text(encoding="utf-8").rstrip().endswith(NOTHING):
        typer.echo("The migrations make all that the tables have: it is empty, for what is to be done to the rows.")


def tables_of(service: str | None) -> MetaData:
    """The tables that a service's code works with; without a service, the kernel's, the clock's and the migrations'."""
    own = (
        [kernel.metadata, clock.metadata, kept_files.metadata, steps.metadata]
        if service is None
        else [import_module(f"services.{service}.tables").metadata]
    )
    together = MetaData()
    for metadata in own:
        for table in metadata.sorted_tables:
            table.to_metadata(together)
    return together


async def write(service: str | None, name: str, tables: MetaData, *, post: bool = False) -> Path:
    """Write the file that comes next; returns where it is.

    The difference is taken on SQLite, and does not see triggers, indexes on expressions, or a change of a check or of an
    index's condition: these are written by hand. tests/integration/test_migrations.py sees when they were forgotten.
    """
    branch = service or "kernel"
    last = ScriptDirectory.from_config(migrations.config_of(service)).get_revision(f"{branch}@head")
    number = int(last.revision.removeprefix(f"{branch}_")) + 1
    body = await _difference(service, tables)
    imports = {"import sqlalchemy as sa": "sa.", "from alembic import op": "op."}
    needed = [line for line, use in imports.items() if use in body]
    path = migrations.versions_of(service) / f"{number:04}_{'post' if post else 'pre'}_{name}.py"
    content = TEMPLATE.format(
        title=name.replace("_", " ").capitalize(),
        imports="\n".join(["", *needed, ""]) if needed else "",
        revision=f"{branch}_{number:04}",
        down_revision=last.revision,
        body=body,
    )
    path.write_text(content, encoding="utf-8")
    return path


async def _difference(service: str | None, tables: MetaData) -> str:
    """The statements by which a database that all migrations have run on gets these tables."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/head.db")
        try:
            await migrations.upgrade(database, service)
            async with database.reading() as connection:
                return await connection.run_sync(_statements, service, tables)
        finally:
            await database.close()


def _statements(connection: Connection, service: str | None, tables: MetaData) -> str:
    others = set() if service is None else set(tables_of(None).tables)  # each service's database has the kernel's too

    def is_own(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name not in others

    options = {"compare_server_default": True, "include_name": is_own}
    context = MigrationContext.configure(connection, opts=options)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        upgrade = produce_migrations(context, tables).upgrade_ops
    assert upgrade is not None
    _name_constraints(upgrade)
    code = render_python_code(upgrade, render_as_batch=True, render_item=_type, migration_context=context)
    lines = [line for line in code.splitlines() if not line.lstrip().startswith("# ###")]
    return "\n".join(lines).strip().replace(", schema=None", "")


def _name_constraints(container: ops.OpContainer) -> None:
    """Name what is added to a table, which batch mode insists on, as PostgreSQL would name it."""
    for it in container.ops:
        if isinstance(it, ops.OpContainer):
            _name_constraints(it)
        elif isinstance(it, ops.CreateForeignKeyOp):
            it.constraint_name = it.constraint_name or "_".join([it.source_table, *it.local_cols, "fkey"])
        elif isinstance(it, ops.CreateUniqueConstraintOp):
            it.constraint_name = it.constraint_name or "_".join([it.table_name, *it.columns, "key"])


def _type(kind: str, item: Any, _: object) -> str | Literal[False]:
    """SQLAlchemy's own type in place of ours, since a migration stays as it was while our code changes."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False  # as Alembic writes it


if __name__ == "__main__":
    typer.run(main)
