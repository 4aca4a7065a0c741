"""What a request meets before any page: where a form comes from, who is logged in, what every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.frame.session import RENEWED_AFTER, Cookie, Seal, Session

LOG_IN, LOG_OUT, STYLE = "/logg-inn", "/logg-ut", "/stil.css"
OPEN = (LOG_IN, LOG_OUT, STYLE, "/favicon.ico", "/health/live", "/health/ready")
LOOKS = ("GET", "HEAD")
CARRIED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    # With `no-referrer` Chromium says that a form of our own comes from `null`.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class Door:
    """`turned_away` answers a form that comes from elsewhere, `kept` one that is posted after the session ended.

    `open_` are the whole paths that nobody has to log in for.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str,
        seal: Seal,
        cookie: Cookie,
        now: Callable[[], datetime],
        turned_away: ASGIApp,
        kept: ASGIApp,
        open_: Collection[str] = OPEN,
    ) -> None:
        self._app = app
        self._origin = public_url
        self._seal = seal
        self._cookie = cookie
        self._now = now
        self._open = open_
        self._turned_away = turned_away
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # the server leaves the body out
            scope = {**scope, "method": "GET"}
        now = self._now()
        session = self._session(scope, now)
        scope.setdefault("state", {})["session"] = session
        renewed = session and session.used(now)
        is_old = session is not None and int(now.timestamp()) - session.used_at >= RENEWED_AFTER

        async def carried(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in CARRIED.items():
                    headers.setdefault(name, value)
                sets = any(it.startswith(f"{self._cookie.name}=") for it in headers.getlist("set-cookie"))
                if renewed and is_old and not sets:
                    headers.append("Set-Cookie", self._cookie.header(self._seal.seal(renewed)))
            await send(message)

        await self._inside(scope, session)(scope, receive, carried)

    def _inside(self, scope: Scope, session: Session | None) -> ASGIApp:
        looks = scope["method"] in LOOKS
        if not looks and not self._is_ours(Headers(scope=scope)):
            return self._turned_away
        if session is None and scope["path"] not in self._open:
            return RedirectResponse(log_in_from(scope), 303) if looks else self._kept
        return self._app

    def _is_ours(self, headers: Headers) -> bool:
        """Whether a form was sent from one of our pages. Every browser says where from with what changes something."""
        return headers.get("origin") == self._origin and headers.get("sec-fetch-site", "same-origin") == "same-origin"

    def _session(self, scope: Scope, now: datetime) -> Session | None:
        for value in Headers(scope=scope).getlist("cookie"):
            found = cookie_parser(value).get(self._cookie.name)
            if found is not None:
                return self._seal.open(found, now)
        return None


def log_in_from(scope: Any) -> str:
    """Where to log in so that one comes back to the page that was asked for."""
    query = scope.get("query_string", b"").decode("latin-1")
    path = scope["path"] + (f"?{query}" if query else "")
    return LOG_IN if path == "/" else f"{LOG_IN}?til={quote(path, safe='')}"


def page_of_ours(path: str) -> str:
    """A path to go to after logging in; the front page for what would lead to another site."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path and path.partition("?")[0] not in (LOG_IN, LOG_OUT) else "/"
