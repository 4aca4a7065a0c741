"""Refuses query parameters that a route does not know, as bodies refuse unknown fields: they were meant to do something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from shared.web.closed import OPEN


async def only_known_parameters(request: Request) -> None:
    """A dependency of a whole API. Raises RequestValidationError for an unknown parameter, and for one given twice.

    Health answers whatever stands there: a probe that adds something against caches must not take a service out.
    """
    if not request.query_params or request.url.path.endswith(OPEN):
        return
    known = set(_names(request.scope["route"].dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        {
            "type": "parameter",
            "loc": ("query", name),
            "msg": "it is given twice" if name in known else "nobody knows it",
        }
        for name, times in given.items()
        if name not in known or times > 1
    ]
    if errors:
        raise RequestValidationError(errors)


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (it.alias for it in dependant.query_params)
    for one in dependant.dependencies:
        yield from _names(one)
