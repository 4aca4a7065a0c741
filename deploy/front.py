"""What the embedded start shows of itself: what runs and where to look, and the mails that were sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from deploy import mail_sink
from deploy.state import State
from shared import clock
from shared.service import Service
from shared.settings import WebSettings
from shared.web import problems
from shared.web.api import check
from shared.web.closed import OPEN, ClosedByDefault
from shared.web.declined import Declined
from shared.web.gateways import Gateways
from shared.web.keys import Key, Keys
from shared.web.refusals import Refusals

Services = Mapping[str, Service | None]

PAGE = 50  # mails
ABOUT = {
    "registration": ("Påmelding", "Parter, søknader, kommunegrupper og avtaler"),
    "scheduling": ("Plan", "Samlinger, møter og veiledningsbesøk"),
    "billing": ("Fakturering", "Fakturaer og kreditnotaer etter fysiske fellessamlinger"),
    "notifications": ("Varsling", "E-post med kalenderoppføringer"),
}
PARTS = {
    "access_point": "aksesspunkt",
    "broker": "NATS",
    "consumers": "abonnement",
    "database": "database",
    "mail": "e-posttjener",
    "publishing": "plass hos NATS",
    "service": "tjenesten",
    "stream": "hendelser på NATS",
    "work": "arbeid som er satt til side",
}
OLDER = "nyeste data (se helse)"
# Mails come from templates of ours, but nothing in one may run or load anything here.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["local"] = lambda at: _local(at) if at else ""


async def _administrator(request: Request) -> Key:
    """Mails are personal data."""
    return check(request, "administrator")


def create(
    state: State, services: Services, *, refusals: Refusals, nats_port: int, nats_is_up: Callable[[], bool]
) -> FastAPI:
    """The application at `/start`. `services` is looked at with each request: one that is starting again is None."""
    api = FastAPI(openapi_url=None)
    problems.install(api)
    api.add_middleware(
        ClosedByDefault,
        keys=Keys(state.keys),
        refusals=refusals,
        gateways=Gateways(WebSettings().gateways),  # from the environment
        open_=("/start", "/favicon.ico", *OPEN),
    )

    @api.get("/start")
    async def front() -> HTMLResponse:
        found = [
            {"name": name, "title": ABOUT[name][0], "what": ABOUT[name][1], "state": await _state(service)}
            for name, service in services.items()
        ]
        return _page(
            "front.html",
            services=found,
            state=state,
            mails=len(await run_in_threadpool(mail_sink.names, state.mails)),
            nats_port=nats_port,
            nats_running=nats_is_up(),
            simulated_now=await _simulated_now(services),
        )

    @api.get("/health/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @api.get("/health/ready")
    async def ready() -> JSONResponse:
        found = {name: await _state(service) for name, service in services.items()}
        is_ready = all(it.is_ready for it in found.values())
        is_degraded = is_ready and any(it.missing for it in found.values())
        each = {name: it.is_ready for name, it in found.items()}
        return JSONResponse({"ready": is_ready, "degraded": is_degraded, **each}, 200 if is_ready else 503)

    @api.get("/mails", dependencies=[Depends(_administrator)])
    async def mails(page: Annotated[int, Query(ge=1)] = 1) -> HTMLResponse:
        return await run_in_threadpool(_mails, state.mails, page)

    @api.get("/mails/{name}", dependencies=[Depends(_administrator)])
    async def mail(name: str) -> HTMLResponse:
        found = await run_in_threadpool(mail_sink.read, state.mails, name)
        if found is None:
            raise Declined(404, "there is no such mail", code="no_such_mail")
        return _page("mail.html", mail=found)

    @api.middleware("http")
    async def _protect(request: Request, following: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await following(request)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return api


def _mails(folder: Path, page: int) -> HTMLResponse:
    names = mail_sink.names(folder)
    shown = names[(page - 1) * PAGE : page * PAGE]
    found = [mail for name in shown if (mail := mail_sink.read(folder, name))]
    first = (page - 1) * PAGE + 1
    return _page(
        "mails.html",
        mails=found,
        total=len(names),
        first=first,
        last=first + len(shown) - 1,
        page=page,
        pages=ceil(len(names) / PAGE),
    )


@dataclass(frozen=True)
class _State:
    is_ready: bool
    missing: list[str]  # what it lacks, in Norwegian


async def _state(service: Service | None) -> _State:
    if service is None:
        return _State(is_ready=False, missing=[PARTS["service"]])
    condition = await service.condition()
    faults = condition.not_ready or condition.degraded
    missing = [OLDER if service.guard.why_older and it.part == "database" else PARTS[it.part] for it in faults]
    return _State(is_ready=not condition.not_ready, missing=list(dict.fromkeys(missing)))


async def _simulated_now(services: Services) -> str | None:
    service = next((it for it in services.values() if it is not None), None)
    if service is None or not service.settings.simulated_clock:
        return None
    async with service.database.reading() as connection:
        return _local(await clock.now(connection))


def _local(at: datetime) -> str:
    there = at.astimezone(clock.OSLO)
    return f"{there.day}.{there.month}.{there.year} kl. {there:%H.%M}"


def _page(template: str, **content: object) -> HTMLResponse:
    return HTMLResponse(_pages.get_template(template).render(**content))
