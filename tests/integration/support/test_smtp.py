"""The mail server that tests send to misbehaves as it is told."""

from __future__ import annotations

from email.message import EmailMessage

import aiosmtplib
import pytest

from tests.support.smtp import MailServer
from tests.support.waiting import PATIENCE


def a_mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kulturskole@example", to, "Avtalen er underskriven"
    message.set_content("Hei på dykk!\n")
    return message


async def send(smtp: MailServer, to: str) -> None:
    await aiosmtplib.send(a_mail(to), hostname=smtp.host, port=smtp.port, timeout=PATIENCE)


async def test_it_keeps_what_it_is_given(smtp: MailServer) -> None:
    await send(smtp, "ada@stjordal.example")
    [message] = smtp.to("ada@stjordal.example")
    assert message["Subject"] == "Avtalen er underskriven"
    assert message.get_content().splitlines() == ["Hei på dykk!"]


@pytest.mark.parametrize("code", [451, 550])
async def test_it_refuses_an_address(smtp: MailServer, code: int) -> None:
    smtp.answer("ada@stjordal.example", f"{code} no")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(smtp, "ada@stjordal.example")
    assert refused.value.recipients[0].code == code
    assert not smtp.deliveries
    smtp.answer("ada@stjordal.example", "250 ok")
    await send(smtp, "ada@stjordal.example")
    assert len(smtp.deliveries) == 1


async def test_it_ends_the_connection_before_it_confirms(smtp: MailServer) -> None:
    smtp.drop_before_confirming()
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(smtp, "ada@stjordal.example")
    assert len(smtp.to("ada@stjordal.example")) == 1


async def test_it_refuses_connections_and_takes_them_again(smtp: MailServer) -> None:
    await smtp.stop()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(smtp, "ada@stjordal.example")
    await smtp.start()
    await send(smtp, "ada@stjordal.example")
    assert len(smtp.deliveries) == 1
