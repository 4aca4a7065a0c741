"""The pages beside the APIs, and what a request meets on its way to them."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy import front
from deploy.gateway import Gateway
from deploy.state import State
from shared.contracts.catalogue import PUBLISHERS
from shared.messaging import condition
from shared.web import keys
from shared.web.refusals import Refusals

EVIL = '<p onclick="x()">Hei</p><script>alert("x")</script>'


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path)
    state.mails.mkdir()
    message = EmailMessage()
    message["To"] = "Kari <kari@orsta.example>"
    message["Subject"] = "<b>Invitasjon</b>"
    message.set_content("Ren <i>tekst</i>")
    message.add_alternative(EVIL, subtype="html")
    (state.mails / "00000001.eml").write_bytes(message.as_bytes())
    return state


def browser(state: State, secret: str | None = None) -> httpx.AsyncClient:
    starting = dict.fromkeys(PUBLISHERS)  # every service is starting again
    pages = front.create(state, starting, refusals=Refusals(a_minute=20), nats_port=4222, nats_is_up=lambda: True)
    transport = httpx.ASGITransport(app=Gateway(starting, pages))
    auth = ("x", secret) if secret else None
    return httpx.AsyncClient(transport=transport, base_url="http://here", auth=auth, headers={"accept": "text/html"})


async def test_nothing_in_a_mail_runs_in_the_page(state: State) -> None:
    secret = keys.create(state.keys, name="k", role="administrator")
    async with browser(state, secret) as client:
        page = (await client.get("/mails/00000001")).text
        assert "<script" not in page
        assert "onclick=" not in page.replace("onclick=&#34;", "")
        assert '<iframe sandbox="" srcdoc="&lt;p onclick' in page
        assert "<h1>&lt;b&gt;Invitasjon" in page
        assert "Ren &lt;i&gt;tekst" in page
        assert "&lt;b&gt;Invitasjon" in (await client.get("/mails")).text


async def test_mails_are_personal_data_and_not_for_readers(state: State) -> None:
    async with browser(state, keys.create(state.keys, name="k", role="reader")) as client:
        for path in ("/mails", "/mails/00000001"):
            assert (await client.get(path)).status_code == 403
    async with browser(state) as client:
        refused = await client.get("/mails")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")


async def test_a_service_that_is_starting_says_so(state: State) -> None:
    async with browser(state) as client:
        page = (await client.get("/start")).text
        assert page.count("mangler tjenesten") == len(PUBLISHERS)
        answer = await client.get("/billing/health/ready")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health/live")).json() == {"live": True}


async def test_what_is_not_there_is_a_problem_and_no_page(state: State) -> None:
    async with browser(state, keys.create(state.keys, name="k", role="reader")) as client:
        for path in ("/nothing", "/docs", "/openapi.json", "/../passwords.json", "/billingx/docs"):
            answer = await client.get(path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


def test_the_front_page_has_a_word_for_whatever_a_service_may_lack() -> None:
    """A part without one made the page, and health beside it, a 500 for everybody."""
    named = {value for name, value in vars(condition).items() if name.isupper() and isinstance(value, str)}
    assert front.PARTS.keys() == named | {"access_point", "mail"}
