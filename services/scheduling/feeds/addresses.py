"""Addresses of feeds: derived from a secret and the feed's number, and neither stored nor logged anywhere (S6)."""

from __future__ import annotations

import base64
import hmac
import re
from typing import Any

from services.scheduling.feeds.domain.feed import Feed, feed_of, no_such_feed
from shared.errors import Conflict

PREFIX = "/scheduling/feeds/"
OPEN = re.compile(rf"{PREFIX}.+\.ics")  # what answers without a key, to whoever looks
SAID = re.compile(r"([a-z]+)/([a-z0-9.-]{1,60})/([1-9][0-9]{0,8})/([A-Za-z0-9_-]{43})")


class Addresses:
    """Those of one installation. Who has its secret can make any of them; another secret renews them all."""

    def __init__(self, public_url: str, secret: str | None) -> None:
        """`public_url` is where people reach it. Without a secret there are no feeds."""
        self._public_url = public_url
        self._secret = secret.encode() if secret else None

    @property
    def are_there(self) -> bool:
        return self._secret is not None

    def of(self, feed: Feed) -> str:
        """Raises Conflict where there are no feeds."""
        if self._secret is None:
            msg = "there is no secret that addresses of calendars are made with (KULTURSKOLE_FEEDS_SECRET_FILE)"
            raise Conflict(msg, code="feeds_are_off", rule="S6")
        return f"{self._public_url}{PREFIX}{feed.kind}/{feed.of}/{feed.number}/{_token(self._secret, feed)}.ics"

    def feed_at(self, rest: str) -> Feed:
        """The feed that has or had this address, of which `rest` is what stands between the prefix and `.ics`. Raises NotFound."""
        said = SAID.fullmatch(rest)
        if said is None or self._secret is None:
            raise no_such_feed()
        kind, of, number, token = said.groups()
        feed = feed_of(kind, of, int(number))
        if not hmac.compare_digest(_token(self._secret, feed), token):
            raise no_such_feed()
        return feed


def _token(secret: bytes, feed: Feed) -> str:
    said = f"{feed.kind}/{feed.of}/{feed.number}".encode()
    return base64.urlsafe_b64encode(hmac.digest(secret, said, "sha256")).decode().rstrip("=")


def addresses_of(app: Any) -> Addresses:
    """Those of the application that answers a request."""
    found: Addresses = app.state.addresses
    return found
