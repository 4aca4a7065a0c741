"""Notifications' own settings, beside those of every service: the SMTP server, and who sends the mails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import NoDecode

from shared.addresses import Address, HostName
from shared.settings import APART, NONE_IF_EMPTY, CaFile, ServiceSettings

TLS_PORT = 465  # RFC 8314


class Settings(ServiceSettings):
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_starttls: bool = True  # refuses to send without it; off only for a sink on this machine
    # From the first byte, and then no STARTTLS; unless it is said, on port 465 alone.
    smtp_tls: Annotated[bool | None, NONE_IF_EMPTY] = None
    # Who signed the mail server's certificate, in PEM, where that is nobody whom the machine trusts. Then no other will do.
    smtp_ca_file: Annotated[CaFile | None, NONE_IF_EMPTY] = None
    smtp_ehlo: Annotated[HostName | None, NONE_IF_EMPTY] = None  # what we call ourselves; else as the sender's domain
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: Path | None = None
    smtp_timeout: float = 30.0  # seconds for one mail; a little later, that of a process that died is tried again
    smtp_connections: int = 6  # at once
    # Where a mail server that delivers nowhere keeps what it takes: what says who was erased is removed there too.
    trial_mails: Annotated[Path | None, NONE_IF_EMPTY] = None
    mail_sender: Address = "kulturskole@kulturskoleradet.example"
    # The sender's name, and who invites.
    mail_organiser: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$")] = "Norsk kulturskoleråd"
    # Days: to what is further off, nobody is invited before the agreement is sent.
    invite_days_ahead: Annotated[int, Field(ge=0, le=3650)] = 60
    # Days before a session's first day on which people are reminded of it, with commas between them; empty: never.
    remind_days_before: Annotated[
        tuple[Annotated[int, Field(ge=1, le=365)], ...], Field(max_length=5), NoDecode, APART
    ] = (
        14,
        2,
    )

    def smtp_is_tls(self) -> bool:
        return self.smtp_port == TLS_PORT if self.smtp_tls is None else self.smtp_tls

    def smtp_name(self) -> str:
        """What we call ourselves: a full name, since servers refuse a bare one (RFC 5321, 4.1.4), as a container's is."""
        return self.smtp_ehlo or self.mail_sender.partition("@")[2]

    def smtp_secret(self) -> str | None:
        if self.smtp_password_file is not None:
            return self.smtp_password_file.read_text().strip()
        return self.smtp_password.get_secret_value() if self.smtp_password else None
