"""Notifications' own settings, beside those of every service: the SMTP server, and who sends the mails."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_starttls: bool = True  # refuses to send without it; off only for a sink on this machine
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: Path | None = None
    smtp_timeout: float = 30.0  # seconds for one mail; a little later, that of a process that died is tried again
    smtp_connections: int = 6  # at once
    mail_sender: str = "kulturskole@kulturskoleradet.example"
    mail_organiser: str = "Norsk kulturskoleråd"  # the sender's name, and who invites

    def smtp_secret(self) -> str | None:
        if self.smtp_password_file is not None:
            return self.smtp_password_file.read_text().strip()
        return self.smtp_password.get_secret_value() if self.smtp_password else None
