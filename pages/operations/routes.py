"""Drift: how the services are, what they could not handle, and which mails are under way."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from pages.frame.api import SERVICES, Api, Away, Forbidden, Missing, Refused, parts, segment
from pages.frame.forms import Form, body_of, refused
from pages.frame.templates import TEMPLATES
from pages.frame.visitor import Visitor, VisitorOf, done
from pages.operations import view

router = APIRouter()

HERE = "/drift"
MOST = 200  # of what was parked or set aside, in a service
MOST_MAILS = 50  # under way
TEMPLATES.filters.update(event=view.event, parked_because=view.why)


@router.get(HERE)
async def show(visitor: VisitorOf) -> Response:
    return await _page(visitor)


async def _page(visitor: Visitor, form: Form | None = None) -> HTMLResponse:
    _check(visitor)
    api = visitor.api
    asked: dict[str, Any] = {
        "waiting": api.all("/notifications/waiting"),
        "mails": api.get("/notifications/mails", state="queued", limit=MOST_MAILS),
    }
    for name in SERVICES:
        asked |= {
            f"{name}_health": _health(api, name),
            f"{name}_state": api.get(f"/{name}/operations/state"),
            f"{name}_parked": api.get(f"/{name}/operations/parked", limit=MOST),
            f"{name}_aside": api.get(f"/{name}/operations/set-aside", limit=MOST),
        }
    found = await parts(**asked)
    return visitor.page(
        "operations/operations.html",
        form=form,
        services=[
            view.service(
                name,
                health=found[f"{name}_health"],
                state=found[f"{name}_state"] or None,
                parked=(found[f"{name}_parked"] or {"items": ()})["items"],
                set_aside=(found[f"{name}_aside"] or {"items": ()})["items"],
            )
            for name in SERVICES
        ],
        waiting=found["waiting"],
        mails=found["mails"],
    )


def _check(visitor: Visitor) -> None:
    """Raises Forbidden for who is no operator."""
    if not visitor.may("operator"):
        raise Forbidden


async def _health(api: Api, service: str) -> Any:
    """What it says of itself, be it ready or not; None where it does not answer."""
    try:
        return await api.get(f"/{service}/health/ready")
    except Away as away:
        return away.answer or None


@router.get("/drift/{service}/melding/{key}")
async def show_message(service: str, key: str, visitor: VisitorOf) -> Response:
    return await _message(visitor, service, key)


async def _message(visitor: Visitor, service: str, key: str, form: Form | None = None) -> HTMLResponse:
    message = await visitor.api.get(_parked(visitor, service, key))
    return visitor.page(
        "operations/message.html", form=form, message=message, service=service, title=view.SERVICES[service]
    )


def _parked(visitor: Visitor, service: str, key: str) -> str:
    """The path of a parked message. Raises Missing for a service that is none, and Forbidden for who is no operator."""
    _check(visitor)
    if service not in SERVICES:
        raise Missing
    return f"/{service}/operations/parked/{segment(key)}"


@router.post("/drift/{service}/melding/{key}/behandle")
async def replay(service: str, key: str, visitor: VisitorOf) -> Response:
    try:
        await visitor.api.send("POST", f"{_parked(visitor, service, key)}/replay")
    except Refused as error:
        return await _message(visitor, service, key, refused("behandle", {}, error))
    return done(HERE, "melding-behandlet")


@router.post("/drift/{service}/melding/{key}/forkast")
async def discard(service: str, key: str, visitor: VisitorOf) -> Response:
    try:
        await visitor.api.send("POST", f"{_parked(visitor, service, key)}/discard")
    except Refused as error:
        return await _message(visitor, service, key, refused("forkast", {}, error))
    return done(HERE, "melding-forkastet")


@router.post("/drift/{service}/behandle-alle")
async def replay_all(service: str, visitor: VisitorOf) -> Response:
    """Of a type."""
    _check(visitor)
    if service not in SERVICES:
        raise Missing
    type_ = (await visitor.typed()).get("type", "")
    answer = await visitor.api.send("POST", f"/{service}/operations/parked/replay?type={segment(type_)}")
    return done(HERE, "meldinger-feilet" if answer["failed"] else "meldinger-behandlet")


@router.post("/drift/gi-opp")
async def give_up(visitor: VisitorOf) -> Response:
    _check(visitor)
    values = await visitor.typed()
    try:
        await visitor.api.send("POST", f"/notifications/waiting/{segment(body_of(values, 'id').get('id', ''))}/give-up")
    except Refused as error:
        return await _page(visitor, refused("gi-opp", values, error))
    return done(HERE, "e-post-gitt-opp")
