"""The one route of scheduling that needs no key: who knows a feed's address may read it (S6)."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.scheduling.feeds import repository
from services.scheduling.feeds.addresses import PREFIX, addresses_of
from services.scheduling.feeds.domain.feed import no_such_feed
from services.scheduling.feeds.icalendar_feed import written
from shared.database import Database
from shared.web.problems import problem

router = APIRouter()

GONE = 410
CALENDAR = "text/calendar; charset=utf-8"
TAG = re.compile(r'"([^"]*)"')


async def show_feed(request: Request) -> Response:
    """A calendar as it stands; 304 where that is what the caller has, 410 for an address that was renewed.

    It takes no part of the address for a parameter, nor looks at what else is asked: programs of calendars add what they like.
    """
    rest = request.path_params["rest"]
    request.scope["path"] = f"{PREFIX}…"  # an address is a secret: what is logged of a request that fails is without it
    feed = addresses_of(request.app).feed_at(rest)
    database: Database = request.app.state.database
    asked = request.headers.get("if-none-match", "")
    async with database.looking_up() as connection:
        found = await repository.look(connection, feed, only_state=bool(asked))
        is_known = asked.strip() == "*" or found.tag in TAG.findall(asked)
        if asked and not is_known:
            found = await repository.look(connection, feed)
    if feed.number > found.number:
        raise no_such_feed()
    if feed.number < found.number:
        return problem(GONE, "this calendar has another address now; ask the council for it", code="feed_was_renewed")
    headers = {"ETag": f'"{found.tag}"', "Cache-Control": "private, no-cache"}
    if is_known:
        return Response(status_code=304, headers=headers)
    return Response(written(feed, found.name, found.entries()), headers=headers, media_type=CALENDAR)


# Starlette's own kind of route: it has no parameters, stands in no document, and answers HEAD as it does GET.
router.add_route(f"{PREFIX}{{rest:path}}.ics", show_feed, methods=["GET"], include_in_schema=False)
