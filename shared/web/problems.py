"""Errors as RFC 9457 problem+json: what was wrong, by which rule, in which field; never a stack trace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import MISSING, BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from shared.contracts.questions import Figures
from shared.errors import Conflict, NotAccepted, NotAsExpected, NotFound, Refused, RuleBroken, Stale
from shared.messaging.ask import NoAnswer, RefusedToAnswer
from shared.transient import in_one_line, is_transient
from shared.web.declined import Declined
from shared.web.plain_words import code_of, in_plain_words, values_of

log = structlog.get_logger()

STATUS: dict[type[Refused], int] = {RuleBroken: 422, NotFound: 404, Conflict: 409, Stale: 412}
# What PostgreSQL says of a NUL, which a path or a query may hold and its text columns may not.
CANNOT_BE_KEPT = "invalid byte sequence for encoding"
NO_JSON = "the body is no JSON"
MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20  # that a problem tells one by one
_NAME = re.compile(r"[A-Za-z0-9_\[\]-]{1,60}")
TITLES = {
    400: "Bad request",
    401: "A key is needed",
    403: "The key may not do this",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    412: "Changed meanwhile",
    413: "Too big",
    422: "Not acceptable as it is",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available right now",
}


CODE = (
    "what this refusal is called: programs and translations go by it, and it is never renamed; where it is only that a field "
    "does not look as it should, pydantic's name for that (`missing`, `string_too_long`)"
)
VALUES = "figures and days that `message` has and another language needs too; days as 2024-09-25"


class Fault(BaseModel):
    """One thing that was wrong."""

    code: str = Field(description=CODE, examples=["already_signed"])
    field: str | MISSING = Field(MISSING, description="the field or parameter at fault, with dots into the body")
    rule: str | MISSING = Field(MISSING, description="the number of the domain rule that was broken", examples=["R5"])
    message: str
    values: dict[str, str | int] | MISSING = Field(MISSING, description=VALUES)


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="the same for all of one status")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what was wrong with this request")
    code: str = Field(
        description=f"{CODE}; `not_valid` where each of `errors` has its own", examples=["already_signed"]
    )
    errors: list[Fault] | MISSING = Field(
        MISSING, description="each thing that was wrong, where they can be told apart"
    )
    values: dict[str, str | int] | MISSING = Field(MISSING, description=VALUES)
    version: int | MISSING = Field(MISSING, description="of a 412: the entity's version that stands now")
    preview: Figures | MISSING = Field(
        MISSING, description="of a 409 of `expect`: what would be issued as things stand now"
    )


def install(api: FastAPI) -> None:
    """Have the API answer every error in this form."""
    api.add_exception_handler(Refused, _refused)
    for unanswered in (NoAnswer, RefusedToAnswer):
        api.add_exception_handler(unanswered, _unanswered)
    api.add_exception_handler(RequestValidationError, _not_valid)
    api.add_exception_handler(HTTPException, _http)
    # Each by its name: what only the handler of Exception answers is raised once more, and logged by the server too.
    for kind in (SQLAlchemyError, OSError, Exception):
        api.add_exception_handler(kind, _unexpected)


def problem(
    status: int,
    detail: str,
    *,
    code: str,
    values: dict[str, str | int] | None = None,
    errors: list[Fault] | None = None,
    headers: dict[str, str] | None = None,
    version: int | None = None,
    preview: Mapping[str, int] | None = None,
) -> JSONResponse:
    found = Problem(
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        code=code,
        values=values or MISSING,
        errors=errors or MISSING,
        version=MISSING if version is None else version,
        preview=MISSING if preview is None else Figures(**preview),
    )
    return JSONResponse(found.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # for the type checker: registered for Refused only
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    faults = [
        Fault(
            code=it.code,
            field=it.field or MISSING,
            rule=it.rule or MISSING,
            message=str(it),
            values=it.values or MISSING,
        )
        for it in (error.warnings if isinstance(error, NotAccepted) else [error])
    ]
    stale = error if isinstance(error, Stale) else None
    return problem(
        status,
        str(error),
        code=error.code,
        values=error.values,
        errors=faults,
        headers={"ETag": f'"{stale.tag}"'} if stale else None,
        version=stale.version if stale else None,
        preview=error.preview if isinstance(error, NotAsExpected) else None,
    )


async def _unanswered(request: Request, error: Exception) -> JSONResponse:
    log.warning("another service has to be asked first and does not answer", path=request.url.path, error=str(error))
    why = "another service has to be asked first, and does not answer right now; nothing was changed, try again"
    return problem(503, why, code="another_service_is_away", headers={"Retry-After": "2"})


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # for the type checker
    found = error.errors()
    if any(it["type"] == "json_invalid" for it in found):
        return problem(422, NO_JSON, code="no_json")
    told = found[:MOST_FAULTS]
    # The content is left out: it may be personal data.
    fields = [_field(it["loc"]) for it in told]
    named = ", ".join(sorted({it for it in fields if it}))
    errors = [
        Fault(code=code_of(it), field=field or MISSING, message=in_plain_words(it), values=values_of(it) or MISSING)
        for field, it in zip(fields, told, strict=True)
    ]
    more = f"; and {len(found) - len(told)} more" if len(found) > len(told) else ""
    detail = f"wrong, missing or unknown: {named}" if named else "the body is no JSON object"
    return problem(422, detail + more, code="not_valid", errors=errors)


def _field(place: Sequence[Any]) -> str:
    """Where in the request a fault is. A part that is no plain name is shown as `?`, since the sender chose it."""
    return ".".join(str(part) if _NAME.fullmatch(str(part)) else "?" for part in place[1:])


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # for the type checker
    # FastAPI raises 400 for a body that is not UTF-8, is nested too deep, or has a number of thousands of digits.
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return problem(422, NO_JSON, code="no_json")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request)
        only = f"this address takes {headers['Allow']} only"
        return problem(error.status_code, only, code="method_not_allowed", headers=headers)
    if error.detail == HTTPStatus.NOT_FOUND.phrase:  # the router's word: no route has such a path
        return problem(error.status_code, "nothing is at this address", code="no_such_address", headers=headers)
    return problem(
        error.status_code,
        str(error.detail),
        code=error.code if isinstance(error, Declined) else "request_declined",
        headers=headers,
    )


def _allowed(request: Request) -> str:
    """All methods of the path; Starlette names those of one route."""
    found = [it for it in iter_route_contexts(request.app.routes) if it.path_regex.match(request.scope["path"])]
    methods = {method for it in found if it.path_format == found[0].path_format for method in it.methods or ()}
    return ", ".join(sorted(methods))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    if CANNOT_BE_KEPT in str(getattr(error, "orig", "")):
        return problem(422, "a character that cannot be kept: U+0000", code="hidden_character")
    if is_transient(error):
        log.warning("the database does not answer", path=request.url.path, error=in_one_line(error))
        why = "the database does not answer right now; try again"
        return problem(503, why, code="database_is_away", headers={"Retry-After": "2"})
    log.error("unexpected", path=request.url.path, exc_info=error)
    why = "nothing was changed; the operations team finds the reason in the log"
    return problem(500, why, code="unexpected_error")
