"""Refuses what was meant to do something and would not: query parameters that a route does not know, names given twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from shared.web.closed import LOOKS, OPEN
from shared.web.declined import Declined, fault

MOST_VALUES = 1_000  # in a body, with all that stand in others


async def only_known_parameters(request: Request) -> None:
    """A dependency of a whole API. Raises RequestValidationError for an unknown parameter, and for one given twice.

    Health answers whatever stands there: a probe that adds something against caches must not take a service out.
    """
    if not request.query_params or request.url.path.endswith(OPEN):
        return
    known = set(_names(request.scope["route"].dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        _twice("query", name)
        if name in known
        else fault("query", name, msg="nobody knows it", code="unknown_parameter")
        for name, times in given.items()
        if name not in known or times > 1
    ]
    if errors:
        raise RequestValidationError(errors)


def _twice(*place: Any) -> dict[str, Any]:
    return fault(*place, msg="it is given twice", code="given_twice")


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (it.alias for it in dependant.query_params)
    for one in dependant.dependencies:
        yield from _names(one)


class _Object(list[tuple[str, Any]]):
    """The names and values of an object, each as often as it stands there."""


async def only_plain_bodies(request: Request) -> None:
    """A dependency of a whole API. Raises RequestValidationError for a name that an object of the body has twice.

    And Declined (413) for a body of so many values that looking at each of them would keep others waiting.
    """
    if request.method in LOOKS:
        return
    try:
        content = json.loads(await request.body(), object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return  # it is empty, or FastAPI has refused it
    count = 0
    unseen: list[tuple[tuple[Any, ...], Any]] = [(("body",), content)]
    while unseen:
        place, it = unseen.pop()
        inner = it if isinstance(it, _Object) else list(enumerate(it)) if isinstance(it, list) else []
        count += len(inner)
        if count > MOST_VALUES:
            raise Declined(413, f"a body has at most {MOST_VALUES} values", code="body_is_too_big")
        for name, times in Counter(name for name, _ in inner).items():
            if times > 1:
                raise RequestValidationError([_twice(*place, name)])
        unseen.extend(((*place, name), value) for name, value in inner)
