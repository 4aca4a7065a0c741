"""What a request meets before any page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from pages.frame.door import Door, page_of_ours
from pages.frame.session import UNUSED_FOR, Seal, Session, cookie_for

URL = "https://kulturskole.example"
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
SEAL = Seal("a secret")
COOKIE = cookie_for(URL)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """Says who is logged in."""
    session = Request(scope).state.session
    await PlainTextResponse(session.name if session else "nobody")(scope, receive, send)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever comes to the door, with a session that was used just now."""
    door = Door(
        inside,
        public_url=URL,
        seal=SEAL,
        cookie=COOKIE,
        now=clock,
        turned_away=PlainTextResponse("turned away", 403),
        kept=PlainTextResponse("kept", 401),
    )
    transport = httpx.ASGITransport(app=door)
    async with httpx.AsyncClient(base_url=URL, transport=transport) as it:
        it.headers["Cookie"] = f"other=1; {COOKIE.name}={sealed()}"
        yield it


def sealed(*, by: Seal = SEAL) -> str:
    return by.seal(Session(key="ks_1", name="Kari", role="reader", used_at=int(NOW.timestamp())))


async def test_who_is_logged_in_comes_in_and_every_answer_is_kept_by_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/program")
    assert answer.text == "Kari"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "script" not in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


async def test_a_cookie_under_another_name_or_seal_is_nobodys(client: httpx.AsyncClient) -> None:
    for cookie in (f"session={sealed()}", f"{COOKIE.name}={sealed(by=Seal('stolen'))}", "=;;=", ""):
        answer = await client.get("/program?a=b&c=å", headers={"Cookie": cookie})
        assert answer.status_code == 303, cookie
        assert answer.headers["location"] == "/logg-inn?til=%2Fprogram%3Fa%3Db%26c%3D%25C3%25A5"


@pytest.mark.parametrize("path", ["/logg-inn", "/stil.css", "/favicon.ico", "/health/live", "/health/ready"])
async def test_what_must_be_open_is_open_and_nothing_that_ends_alike(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"Cookie": ""})).text == "nobody"
    for other in (f"/program{path}", f"{path}/", f"{path}x"):
        assert (await client.get(other, headers={"Cookie": ""})).status_code == 303


async def test_a_session_is_sealed_anew_once_it_is_a_minute_old(client: httpx.AsyncClient, clock: Clock) -> None:
    clock.now = NOW + timedelta(seconds=59)
    assert "set-cookie" not in (await client.get("/")).headers
    clock.now = NOW + timedelta(hours=7)
    answer = await client.get("/")
    name, _, value = answer.headers["set-cookie"].partition("; ")[0].partition("=")
    assert name == "__Host-session"
    later = NOW + timedelta(hours=7, seconds=UNUSED_FOR)
    renewed = SEAL.open(value, later)
    assert renewed is not None
    assert (renewed.name, renewed.key) == ("Kari", "ks_1")
    clock.now = later
    client.headers["Cookie"] = f"{name}={value}"
    assert (await client.get("/")).text == "Kari"


async def test_after_eight_hours_a_page_asks_for_the_key_and_a_form_is_kept(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = NOW + timedelta(seconds=UNUSED_FOR + 1)
    assert (await client.get("/drift")).headers["location"] == "/logg-inn?til=%2Fdrift"
    assert (await client.post("/drift", headers={"Origin": URL})).text == "kept"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_changes_something_comes_from_our_own_pages(client: httpx.AsyncClient, method: str) -> None:
    ours = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}
    assert (await client.request(method, "/program", headers=ours)).text == "Kari"
    assert (await client.request(method, "/program", headers={"Origin": URL})).text == "Kari"  # browsers of before 2023
    for forged in (
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://kulturskole.example"},
        {"Origin": f"{URL}:8443"},
        {"Origin": f"{URL}.evil.example"},
        ours | {"Sec-Fetch-Site": "same-site"},
        ours | {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = await client.request(method, "/program", headers=forged)
        assert (answer.status_code, answer.text) == (403, "turned away"), forged


async def test_nobody_is_logged_in_or_out_by_another_site(client: httpx.AsyncClient) -> None:
    for path in ("/logg-inn", "/logg-ut"):
        assert (await client.post(path, headers={"Origin": "https://evil.example"})).status_code == 403


@pytest.mark.parametrize("path", ["/", "/program/x?a=b", "/samling/1#her"])
def test_after_logging_in_one_comes_back(path: str) -> None:
    assert page_of_ours(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "///evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/a\\b"),
        *("", "evil", "javascript:alert(1)", "/a\nb", "/\t/evil.example", "/logg-inn", "/logg-ut?a"),
    ],
)
def test_and_to_no_other_site_whatever_the_address_says(path: str) -> None:
    assert page_of_ours(path) == "/"
