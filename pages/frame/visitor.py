"""Who looks at a page, and what a page is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pages.frame import words
from pages.frame.api import Api
from pages.frame.forms import Form, typed
from pages.frame.session import Session
from pages.frame.templates import TEMPLATES
from shared.web.gateways import Gateways
from shared.web.keys import Role

DONE = "gjort"  # in the address after a change, and in a cookie: which one, for the line that says so once
SAID_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Visitor:
    """`api` is called with the visitor's own key, so that a change bears that person's name."""

    request: Request
    session: Session
    api: Api

    def may(self, role: Role) -> bool:
        return self.session.may(role)

    async def typed(self) -> dict[str, str]:
        """The fields of the form that was sent. Raises NotAForm."""
        return await typed(self.request)

    def page(self, template: str, *, form: Form | None = None, status: int | None = None, **shown: Any) -> HTMLResponse:
        """A page. `form` is the one that was refused, which keeps what was typed; the page then has the refusal's status."""
        return render(
            self.request, template, status=status or (form.status if form else 200), refused_form=form, **shown
        )

    async def file(self, path: str, **parameters: str) -> Response:
        """A file of an API as it is there. Where that refuses it, the page says why in its words."""
        content, said = await self.api.file(path, **parameters)
        return Response(content, headers=dict(said))


async def visitor(request: Request) -> Visitor:
    session: Session = request.state.session  # the door lets nobody in without
    return Visitor(request, session, await api_with(request, session.key))


VisitorOf = Annotated[Visitor, Depends(visitor)]


async def api_with(request: Request, key: str) -> Api:
    http: httpx.AsyncClient = request.app.state.http
    return Api(http, request.app.state.api_url, key, await caller(request))


async def caller(request: Request) -> str:
    """The address that a request comes from."""
    gateways: Gateways = request.app.state.gateways
    return await gateways.caller(request.scope)


def render(
    request: Request, template: str, *, status: int = 200, refused_form: Form | None = None, **shown: Any
) -> HTMLResponse:
    def form(name: str) -> Form:
        return refused_form if refused_form is not None and refused_form.name == name else Form(name)

    was_done = request.query_params.get(DONE, "")
    is_new = was_done != "" and request.cookies.get(DONE) == was_done
    content: Mapping[str, Any] = {
        "session": request.state.session,
        "path": request.url.path,
        "said": words.DONE.get(was_done, "") if is_new else "",
        "form": form,
        "refused": refused_form if refused_form and (refused_form.wrong or refused_form.faults) else None,
        "programme": None,
        **shown,
    }
    answer = HTMLResponse(TEMPLATES.get_template(template).render(content), status)
    if is_new:
        answer.headers.append("Set-Cookie", said_once("", 0))
    return answer


def unnamed(code: str) -> dict[str, str]:
    """What stands for a programme while registration, which knows its name, is away."""
    return {"code": code, "name": code}


def done(path: str, what: str, **parameters: str) -> RedirectResponse:
    """To a page after a change, which says there what was done; so a reload changes nothing anew.

    It is said once: who comes back to the page later, or by the back button, has no such cookie any more.
    """
    answer = RedirectResponse(f"{path}?{urlencode({DONE: what, **parameters})}", 303)
    answer.headers.append("Set-Cookie", said_once(what, SAID_WITHIN))
    return answer


def said_once(what: str, seconds: int) -> str:
    return f"{DONE}={what}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
