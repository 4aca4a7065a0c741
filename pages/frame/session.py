"""Who is logged in: a person's own API key, sealed in a cookie, so that the pages keep nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.web.keys import ROLES, Role

UNUSED_FOR = 8 * 3600  # seconds; then the key is asked for again
RENEWED_AFTER = 60  # seconds; until then a page does not seal the session anew
SEALED = {"alg": "dir", "enc": "A256GCM"}
FAR_AHEAD = 60  # seconds that the clock of another replica may be ahead


@dataclass(frozen=True, kw_only=True)
class Session:
    key: str  # the secret of the person's API key
    name: str  # the key's
    role: Role
    used_at: int  # seconds since 1970, UTC

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)

    def used(self, now: datetime) -> Session:
        return replace(self, used_at=int(now.timestamp()))


class Seal:
    """Any process that has the same secret opens what another sealed."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(sha256(secret.encode()).digest())

    def seal(self, session: Session) -> str:
        return jwe.encrypt_compact(SEALED, json.dumps(asdict(session)), self._key)

    def open(self, sealed: str, now: datetime) -> Session | None:
        """None for what was not sealed here, or was last used more than eight hours ago."""
        try:
            found: Any = json.loads(jwe.decrypt_compact(sealed, self._key).plaintext or b"")
            session = Session(**found)
        except (JoseError, ValueError, TypeError):
            return None
        age = int(now.timestamp()) - session.used_at
        return session if -FAR_AHEAD <= age <= UNUSED_FOR else None


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """How the session is kept by a browser. Over https its name has it sent to this host alone, and never unencrypted."""

    name: str
    secure: bool

    def header(self, value: str) -> str:
        """Of `Set-Cookie`; an empty value removes it."""
        parts = [f"{self.name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if not value:
            parts.append("Max-Age=0")
        if self.secure:
            parts.append("Secure")
        return "; ".join(parts)


def cookie_for(public_url: str) -> Cookie:
    """Chromium drops `__Host-` without Secure, and Secure over http."""
    secure = public_url.startswith("https:")
    return Cookie(name="__Host-session" if secure else "session", secure=secure)
