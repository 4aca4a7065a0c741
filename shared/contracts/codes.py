"""Codes and patterns, which may widen within a version: a publisher keeps to them, a reader does not insist on them.

An event from the wire is validated in the context `READING`: there a code that is not known is `other`, and no pattern is
checked, so that events of a newer publisher stay readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

READING: Final = object()
OTHER: Final = "other"
LONGEST: Final = 200  # characters of what is not known


class UnknownCode(Exception):
    """Raised by a handler that can't do anything safe about a code it does not know: the event waits, and is seen to."""


@dataclass(frozen=True)
class Pattern:
    """A string that is told in this form: `Annotated[str, Pattern(r"^[0-9]{9}$")]`."""

    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        wrong = f"String should match pattern '{self.pattern}'"
        return _known(
            core_schema.str_schema(pattern=self.pattern), wrong, read_as=lambda value: value, pattern=self.pattern
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": self.pattern}


class _Code:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        codes = get_args(get_args(source)[0])
        return _known(
            core_schema.literal_schema(list(codes)), f"Input should be one of {codes}", read_as=lambda _: OTHER
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": schema["choices"][0]["expected"]}


K = TypeVar("K")
# One of a few codes, `Code[Literal["planned", "cancelled"]]`, or `other` where an event says one that is not among them.
Code = Annotated[K | Literal["other"], _Code()]


def _known(known: CoreSchema, wrong: str, *, read_as: Callable[[str], str], pattern: str | None = None) -> CoreSchema:
    def unknown(value: Any, info: ValidationInfo) -> str:
        if info.context is READING and isinstance(value, str) and len(value) <= LONGEST:
            return read_as(value)
        raise ValueError(wrong)

    # Our function runs only for values that are not known; a validator around each field would cost 2 µs an event.
    return core_schema.union_schema(
        [known, core_schema.with_info_plain_validator_function(unknown)],
        mode="left_to_right",
        custom_error_type="not_known",
        custom_error_message=wrong,
        custom_error_context=None if pattern is None else {"pattern": pattern},
    )
