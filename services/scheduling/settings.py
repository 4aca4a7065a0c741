"""What scheduling is told by its environment."""

from __future__ import annotations

from pathlib import Path

from shared.settings import PublicUrl, ServiceSettings, secret_in


class Settings(ServiceSettings):
    public_url: PublicUrl = "http://127.0.0.1:8000"  # with which the addresses of calendar feeds begin
    # At least 32 characters, that these addresses are made with: another file renews all of them. Without it there are none.
    feeds_secret_file: Path | None = None

    def feeds_secret(self) -> str | None:
        """Raises ValueError where the file holds too little."""
        return secret_in(self.feeds_secret_file, of="calendar feeds") if self.feeds_secret_file else None
