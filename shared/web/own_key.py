"""Whose key the caller's is: what a page asks where people log in with their own API key."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from shared.web.api import Reader, View
from shared.web.keys import Role


class KeyView(View):
    """A key, without its secret, which is kept nowhere."""

    name: str = Field(description="under which its holder's changes are kept")
    role: Role = Field(description="each may do all that the one before it may: reader, administrator, operator")
    expires_at: datetime | None = Field(description="in real time, after which it opens nothing; null: until revoked")


async def show_own_key(key: Reader) -> KeyView:
    """Show whose key the caller's is."""
    return KeyView.model_validate(key)
