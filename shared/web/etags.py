"""ETag of an entity, and `If-Match` of who changes it: nobody's change is lost unseen (RFC 9110, 8.8.3 and 13.1.1).

    @router.get("/programmes/{programme}")              # return tagged(found, programme_view(found))
    @router.patch("/programmes/{programme}", dependencies=[if_match(Programme)])

The use case then compares inside its transaction (`seen.compare`). Without the header a change goes through.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from shared.seen import Seen, seen, tag_of
from shared.web.closed import LOOKS
from shared.web.declined import fault

T = TypeVar("T")

NAME = "If-Match"
UNREADABLE = 'it is written as `"3"`, as the ETag of an answer is, or as `*`'
NOT_COMPARED = "this changes nothing that somebody else could have changed meanwhile, and compares nothing"
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_answer: ContextVar[Response | None] = ContextVar("_answer", default=None)
_IfMatch = Annotated[
    str | None,
    Header(
        alias=NAME,
        max_length=500,
        description="the `ETag` of what was looked at: where something else stands now, nothing is changed (412). `*` is"
        " whatever stands; left out, nothing is compared",
        examples=["*"],
    ),
]


def if_match(kind: type[Any]) -> Any:
    """A dependency of a route that changes an entity of this kind: it takes `If-Match`."""

    async def taken(request: Request, _: _IfMatch = None) -> AsyncIterator[None]:
        values = request.headers.getlist(NAME)
        if not values:
            yield
            return
        with seen(Seen(kind, tags_in(", ".join(values)))):
            yield

    return Depends(taken)


async def of_answers(request: Request, response: Response) -> None:
    """A dependency of a whole API: what is `tagged` says so in the answer.

    Raises RequestValidationError for an `If-Match` that the route would not look at, since it was meant to do something.
    """
    _answer.set(response)
    is_looked_at = request.method in LOOKS or NAME in _headers(request.scope["route"].dependant)
    if not is_looked_at and NAME in request.headers:
        raise RequestValidationError([fault("header", NAME, msg=NOT_COMPARED, code="nothing_is_compared")])


def tagged(entity: Any, shown: T, *besides: object) -> T:
    """What is shown of an entity, with the answer's ETag. `besides` the entity, what belongs to it and has no version."""
    answer = _answer.get()
    assert answer is not None  # for the type checker: each API has the dependency
    answer.headers["ETag"] = f'"{tag_of(entity, *besides)}"'
    return shown


def tags_in(value: str) -> frozenset[str] | None:
    """The tags that an `If-Match` names; None for `*`.

    A weak one is none, since it never says that two are the same. Raises RequestValidationError for what is neither.
    """
    if value.strip(" \t") == "*":
        return None
    found, at, is_parted = [], 0, True
    while at < len(value):
        tag = _TAG.match(value, at) if is_parted else None
        if tag is not None:
            found.append(tag)
        elif value[at] not in " \t,":
            raise _unreadable()
        is_parted = tag is None and (is_parted or value[at] == ",")
        at = tag.end() if tag else at + 1
    if not found:
        raise _unreadable()
    return frozenset(it[2] for it in found if not it[1])


def _unreadable() -> RequestValidationError:
    return RequestValidationError([fault("header", NAME, msg=UNREADABLE, code="tag_is_unreadable")])


def _headers(dependant: Dependant) -> Iterator[str]:
    yield from (it.alias for it in dependant.header_params)
    for one in dependant.dependencies:
        yield from _headers(one)
