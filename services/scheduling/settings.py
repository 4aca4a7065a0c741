"""What scheduling is told by its environment."""

from __future__ import annotations

from pathlib import Path

from shared.settings import ServiceSettings, secret_in


class Settings(ServiceSettings):
    # At least 32 characters, that these addresses are made with: another file renews all of them. Without it there are none.
    feeds_secret_file: Path | None = None

    def feeds_secret(self) -> str | None:
        """Raises ValueError where the file holds too little."""
        return secret_in(self.feeds_secret_file, of="calendar feeds") if self.feeds_secret_file else None
