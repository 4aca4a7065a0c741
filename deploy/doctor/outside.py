"""What a service reaches outside: the mail server, as a mail would, and the access point."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException

from deploy.doctor.certificates import of_authority, of_server
from deploy.doctor.finding import Finding, fine, unknown, wrong
from services.billing.settings import Settings as OfBilling
from services.notifications.sending.mailer import said
from services.notifications.settings import Settings as OfNotifications

TIME_OUT = 15.0  # seconds


async def mail(settings: OfNotifications) -> AsyncIterator[Finding]:
    """Connects, says EHLO, encrypts and logs in as settings say; sends nothing."""
    of, where = "notifications", f"{settings.smtp_host}:{settings.smtp_port}"
    if settings.smtp_ca_file:
        yield of_authority("KULTURSKOLE_SMTP_CA_FILE", of, settings.smtp_ca_file)
    try:
        password = settings.smtp_secret()
    except OSError:
        yield unknown("mail", of, "the file of its password cannot be read")
        return
    client = SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_is_tls(),
        start_tls=settings.smtp_starttls and not settings.smtp_is_tls(),
        tls_context=ssl.create_default_context(cafile=settings.smtp_ca_file),
        username=settings.smtp_user,
        password=password,
        local_hostname=settings.smtp_name(),
        timeout=TIME_OUT,
    )
    try:
        async with asyncio.timeout(TIME_OUT):
            await client.connect()
            await client.ehlo()
            connection = client.get_transport_info("ssl_object")
        encrypted = "encrypted" if connection else "unencrypted"
        yield fine("mail", of, f"{where} takes us, {encrypted}{', logged in' if settings.smtp_user else ''}")
        for it in of_server(connection.getpeercert() if connection else None, of, where):
            yield it
    except TimeoutError:
        yield wrong("mail", of, f"{where} does not answer within {TIME_OUT:.0f} s", _DO)
    except (SMTPException, OSError) as error:
        yield wrong("mail", of, f"{where}: {said(f'{type(error).__name__}: {error}')}", _DO)
    finally:
        with suppress(Exception):
            async with asyncio.timeout(2):
                await client.quit()
        client.close()


_DO = "mails wait meanwhile, and none is lost: see KULTURSKOLE_SMTP_… , or ask who runs the mail server"


async def access_point(settings: OfBilling) -> Finding:
    """Whether it answers at all: nothing is submitted."""
    of, do = "billing", "documents wait meanwhile: see KULTURSKOLE_ACCESS_POINT…, or ask who provides it"
    if settings.access_point == "none":
        return fine("access point", of, "there is none: what is to go as EHF goes by mail, or not at all")
    if settings.access_point_folder is not None and settings.access_point == "folder":
        return _folder(settings.access_point_folder, of, do)
    url = settings.access_point_url or ""
    try:
        async with httpx.AsyncClient(timeout=TIME_OUT, trust_env=False) as http:
            status = (await http.get(url)).status_code
    except (httpx.HTTPError, OSError) as error:
        return wrong("access point", of, f"{url} does not answer: {type(error).__name__}", do)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return wrong("access point", of, f"{url} answers {status}", do)
    return fine("access point", of, f"{url} answers")


def _folder(folder: Path, of: str, do: str) -> Finding:
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return fine("access point", of, f"{folder} can be written to")
    return wrong("access point", of, f"{folder} cannot be written to", do)
