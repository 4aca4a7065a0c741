"""A column compared with many values, by one statement that is the same for any number of them.

`in_` writes out a parameter for each value: a statement of thousands is put together, sent and planned anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Many(TypeDecorator[Any]):
    """Values of one type as one parameter: an array, on SQLite a JSON one."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


def among(column: ColumnElement[Any], values: Iterable[str] | Iterable[int]) -> ColumnElement[bool]:
    """Whether a column of texts or whole numbers has one of these."""
    return _Among(column, bindparam(None, list(values), type_=_Many(column.type), unique=True))


@compiles(_Among, "postgresql")
def _of_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(it, **options) for it in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _of_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(it, **options) for it in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter
