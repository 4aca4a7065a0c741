"""What the routes of every service use: the caller's key and role, the database, request bodies, pages of a list."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Path, Query, Request, Security
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from shared.addresses import Address
from shared.contracts.envelope import UUID
from shared.database import Database
from shared.errors import Unfit
from shared.messaging.ask import Ask
from shared.text import check_is_seen, lines, one_line
from shared.web.declined import Declined
from shared.web.keys import Key, Role
from shared.when import EARLIEST, LATEST

T = TypeVar("T")


LINE, PROSE = 200, 5000  # characters


def _as_one_line(text: str) -> str:
    tidied = one_line(text)
    check_is_seen(tidied)
    return _not_longer(tidied, LINE)


def _as_lines(text: str) -> str:
    tidied = lines(text)
    check_is_seen(tidied, may_break=True)
    return _not_longer(tidied, PROSE)


def _not_longer(text: str, longest: int) -> str:
    if len(text) > longest:  # a character may be two in the one way in which it is kept
        msg = f"the text has more than {longest} characters"
        raise Unfit(msg, code="string_too_long", values={"max_length": longest})
    return text


class IsProse:
    """Marks what people wrote at length: it stands in no table (as_csv.py)."""


# Text that people wrote: one line, or several. Control characters would break a mail's header or a database.
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LINE, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(_as_one_line),
]
Email = Address
Prose = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=PROSE, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
    AfterValidator(_as_lines),
    IsProse,
]


def at_most(longest: int) -> AfterValidator:
    """Of prose that is bounded more narrowly: `Annotated[Prose, at_most(1_000), ...]`, in characters."""
    return AfterValidator(lambda text: _not_longer(text, longest))


# Prose as an answer shows it: it was looked at when it came in.
Words = Annotated[str, IsProse]


def _written_as_a_day(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    msg = "a day is written as 2024-09-25"
    raise Unfit(msg, code="not_a_day")


def _not_far_off(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        msg = f"a day lies between {EARLIEST} and {LATEST}"
        raise Unfit(msg, code="day_is_far_off", values={"first": EARLIEST, "last": LATEST})
    return day


# As they are written in JSON and nothing else: `true` is no amount, and a number is no day.
Int = Annotated[int, Strict()]
Bool = Annotated[bool, Strict()]
Day = Annotated[
    date,
    BeforeValidator(_written_as_a_day),
    AfterValidator(_not_far_off),
    Field(json_schema_extra={"pattern": "^(20[0-9]{2}|2100)-"}),
]


class Body(BaseModel):
    """What a request brings. A field that nobody knows is refused, since it was meant to do something."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def example(**fields: Any) -> ConfigDict:
    """What a body may look like, for its `model_config`. A test plays it (tests/end_to_end/test_examples.py)."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class View(BaseModel):
    """What an answer shows: of a domain object's fields, those that are named here."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` is the `after` of the following part, or null at the end."""

    items: list[T]
    next: str | None


_PAGE = Page[Any]  # kept: pydantic forgets a model that nobody holds, and makes it anew

A_PROGRAMME, A_PARTY, AN_ID = "regionalt-2024-2025", "921221967", "01926b3c-7a00-7000-8000-000000000001"
LARGEST_PAGE = 500
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="how many there are in a page", examples=[50])]
# What `next` gives can be pasted into an address as it stands; a `+` that became a space there is refused.
CURSOR = r"^[A-Za-z0-9._:/-]+$"
THE_NEXT = "the `next` of the page before"
After = Annotated[str | None, Query(max_length=200, pattern=CURSOR, description=THE_NEXT)]
AfterId = Annotated[str | None, Query(max_length=40, pattern=UUID, description=THE_NEXT)]
AfterPosition = Annotated[int, Query(ge=0, le=2**63 - 1, description=THE_NEXT)]
ProgrammeInPath = Annotated[str, Path(max_length=40, description="a programme's code", examples=[A_PROGRAMME])]
ProgrammeInQuery = Annotated[str, Query(max_length=40, description="a programme's code", examples=[A_PROGRAMME])]
PartyInPath = Annotated[str, Path(max_length=40, description="a party's organisation number", examples=[A_PARTY])]
PARTY_NAME = "null where it is not known here yet"
PartyInQuery = Annotated[
    str | None, Query(max_length=40, description="a party's organisation number", examples=[A_PARTY])
]
IdInPath = Annotated[str, Path(max_length=40, examples=[AN_ID])]


def page_of(items: Sequence[T], limit: int, cursor: Callable[[T], str]) -> Page[Any]:
    """A page of `limit` from a query that asked for one more, so that it is known whether there is a next.

    FastAPI turns the items into the views that the route is declared to return.
    """
    shown = list(items[:limit])
    return _PAGE(items=shown, next=cursor(shown[-1]) if len(items) > limit else None)


async def database_of(request: Request) -> Database:
    """The service's database. Async, since FastAPI runs plain functions in a thread."""
    database: Database = request.app.state.database
    return database


async def ask_of(request: Request) -> Ask:
    """By which the service asks others."""
    ask: Ask = request.app.state.ask
    return ask


# For the OpenAPI document alone: the key was looked for before (closed.py).
_bearer = HTTPBearer(auto_error=False, description="An API key")


def _holder_of(role: Role) -> Callable[..., Awaitable[Key]]:
    async def holder(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Key:
        return check(request, role)

    return holder


async def any_reader(request: Request) -> Key:
    """For pages, which stand in no OpenAPI document."""
    return check(request, "reader")


def check(request: Request, role: Role) -> Key:
    """The key that a request came with. Raises Declined (403) where its role does not suffice."""
    key: Key = request.state.key
    if not key.may(role):
        raise Declined(403, f"this needs the role {role}", code="role_is_needed")
    return key


AskOf = Annotated[Ask, Depends(ask_of)]
DatabaseOf = Annotated[Database, Depends(database_of)]
# The role stands in the OpenAPI document beside the scheme, as its version 3.1 has it.
Reader = Annotated[Key, Security(_holder_of("reader"), scopes=["reader"])]
Administrator = Annotated[Key, Security(_holder_of("administrator"), scopes=["administrator"])]
Operator = Annotated[Key, Security(_holder_of("operator"), scopes=["operator"])]
