"""What a service makes of who has no key, byte by byte as it comes over the network."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deploy.parts import PARTS, Part
from services.registration.app import create
from services.registration.settings import Settings
from shared.database import Database
from shared.service import Service
from shared.web import keys, problems
from shared.web.openapi import document, operations
from tests.support.databases import MakeDatabase
from tests.support.served import logged, said, served

LONGEST_LINE = 6_000  # characters of a log's
ENOUGH = settings(max_examples=150, deadline=None, database=None, derandomize=True)
CLOSE = b"Host: here\r\nConnection: close\r\n"


@pytest.fixture
async def database(sqlite_database: MakeDatabase) -> Database:
    return await sqlite_database("registration")


@asynccontextmanager
async def service(database: Database, folder: Path, **given: Any) -> AsyncIterator[Service]:
    url = database.url.render_as_string(hide_password=False)
    it = create(Settings(database_url=url, keys_file=folder / "keys.json", **given))
    try:
        yield it
    finally:
        await it.database.close()


@pytest.fixture
async def port(database: Database, tmp_path: Path) -> AsyncIterator[int]:
    """Of a server that waits for a tenth of a second, so that what is half sent ends soon."""
    async with service(database, tmp_path, refusals_a_minute=100_000) as it, served(it.api, whole_within=0.1) as port:
        yield port


@pytest.fixture
def log() -> Iterator[StringIO]:
    with logged() as found:
        yield found


def check_is_cheap(log: StringIO, answer: bytes) -> None:
    """Nothing broke, and at most one bounded line tells of it."""
    assert not answer or answer.startswith(b"HTTP/1.1 "), answer
    assert answer[9:10] in (b"", b"2", b"4"), answer
    lines = log.getvalue().splitlines()
    log.seek(0)
    log.truncate()
    assert len(lines) <= 1, lines
    assert all(len(line) < LONGEST_LINE for line in lines)
    assert not any("Traceback" in line for line in lines)


NAMES = st.sampled_from(
    [
        b"Authorization",
        b"Content-Length",
        b"Transfer-Encoding",
        b"Content-Type",
        b"Upgrade",
        b"Expect",
        b"Cookie",
        b"Accept",
        b"X-Forwarded-For",
    ]
) | st.from_regex(rb"\A[A-Za-z-]{1,20}\Z")
VALUES = st.binary(max_size=60) | st.builds(
    lambda scheme, rest: scheme + b" " + rest,
    st.sampled_from([b"Basic", b"bearer", b"BASIC", b"Digest"]),
    st.binary(max_size=40) | st.binary(max_size=40).map(base64.b64encode),
)
LINES = st.lists(st.tuples(NAMES, VALUES).map(b": ".join), max_size=4).map(b"\r\n".join)
PATHS = st.sampled_from([b"/registration/parties", b"/registration/health/ready", b"/docs", b"/", b"/%00", b"*"])
METHODS = st.sampled_from([b"GET", b"POST", b"HEAD", b"OPTIONS", b"PATCH", b"BREW"])


async def test_whatever_stands_in_a_header_costs_little(port: int, log: StringIO) -> None:
    @ENOUGH
    @example(method=b"GET", path=b"/registration/parties", lines=b"Authorization: Basic \xf8")
    @example(method=b"GET", path=b"/registration/parties", lines=b"Authorization: Basic " + base64.b64encode(b"x:\xff"))
    @example(method=b"GET", path=b"/registration/parties", lines=b"Authorization: Bearer " + b"x" * 60_000)
    @example(method=b"GET", path=b"/registration/parties", lines=b"Connection: Upgrade\r\nUpgrade: websocket")
    @example(method=b"GET", path=b"/registration/parties", lines=b"X-Forwarded-For: " + b"1.2.3.4, " * 5_000 + b"x")
    @given(method=METHODS, path=PATHS, lines=LINES)
    def ask(method: bytes, path: bytes, lines: bytes) -> None:
        check_is_cheap(log, said(port, method + b" " + path + b" HTTP/1.1\r\n" + CLOSE + lines + b"\r\n\r\n"))

    await asyncio.to_thread(ask)


async def test_whatever_is_sent_costs_little(port: int, log: StringIO) -> None:
    whole = b"POST /registration/parties HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"

    @settings(ENOUGH, max_examples=60)
    @example(raw=b"\x16\x03\x01\x02\x00\x01\x00")  # TLS
    @example(raw=whole + b"zz\r\nnot a chunk\r\n")
    @example(raw=whole + b"1\r\nx\r\n0\r\n\r\n" + b"\xff\xff\r\n\r\n")
    @example(raw=b"GET / HTTP/1.1\r\n" + b"x" * 200_000)
    @given(raw=st.binary(max_size=200) | st.binary(max_size=100).map(whole.__add__))
    def send(raw: bytes) -> None:
        check_is_cheap(log, said(port, raw))

    await asyncio.to_thread(send)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"GET /registration/parties HTTP/1.1\r\nHost: he",),
        (b"POST /registration/parties HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{",),
        (b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n", b"GET /health/live HT"),
        (b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\nGET /health/live HT",),
    ],
    ids=["nothing", "a head", "a body", "the next one", "the next one, sent along"],
)
async def test_a_request_that_is_half_sent_ends(port: int, log: StringIO, parts: tuple[bytes, ...]) -> None:
    check_is_cheap(log, await asyncio.to_thread(said, port, *parts))


async def test_a_body_that_is_half_sent_with_a_key_ends(port: int, tmp_path: Path) -> None:
    secret = keys.create(tmp_path / "keys.json", name="k", role="administrator").encode()
    head = (
        b"POST /registration/parties HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    )
    with logged() as log:
        await asyncio.to_thread(said, port, head + b"Authorization: Bearer " + secret + b"\r\n\r\n{")
    assert log.getvalue() == ""


async def test_a_length_that_is_said_twice_is_refused(database: Database, tmp_path: Path) -> None:
    lengths = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: here\r\n\r\n"
    async with service(database, tmp_path) as it, served(it.api) as port:
        answer = await asyncio.to_thread(said, port, b"POST /health/live HTTP/1.1\r\nHost: here\r\n" + lengths)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


async def asked(port: int, *headers: bytes, path: bytes = b"/registration/parties") -> int:
    lines = b"".join(it + b"\r\n" for it in headers)
    answer = await asyncio.to_thread(said, port, b"GET " + path + b" HTTP/1.1\r\n" + CLOSE + lines + b"\r\n")
    return int(answer[9:12])


async def test_who_comes_too_often_without_a_key_is_kept_out_and_who_has_one_never(
    database: Database, tmp_path: Path, log: StringIO
) -> None:
    secret = keys.create(tmp_path / "keys.json", name="k", role="reader").encode()
    async with service(database, tmp_path) as it, served(it.api) as port:
        assert [await asked(port, b"Authorization: Bearer wrong") for _ in range(20)] == [401] * 20
        assert await asked(port, b"Authorization: Bearer wrong") == 429
        assert await asked(port) == 429
        assert await asked(port, b"Authorization: Bearer " + secret) == 200
        assert await asked(port, path=b"/health/live") == 200
        assert it.refusals.total == 22
    assert len(log.getvalue().splitlines()) == 1


async def test_who_sends_what_is_no_http_is_kept_out_like_all_without_a_key(
    database: Database, tmp_path: Path, log: StringIO
) -> None:
    secret = keys.create(tmp_path / "keys.json", name="k", role="reader").encode()
    none = [
        b"\x16\x03\x01\x02\x00\x01\x00",  # TLS
        b"GET\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
    ]
    async with (
        service(database, tmp_path, refusals_a_minute=4) as it,
        served(it.api, refusals=it.refusals) as port,
    ):

        async def answers() -> list[bytes]:
            return [(await asyncio.to_thread(said, port, raw))[9:12] for raw in none]

        assert await answers() == [b"400", b"400", b"401", b"401"]
        assert await answers() == [b"429"] * 4
        assert await asked(port, b"Authorization: Bearer " + secret) == 200
        assert await asked(port, path=b"/health/live") == 200
        assert it.refusals.total == 8
    assert len(log.getvalue().splitlines()) == 1


async def test_a_gateway_says_where_a_request_comes_from_and_nobody_else_does(
    database: Database, tmp_path: Path
) -> None:
    async with service(database, tmp_path, refusals_a_minute=2, gateways="localhost") as it, served(it.api) as port:
        assert [await asked(port, b"X-Forwarded-For: 192.0.2.1") for _ in range(3)] == [401, 401, 429]
        # What stands to the left anybody may have written.
        lines = [b"X-Forwarded-For: 6.6.6.%d, 192.0.2.2" % n for n in range(3)]
        assert [await asked(port, line) for line in lines] == [401, 401, 429]
        assert await asked(port, b"X-Forwarded-For: 192.0.2.3") == 401
    async with service(database, tmp_path, refusals_a_minute=2) as it, served(it.api) as port:
        answers = [await asked(port, b"X-Forwarded-For: 192.0.2.%d" % n) for n in range(3)]
        assert answers == [401, 401, 429]


@pytest.mark.parametrize("part", PARTS, ids=lambda it: it.name)
async def test_every_answer_is_kept_by_nobody_and_shown_in_nobodys_frame(
    sqlite_database: MakeDatabase, tmp_path: Path, part: Part
) -> None:
    database = await sqlite_database(part.name)
    secret = keys.create(tmp_path / "keys.json", name="k", role="operator")
    url = database.url.render_as_string(hide_password=False)
    it = part.create(part.settings(database_url=url, keys_file=tmp_path / "keys.json", simulated_clock=True))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(it.database.close)
        port = await stack.enter_async_context(served(it.api))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}"))
        paths = [(method, path) for path, method, _ in operations(document(it.api))]
        for method, path in [*paths, ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/nowhere"), ("PUT", "/docs")]:
            for headers in ({}, {"Authorization": f"Bearer {secret}"}):
                answer = await client.request(method, path, headers=headers)
                check_headers(path, answer)
        file = await client.get("/docs/swagger-ui.css", auth=("x", secret))
        assert file.headers["cache-control"] == "private, max-age=86400"
        assert file.headers["x-content-type-options"] == "nosniff"
        # What is not read is answered by the protocol itself.
        raw = await asyncio.to_thread(said, port, b"no HTTP\r\n\r\n")
        assert b"no-store" in raw
        assert b"nosniff" in raw


def check_headers(path: str, answer: httpx.Response) -> None:
    assert answer.headers["cache-control"] == "no-store", path
    assert answer.headers["x-content-type-options"] == "nosniff", path
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
    assert "server" not in answer.headers, path


async def test_an_error_of_ours_is_answered_and_logged_once(tmp_path: Path) -> None:
    api = FastAPI()
    problems.install(api)

    @api.get("/")
    async def fail() -> None:
        msg = "x" * 100_000
        raise ZeroDivisionError(msg)

    with logged() as log:
        async with served(api) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await client.get("/")
    assert answer.status_code == 500
    check_headers("/", answer)
    (line,) = log.getvalue().splitlines()
    assert len(line) < LONGEST_LINE
    assert "ZeroDivisionError" in line
