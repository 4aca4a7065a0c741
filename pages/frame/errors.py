"""What a page says when it cannot show what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from pages.frame.api import Away, Forbidden, LoggedOut, Missing, Refused
from pages.frame.door import CARRIED, LOOKS, log_in_from, page_of_ours
from pages.frame.forms import NotAForm, TooLong, refused, typed
from pages.frame.visitor import render

log = structlog.get_logger()

SERVICES = {
    "registration": "Påmeldingen",
    "scheduling": "Planen",
    "billing": "Faktureringen",
    "notifications": "Varslingen",
}


def install(app: FastAPI) -> None:
    app.add_exception_handler(LoggedOut, _logged_out)
    for kind in (Missing, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _missing)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(Away, _away)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(NotAForm, _no_form)
    app.add_exception_handler(Exception, _unexpected)


def say(request: Request, status: int, heading: str, texts: Sequence[str], *, link: str = "/") -> Response:
    text = "Til I dag" if link == "/" else "Tilbake"
    return render(request, "frame/message.html", status=status, heading=heading, texts=texts, link=link, link_text=text)


def came_from(request: Request) -> str:
    """The page of ours that a form stood on; the front page where the browser does not say."""
    origin, referer = request.headers.get("origin", ""), request.headers.get("referer", "")
    return page_of_ours(referer.removeprefix(origin)) if origin and referer.startswith(origin + "/") else "/"


async def elsewhere(request: Request) -> Response:
    """To a form that was not sent from one of our pages."""
    url = request.app.state.public_url
    return say(
        request, 403, "Dette ble ikke lagret", [f"Skjemaet ble ikke sendt fra {url}. Åpne sidene der, og prøv igjen."]
    )


async def _logged_out(request: Request, _: Exception) -> Response:
    """A key that was revoked or has expired."""
    if request.method in LOOKS:
        answer: Response = RedirectResponse(log_in_from(request.scope), 303)
    else:
        request.state.session = None
        answer = await request.app.state.kept(request)
    answer.headers["Set-Cookie"] = request.app.state.cookie.header("")
    return answer


async def _missing(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return say(request, status, "Her er det ingenting", ["Siden finnes ikke, eller det den viste er slettet."])


async def _forbidden(request: Request, _: Exception) -> Response:
    return say(
        request, 403, "Dette har du ikke tilgang til", ["Nøkkelen du er logget inn med, er ikke gitt rett til det."]
    )


async def _away(request: Request, error: Exception) -> Response:
    assert isinstance(error, Away)  # for the type checker
    who = SERVICES.get(error.service, "En tjeneste")
    texts = [f"{who} svarer ikke akkurat nå."]
    if request.method not in LOOKS:
        texts.append("Det du skrev er kanskje ikke lagret. Å sende det en gang til gjør ingenting dobbelt.")
        return render(
            request,
            "frame/again.html",
            status=503,
            heading="Prøv igjen om litt",
            texts=texts,
            to=request.url.path,
            typed=await typed(request),
            back=came_from(request),
        )
    return say(request, 503, "Prøv igjen om litt", texts, link=came_from(request))


async def _refused(request: Request, error: Exception) -> Response:
    """Where a page has no form to show it in. What is no address of anything is refused too, and is only looked for.

    What is there and cannot be given, such as a file that was changed, says why.
    """
    assert isinstance(error, Refused)  # for the type checker
    form = refused("", {}, error)
    if request.method in LOOKS:
        if error.status != HTTPStatus.CONFLICT:
            return await _missing(request, error)
        return say(request, error.status, "Dette kan ikke vises", form.wrong, link=came_from(request))
    return say(request, error.status, "Dette ble ikke lagret", form.wrong, link=came_from(request))


async def _no_form(request: Request, error: Exception) -> Response:
    if isinstance(error, TooLong):
        texts = ["Det du skrev, er for langt. Gå tilbake i nettleseren, så står det der, og kort det ned."]
        return say(request, 413, "Dette ble ikke lagret", texts, link=came_from(request))
    return say(
        request, 422, "Dette ble ikke lagret", ["Det som kom, var ikke et skjema herfra."], link=came_from(request)
    )


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", path=request.url.path, exc_info=error)
    answer = say(request, 500, "Noe gikk galt her", ["De som driver systemet, finner grunnen i loggen."])
    answer.headers.update(CARRIED)  # nothing passes the door after this
    return answer
