"""Every refusal has a code that stays, and every code its text in Norwegian."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import SchemaValidator

from pages.frame.refusals import NOUNS, TEXTS, in_norwegian
from services.registration import tables
from services.registration.people.domain.pointing import What
from services.registration.rows import points_to
from shared.errors import Refused
from shared.web.plain_words import BOUNDS, code_of
from tests.contract import codes
from tests.contract.codes import Giving, Schema

REFUSING = {it.__name__ for it in Refused.__subclasses__()} | {
    "Declined",
    "Fault",
    "Finding",
    "Lack",
    "Saying",
    "Unfit",
    "fault",
    "problem",
}
# What somebody may send where something else is meant.
WRONG: list[Any] = [
    *(None, True, 0, -1, 10**9, 10**30, 1.5, float("inf"), float("nan")),
    *("", "x", "X" * 10_000, "\ud800", "\u202e", "\x00", "\u2800", "å" * 201, "a@b", f"{'a' * 65}@b.example"),
    *("2024-02-30", "1999-12-31", "2101-01-01", "2024-01-01T10:00:00", "2024-01-01T10:00:00Z", "2200-01-01T00:00:00Z"),
    *("1", "9" * 5_000, "true", [], {}, [None] * 1_000, {"x": 1}, {"": {}}, [{}], [1]),
]


async def test_no_code_is_gone_and_each_is_written_down() -> None:
    """Programs go by them, so none is renamed; `make schemas` writes down those that came."""
    assert await codes.gone() == []
    assert codes.promised() == sorted(await codes.all_codes())


async def test_every_code_has_its_text_and_every_text_its_code() -> None:
    assert TEXTS.keys() == await codes.all_codes()


def test_every_refusal_names_its_code_where_it_is_raised() -> None:
    """Or hands on the one of what it found: `finding.code`."""
    found = [it for it in codes.givings() if it.called in REFUSING]
    assert len(found) > 150
    assert [
        it for it in found if not it.codes and not ast.unparse(it.arguments["code"]).endswith((".code", "code_of(it)"))
    ] == []


def test_what_a_text_is_filled_with_comes_with_each_refusal() -> None:
    for giving in codes.givings():
        for code in giving.codes:
            assert blanks(code) - {"it"} <= values_of(giving), f"{code}: {giving.place}"


def blanks(code: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(TEXTS[code]) if name}


def values_of(giving: Giving) -> set[str]:
    given = giving.arguments.get("values")
    return {str(ast.literal_eval(it)) for it in given.keys if it} if isinstance(given, ast.Dict) else set()


def test_no_fault_is_put_together_by_hand() -> None:
    """Else nobody would find its code: `fault` in declined.py makes them."""
    by_hand = re.compile(r"""["']loc["']:""")
    files = [path for package in ("services", "shared") for path in (codes.ROOT / package).rglob("*.py")]
    found = [it.name for it in files if by_hand.search(it.read_text(encoding="utf-8"))]
    assert found == ["declined.py"]


async def test_what_pydantic_refuses_tells_its_bounds() -> None:
    for code in await codes.of_fields() - codes.in_sources():
        assert blanks(code) <= set(BOUNDS), code


async def test_whatever_is_sent_instead_is_refused_under_a_code_that_is_known() -> None:
    """So what is said of pydantic in codes.py is so."""
    known = await codes.all_codes()
    schemas = await codes.schemas()
    models = {it["cls"] for schema in schemas for it in inside(schema) if it["type"] == "model"}
    assert len(models) > 40
    found = {code for schema in schemas for it in WRONG for code in refused(SchemaValidator(schema), it)}
    for model in models:
        for name in model.model_fields:
            found |= {code for it in WRONG for code in refused(model.__pydantic_validator__, {name: it})}
    assert found - known == set()
    assert len(found) > 30


def refused(validator: Any, value: Any) -> Iterator[str]:
    try:
        validator.validate_python(value, from_attributes=True)
    except ValidationError as error:
        yield from (code_of({**it}) for it in error.errors())


def inside(schema: Schema) -> Iterator[Schema]:
    """The schema and all of which it is made."""
    yield schema
    for part in codes.parts(schema):
        yield from inside(part)


async def test_our_own_validators_name_a_code() -> None:
    """A bare ValueError would come as `value_error`, of which nobody can say what is wrong."""
    functions = {
        it["function"]["function"] for schema in await codes.schemas() for it in inside(schema) if "function" in it
    }
    modules = {inspect.getmodule(it) for it in functions if hasattr(it, "__module__")}
    ours = [it for it in modules if it and it.__name__.startswith("shared.web")]
    assert ours
    assert [it for it in ours if "ValueError(" in inspect.getsource(it)] == []


def test_days_are_written_as_a_norwegian_writes_them() -> None:
    assert in_norwegian("already_signed", {"on": "2024-09-25"}) == (
        "Denne signaturen er registrert allerede, 25. september 2024. Rett den hvis den er feil."
    )


def test_what_points_to_something_is_counted_and_named() -> None:
    said = in_norwegian("something_points_to_it", {"application": 1, "party_group": 1, "planned_session": 3})
    assert said.endswith(": 1 søknad, 1 gruppe og 3 planlagte samlinger.")


def test_a_code_that_is_new_is_said_to_be_one() -> None:
    assert "no_such_thing" in in_norwegian("no_such_thing", {})
    assert "already_signed" in in_norwegian("already_signed", {})


def test_whatever_can_point_to_something_has_a_name() -> None:
    columns = (tables.party.c.organisation_number, tables.programme.c.code)
    pointing = {it.table.name for column in columns for it in points_to(column)}
    assert pointing | {"planned_session", *get_args(What)} == set(NOUNS)
