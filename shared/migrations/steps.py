"""The migrations of a database as this version knows them, and which of them the database has had.

`_pre_` ones run before the roll-out of the code that needs them: they only add, so the version before goes on beside them.
`_post_` ones take away what that version needed, and run when no instance of it is left (CONTRIBUTING.md, Migrations).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

Kind: TypeAlias = Literal["pre", "post"]
KINDS: tuple[Kind, ...] = get_args(Kind)

metadata = MetaData()

# What was run, for versions that do not know it: Alembic keeps the last of each branch only. What was run before there was
# this table does not stand in it, and every version that reads it knows that.
migration = Table(
    "migration",
    metadata,
    Column("revision", String(32), primary_key=True),
    Column("kind", String(4), nullable=False),  # pre, post
)


class WrongSchema(Exception):
    """The database has not had a migration that is needed, or has had one that takes away what is needed. Says what to do."""


@dataclass(frozen=True)
class Step:
    revision: str
    kind: Kind


@dataclass(frozen=True)
class Branch:
    """One branch as this version knows it, and how far the database is."""

    steps: tuple[Step, ...]  # all of them, in order
    done: int  # so many of them

    @property
    def pending(self) -> tuple[Step, ...]:
        return self.steps[self.done :]

    def following(self, kind: Kind | None) -> tuple[Step, ...]:
        """Those to be run now: of one kind up to the first of the other; all, where no kind is named or the database is new."""
        if kind is None or not self.done:
            return self.pending
        return tuple(takewhile(lambda it: it.kind == kind, self.pending))


@dataclass(frozen=True)
class Schema:
    """How far a database is: in what this version knows, and in what only a newer one does."""

    branches: tuple[Branch, ...]  # in the order in which they are run
    unknown: Mapping[str, Kind | None]  # revision to kind; none where the database does not say which

    def check_serves(self) -> None:
        """Raises WrongSchema where this version cannot work with the database."""
        self.check_only_adds()
        missing = [it.revision for branch in self.branches for it in branch.pending if it.kind == "pre"]
        if missing:
            msg = f"the database lacks {', '.join(missing)}: run migrate first"
            raise WrongSchema(msg)

    def check_only_adds(self) -> None:
        """Raises WrongSchema where a newer version has taken away what this one needs, or may have."""
        taken_away = [revision for revision, kind in self.unknown.items() if kind != "pre"]
        if taken_away:
            msg = (
                f"a newer version has run {', '.join(taken_away)}, after which this one cannot work with the database: "
                "start the newer one, or put back a copy of the database from before"
            )
            raise WrongSchema(msg)

    def next_steps(self, kind: Kind | None) -> list[tuple[Step, ...]]:
        """What is to be run now, by branch; nothing where a newer version has run more. Raises WrongSchema."""
        self.check_only_adds()
        found = [branch.following(kind) for branch in self.branches]
        left = [branch.pending[len(some) :] for branch, some in zip(self.branches, found, strict=True)]
        if any(found) and self.unknown:
            msg = f"a newer version has run {', '.join(self.unknown)} here: have that one run what is to be run"
            raise WrongSchema(msg)
        pre = next((it for steps in left for it in steps if it.kind == "pre"), None)
        if kind == "pre" and pre is not None:
            post = next(it for steps in left if pre in steps for it in steps)
            msg = (
                f"{pre.revision} comes after {post.revision}, which belongs to the version before: when every instance is of "
                "that version, or all are stopped, run migrate --post, and then this again"
            )
            raise WrongSchema(msg)
        if kind == "post" and pre is not None and not any(found):
            msg = f"{pre.revision} is to be run first: migrate --pre, and then the roll-out"
            raise WrongSchema(msg)
        return found


def read_schema(connection: Connection, config: Config, branches: Sequence[str]) -> Schema:
    """How far this database is in these branches."""
    scripts = ScriptDirectory.from_config(config)
    heads = set(MigrationContext.configure(connection).get_current_heads())
    known = {branch: steps_of(scripts, branch) for branch in branches}
    unknown = _unknown(connection, heads, {it.revision for steps in known.values() for it in steps})
    return Schema(tuple(_at(branch, steps, heads) for branch, steps in known.items()), unknown)


def steps_of(scripts: ScriptDirectory, branch: str) -> tuple[Step, ...]:
    found = [Step(it.revision, kind_of(Path(it.path))) for it in scripts.walk_revisions("base", f"{branch}@head")]
    return tuple(reversed(found))


def kind_of(path: Path) -> Kind:
    """When a migration runs, as its file's name says."""
    found = re.match(r"\d+_(pre|post)_", path.name)
    if found is None:
        msg = f"{path.name} does not say whether it runs before or after the roll-out"
        raise ValueError(msg)
    return KINDS[found[1] == "post"]


def note(connection: Connection, steps: Iterable[Step]) -> None:
    """Have it known, for versions before, that these were run."""
    rows = [{"revision": it.revision, "kind": it.kind} for it in steps]
    if rows:
        connection.execute(migration.insert(), rows)


def _at(branch: str, steps: tuple[Step, ...], heads: Collection[str]) -> Branch:
    done = next((n for n, it in enumerate(steps, 1) if it.revision in heads), 0)
    if not done and any(it.startswith(f"{branch}_") for it in heads):
        done = len(steps)  # it stands at one that only a newer version knows
    return Branch(steps, done)


def _unknown(connection: Connection, heads: Collection[str], known: Collection[str]) -> dict[str, Kind | None]:
    said: dict[str, Kind] = {}
    if inspect(connection).has_table(migration.name):
        said = {row.revision: row.kind for row in connection.execute(select(migration))}
    return {it: said.get(it) for it in sorted({*heads, *said}) if it not in known}
