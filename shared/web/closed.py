"""Turns away who has no key, and bodies that are too big, before anything of a request is read."""

from __future__ import annotations

import base64
import binascii

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.keys import Keys
from shared.web.problems import problem

OPEN = ("/health/live", "/health/ready")
FOR_BROWSERS = ("/openapi.json", "/docs")  # a browser asks for the key, as the password of HTTP Basic
LARGEST = 1_000_000  # bytes of a body


class ClosedByDefault:
    """Asks for a valid key before any route does, so that a route that forgets to ask is closed too.

    Which role the key needs is for the route to say. The paths in OPEN need no key, at the root and under the service's own
    `prefix`.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, prefix: str) -> None:
        self._app = app
        self._keys = keys
        self._open = {root + path for root in ("", prefix) for path in OPEN}
        self._for_browsers = tuple(root + path for root in ("", prefix) for path in FOR_BROWSERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers, path = Headers(scope=scope), scope["path"]
            if path not in self._open:
                secret = given_secret(headers.get("authorization", ""))
                if secret is None or self._keys.find(secret) is None:
                    scheme = "Basic" if path.startswith(self._for_browsers) else "Bearer"
                    await no_key(scheme)(scope, receive, send)
                    return
            receive = _at_most(LARGEST, receive)
        await self._app(scope, receive, send)


def no_key(scheme: str) -> ASGIApp:
    challenge = {"WWW-Authenticate": f'{scheme} realm="kulturskole"'}
    return problem(401, "a valid API key is needed", headers=challenge)


def given_secret(authorization: str) -> str | None:
    """What stands in an Authorization header: a bearer's token, or the password of HTTP Basic under any name."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[2] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def _at_most(bytes_: int, receive: Receive) -> Receive:
    """Reads a body in pieces. Raises HTTPException 413 at the piece with which it is too big."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > bytes_:
            raise HTTPException(413, f"a body has at most {bytes_} bytes")
        return message

    return counted
