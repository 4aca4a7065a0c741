"""Errors as RFC 9457 problem+json: what was wrong, by which rule, in which field; never a stack trace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.database import is_passing
from shared.errors import Conflict, NotFound, Refused, RuleBroken

log = structlog.get_logger()

STATUS: dict[type[Refused], int] = {RuleBroken: 422, NotFound: 404, Conflict: 409}
CANNOT_BE_KEPT = "invalid byte sequence for encoding"  # PostgreSQL of a NUL, which a path or a query may hold
_NAME = re.compile(r"[A-Za-z0-9_\[\]-]{1,60}")
TITLES = {
    400: "Bad request",
    401: "A key is needed",
    403: "The key may not do this",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too big",
    422: "Not acceptable as it is",
    500: "Something went wrong here",
    503: "Not available right now",
}


def install(api: FastAPI) -> None:
    """Have the API answer every error in this form."""
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(RequestValidationError, _not_valid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _unexpected)


def problem(
    status: int, detail: str, *, errors: list[dict[str, Any]] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status}
    body["detail"] = detail
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # for the type checker: registered for Refused only
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    details = {"field": error.field, "rule": error.rule, "message": str(error)}
    return problem(status, str(error), errors=[{name: value for name, value in details.items() if value}])


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # for the type checker
    if any(it["type"] == "json_invalid" for it in error.errors()):
        return problem(422, "the body is no JSON")
    # The content is left out: it may be personal data.
    errors = [{"field": _field(it["loc"]), "message": it["msg"]} for it in error.errors()]
    fields = ", ".join(sorted({it["field"] for it in errors}))
    return problem(
        422, f"wrong, missing or unknown: {fields}" if fields else "the body is no JSON object", errors=errors
    )


def _field(place: Sequence[Any]) -> str:
    """Where in the request; a name that somebody made up is shown only where it looks like one."""
    return ".".join(str(part) if _NAME.fullmatch(str(part)) else "?" for part in place[1:])


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # for the type checker
    return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    if CANNOT_BE_KEPT in str(getattr(error, "orig", "")):
        return problem(422, "a character that cannot be kept: U+0000")
    if is_passing(error):
        log.warning("the database does not answer", path=request.url.path, error=type(error).__name__)
        return problem(503, "the database does not answer right now; try again", headers={"Retry-After": "2"})
    log.error("unexpected", path=request.url.path, exc_info=error)
    return problem(500, "nothing was changed; the operations team finds the reason in the log")
