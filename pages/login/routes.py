"""Logging in and out."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pages.frame.api import SERVICES, Away, Forbidden, LoggedOut, Refused
from pages.frame.door import LOG_IN, LOG_OUT, page_of_ours
from pages.frame.errors import came_from
from pages.frame.forms import Form, NotAForm, typed
from pages.frame.session import Session
from pages.frame.visitor import api_with, caller, done, render

router = APIRouter()

# Hidden fields of a form that was posted after its session ended: where it was sent, and what was typed, each name after this.
SENT_TO, TYPED = "sendt_til", "skrevet."
LONGEST_KEY = 500  # characters
WRONG = "Nøkkelen gjelder ikke. Se etter at hele er med, eller be den som driver systemet om en ny."
ALL_AWAY = "Ingen av tjenestene svarer nå, så nøkkelen kan ikke prøves. Prøv igjen om litt."


@router.get(LOG_IN)
async def show(request: Request, til: str = "/") -> Response:
    if request.state.session is not None:
        return RedirectResponse(page_of_ours(til), 303)
    return _page(request, Form("logg-inn"), til)


@router.post(LOG_IN)
async def log_in(request: Request) -> Response:
    values = await typed(request)
    til = page_of_ours(values.get("til", "/"))
    found = await _whose(request, values.get("key", "").strip())
    if isinstance(found, str):
        return _page(request, Form("logg-inn", {}, {"key": found}, status=422), til, values)
    if found is None:
        return await _wrong(request, til, values)
    state = request.app.state
    if SENT_TO in values:  # what was typed before is sent by whoever typed it, not by logging in
        request.state.session = found
        answer: Response = render(
            request,
            "frame/again.html",
            heading="Du er logget inn igjen",
            texts=["Det du skrev før du ble logget ut, er ikke sendt ennå."],
            to=page_of_ours(values[SENT_TO]),
            typed=_carried(values),
            back=til,
        )
    else:
        answer = RedirectResponse(til, 303)
    answer.headers["Set-Cookie"] = state.cookie.header(state.seal.seal(found))
    return answer


@router.post(LOG_OUT)
async def log_out(request: Request) -> Response:
    answer = done(LOG_IN, "logget-ut")
    answer.headers.append("Set-Cookie", request.app.state.cookie.header(""))
    return answer


async def kept(request: Request) -> Response:
    """To a form that was posted after its session ended, or its key: the log-in, which keeps what was typed."""
    try:
        values = await typed(request)
    except NotAForm:
        values = {}
    carried = {SENT_TO: request.url.path} | {TYPED + name: value for name, value in values.items()}
    return _page(request, Form("logg-inn", status=401), came_from(request), carried)


async def _whose(request: Request, key: str) -> Session | str | None:
    """Who has this key; None for nobody, and a text where it cannot be tried."""
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        return None
    api = await api_with(request, key)
    for service in SERVICES:
        try:
            holder = await api.get(f"/{service}/key")
        except Away:
            continue
        except (LoggedOut, Forbidden, Refused):  # refused: too many wrong keys came from there
            return None
        now = request.app.state.now()
        return Session(key=key, name=holder["name"], role=holder["role"], used_at=int(now.timestamp()))
    return ALL_AWAY


async def _wrong(request: Request, til: str, values: Mapping[str, str]) -> Response:
    seconds = request.app.state.wrong_keys.refuse(await caller(request))
    if not seconds:
        return _page(request, Form("logg-inn", {}, {"key": WRONG}, status=422), til, values)
    text = f"Det er kommet for mange gale nøkler herfra. Prøv igjen om {ceil(seconds)} sekunder."
    answer = _page(request, Form("logg-inn", {}, {"key": text}, status=429), til, values)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(request: Request, form: Form, til: str, values: Mapping[str, str] | None = None) -> Response:
    carried = {name: value for name, value in (values or {}).items() if name == SENT_TO or name.startswith(TYPED)}
    return render(
        request,
        "login/login.html",
        status=form.status,
        refused_form=form if form.faults else None,
        to=page_of_ours(til),
        carried=carried,
    )


def _carried(values: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(TYPED): value for name, value in values.items() if name.startswith(TYPED)}
