"""The pages put together: what each request meets, and the pages themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.applications import routes as applications
from pages.areas import routes as areas
from pages.attendance import routes as attendance
from pages.calendars import routes as calendars
from pages.development import routes as development
from pages.events import routes as events
from pages.frame import errors
from pages.frame.door import OPEN, STYLE, Door
from pages.frame.session import Seal, cookie_for
from pages.frame.templates import STYLE_FILE
from pages.gatherings import routes as gatherings
from pages.invoices import routes as invoices
from pages.login import routes as login
from pages.mails import routes as mails
from pages.municipalities import routes as municipalities
from pages.operations import routes as operations
from pages.people import routes as people
from pages.programmes import routes as programmes
from pages.settings import Settings
from pages.today import routes as today
from shared.clock import real_now
from shared.web.gateways import Gateways
from shared.web.refusals import Refusals

# `attendance` before `gatherings`, and `calendars` and `development` before `municipalities`: these take all other addresses
# below a session's and a party's.
PAGES = (
    *(applications, areas, attendance, calendars, development, events, gatherings, invoices, login),
    *(mails, municipalities, operations, people, programmes, today),
)
TIMEOUT = 20  # seconds for an answer of a service
CONNECTIONS = 40  # to the services, at once


def create(
    settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None, now: Callable[[], datetime] = real_now
) -> FastAPI:
    """`transport` reaches the services where they are not at `settings.api_url`.

    Raises ValueError or OSError where there is no secret for sessions.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.http = httpx.AsyncClient(
        timeout=TIMEOUT,
        transport=transport,
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )
    app.state.api_url = settings.api_url
    app.state.now = now
    app.state.public_url = settings.public_url
    app.state.seal = Seal(settings.session_secret())
    app.state.cookie = cookie_for(settings.public_url)
    app.state.gateways = Gateways(settings.gateways)
    app.state.wrong_keys = Refusals(a_minute=settings.wrong_keys_a_minute)
    app.state.kept = login.kept
    errors.install(app)

    @app.get(STYLE)
    async def style() -> Response:
        return FileResponse(STYLE_FILE, media_type="text/css", headers={"Cache-Control": "private, max-age=86400"})

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)

    for page in PAGES:
        app.include_router(page.router)
    # For probes of the process itself: it keeps nothing, so that it is ready once it answers.
    app.add_api_route("/health/live", _live)
    app.add_api_route("/health/ready", _ready)
    app.add_middleware(
        Door,
        public_url=settings.public_url,
        seal=app.state.seal,
        cookie=app.state.cookie,
        now=now,
        open_={*OPEN, *events.OPEN},
        turned_away=_answered_by(errors.elsewhere),
        kept=_answered_by(login.kept),
    )
    return app


def _answered_by(answer: Callable[[Request], Awaitable[Response]]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (await answer(Request(scope, receive)))(scope, receive, send)

    return app


async def _live() -> dict[str, bool]:
    return {"live": True}


async def _ready() -> dict[str, bool]:
    return {"ready": True, "degraded": False}
