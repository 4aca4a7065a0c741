"""The settings of the pages, from environment variables that begin with KULTURSKOLE_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.settings import PublicUrl, WebSettings, secret_in


class Settings(WebSettings):
    """Of the pages' own process."""

    # The one address that links, the check of a form's origin and the cookie go by.
    public_url: PublicUrl
    session_secret_file: Path  # at least 32 characters; who has them can make a session
    # Where the services' paths begin, as https://kulturskole.example, or http://{service}:8000 where each has its own address.
    api_url: Annotated[str, AfterValidator(lambda it: it.rstrip("/"))] = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
    wrong_keys_a_minute: Annotated[int, Field(ge=1, le=100_000)] = 10  # from one address; then 429

    def session_secret(self) -> str:
        """Raises ValueError where the file holds too little."""
        return secret_in(self.session_secret_file, of="sessions")
