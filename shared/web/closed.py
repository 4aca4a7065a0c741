"""Turns away who has no key, and bodies that are too big, before anything of a request is read."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.messaging.changes import asked_by
from shared.web.changed import asked
from shared.web.declined import Declined
from shared.web.gateways import Gateways
from shared.web.keys import Key, Keys
from shared.web.problems import problem
from shared.web.refusals import Refusals, kept_out

OPEN = ("/health/live", "/health/ready")
FOR_BROWSERS = re.compile(r"(/[a-z]+)?/(openapi\.json|docs(/.*)?)")  # what a page fetches does not say that it is one's
LOOKS = ("GET", "HEAD")
LARGEST = 1_000_000  # bytes of a body


class ClosedByDefault:
    """Asks for a valid key before any route does, so that a route that forgets to ask is closed too.

    The key is `state.key` of the request; which role it needs is for the route to say. What looks at something may give it as
    the password of HTTP Basic, as browsers do. They send that along by themselves, whoever's page asks them to: so what
    changes something takes a bearer's token alone. The paths in `open_` need no key; those that
    `shows` fits need none to be looked at.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Keys,
        refusals: Refusals,
        gateways: Gateways,
        open_: Collection[str],
        shows: re.Pattern[str] | None = None,
    ) -> None:
        self._app = app
        self._keys = keys
        self._refusals = refusals
        self._gateways = gateways
        self._open = open_
        self._shows = shows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            key = self._key(scope)
            if key is None and not self._is_open(scope):
                await (await self._turned_away(scope))(scope, receive, send)
                return
            if says_length_twice(scope):
                msg = "a request says its length once: by Content-Length or by Transfer-Encoding"
                await problem(400, msg, code="length_is_said_twice")(scope, receive, send)
                return
            scope.setdefault("state", {})["key"] = key
            receive = _at_most(LARGEST, receive)
            if key is not None and scope["method"] not in LOOKS:
                with asked_by(key.name, lambda: asked(scope)):
                    await self._app(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        path = scope["path"]
        is_shown = self._shows is not None and scope["method"] in LOOKS and bool(self._shows.fullmatch(path))
        return is_shown or path in self._open

    def _key(self, scope: Scope) -> Key | None:
        secret = given_secret(Headers(scope=scope).get("authorization", ""), looks=scope["method"] in LOOKS)
        return self._keys.find(secret) if secret else None

    async def _turned_away(self, scope: Scope) -> ASGIApp:
        seconds = self._refusals.refuse(await self._gateways.caller(scope))
        if seconds:
            return kept_out(seconds)
        return no_key("Basic" if _is_browser(scope) else "Bearer", looks=scope["method"] in LOOKS)


def _is_browser(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept", "")
    return scope["method"] in LOOKS and ("text/html" in accepted or bool(FOR_BROWSERS.fullmatch(scope["path"])))


def says_length_twice(scope: Scope) -> bool:
    """A gateway that goes by the other length would take a part of one request for the next one."""
    headers = Headers(scope=scope)
    return "content-length" in headers and "transfer-encoding" in headers


def no_key(scheme: str, *, looks: bool) -> ASGIApp:
    where = "as Authorization: Bearer …"
    msg = f"a valid API key is needed, {where}, or as the password of HTTP Basic"
    if not looks:
        msg = f"what changes something needs a valid API key {where}; HTTP Basic is for looking alone"
    challenge = {"WWW-Authenticate": f'{scheme} realm="kulturskole"'}
    return problem(401, msg, code="key_is_needed", headers=challenge)


def given_secret(authorization: str, *, looks: bool) -> str | None:
    """What stands in an Authorization header: a bearer's token, or for who `looks` the password of HTTP Basic under any name."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    if scheme.lower() == "basic" and looks:
        try:
            return base64.b64decode(credentials).decode().partition(":")[2] or None
        except ValueError:  # it is no base64, or not even ASCII, or what it holds is no UTF-8
            return None
    return None


def _at_most(bytes_: int, receive: Receive) -> Receive:
    """Reads a body in pieces. Raises Declined (413) at the piece with which it is too big."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > bytes_:
            raise Declined(413, f"a body has at most {bytes_} bytes", code="body_is_too_big")
        return message

    return counted
