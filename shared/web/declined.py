"""What is declined before any rule is asked, or because something is away: an answer of HTTP's own, with its code."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException


class Declined(HTTPException):
    """An answer with this status. `code` is what it is called for good, as a refusal's is (`shared/errors.py`)."""

    def __init__(self, status: int, detail: str, *, code: str) -> None:
        super().__init__(status, detail)
        self.code = code


def fault(*place: Any, msg: str, code: str) -> dict[str, Any]:
    """Something wrong with a request, in the form of pydantic's own errors, for a RequestValidationError."""
    return {"type": code, "loc": place, "msg": msg}
