"""The address of a calendar stands in the mail that left, each reader's own, and in nothing that is kept or shown (S6).

Searched are the databases, byte for byte and the kept mails unpacked, NATS' files, all logs, `/operations` and the pages.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest

from services.notifications.letters.domain.kinds import WITH_FEED
from shared.contracts.catalogue import PUBLISHERS
from tests.support.demonstration import PROGRAMME, Shown

ADDRESS = re.compile(r"/scheduling/feeds/(?P<kind>[a-z]+)/(?P<of>[a-z0-9.-]+)/1/(?P<token>[A-Za-z0-9_-]{43})\.ics")
OPERATIONS = ("state", "changes", "told", "disowned", "missing", "set-aside", "parked")
DELIVERED = "mails"  # the folder of what the demo's mail server took: what readers have


def text(message: EmailMessage) -> str:
    """All that it says, unpacked."""
    return "\n".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")


@pytest.fixture(scope="module")
def delivered(here: Shown) -> dict[str, list[re.Match[str]]]:
    """By Message-ID, the addresses of calendars in each mail that left."""
    found = {}
    for file in (here.folder / DELIVERED).glob("*.eml"):
        message = message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default)
        found[str(message["Message-ID"])] = list(ADDRESS.finditer(text(message)))
    return found


@pytest.fixture(scope="module")
def tokens(delivered: dict[str, list[re.Match[str]]]) -> set[str]:
    return {it["token"] for addresses in delivered.values() for it in addresses}


def rows(here: Shown, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(here.folder / "notifications.db")) as database:
        return database.execute(query).fetchall()


def test_each_mail_of_the_plan_has_its_readers_own(
    here: Shown, delivered: dict[str, list[re.Match[str]]], tokens: set[str]
) -> None:
    advisors = {person for (person,) in _advisors(here)}
    own = set()
    for kind, message_id, party, person in rows(here, "SELECT kind, message_id, party, person FROM mail"):
        addresses = {(it["kind"], it["of"]) for it in delivered[message_id]}
        if kind not in WITH_FEED:
            assert not addresses, kind
            continue
        mine = ("advisor", person) if person in advisors else ("party", f"{PROGRAMME}.{party}")
        assert addresses == {mine}, kind
        own |= {(kind, mine[0])}
    assert own == {(kind, whose) for kind in WITH_FEED for whose in ("advisor", "party")}
    assert len(tokens) == len(advisors) + 12


def _advisors(here: Shown) -> list[tuple[str]]:
    with closing(sqlite3.connect(here.folder / "scheduling.db")) as database:
        return database.execute("SELECT DISTINCT advisor FROM party_group WHERE advisor IS NOT NULL").fetchall()


def test_no_file_has_the_secret_part_of_any(here: Shown, tokens: set[str]) -> None:
    assert tokens
    files = [
        it
        for it in (*here.folder.rglob("*"), here.folder.with_name(f"{here.folder.name}.err"))
        if it.is_file() and DELIVERED not in it.relative_to(here.folder.parent).parts
    ]
    assert {it.suffix for it in files} >= {".db", ".log", ".blk", ".err"}
    assert [it for it in files if has_any(it.read_bytes(), tokens)] == []
    kept = [zlib.decompress(content) for (content,) in rows(here, "SELECT content FROM sent_message")]  # type: ignore[arg-type]
    messages = [message_from_bytes(it, EmailMessage, policy=policy.default) for it in kept]
    assert sum("(adress" in text(it) for it in messages) > len(tokens)
    assert [it["Subject"] for it in messages if has_any(text(it).encode(), tokens)] == []


def test_what_was_delivered_would_be_found(here: Shown, tokens: set[str]) -> None:
    """A search that finds nothing anywhere would find nothing there."""
    assert any(has_any(it.read_bytes().replace(b"=\r\n", b""), tokens) for it in (here.folder / DELIVERED).iterdir())


def has_any(content: bytes, tokens: Iterable[str]) -> bool:
    return any(it.encode() in content for it in tokens)


def test_no_answer_about_operations_and_no_page_has_it(here: Shown, browser: httpx.Client, tokens: set[str]) -> None:
    with here.api("operator") as api:
        for path, answer in answers(api):
            assert not has_any(answer.content, tokens), path
    for kind in WITH_FEED:
        ((mail,),) = rows(here, f"SELECT id FROM mail WHERE kind = '{kind}' LIMIT 1")  # noqa: S608 - a kind of ours
        for path in (f"/e-post/{mail}", f"/e-post/{mail}/innhold"):
            page = browser.get(path).raise_for_status()
            assert not has_any(page.content, tokens), path
        assert "adressen står bare i e-posten" in " ".join(browser.get(f"/e-post/{mail}/innhold").text.split())


def answers(api: httpx.Client) -> Iterator[tuple[str, httpx.Response]]:
    for service in PUBLISHERS:
        for what in OPERATIONS:
            path = f"/{service}/operations/{what}"
            yield path, api.get(path).raise_for_status()
    for kind in sorted(WITH_FEED):
        listed = api.get("/notifications/mails", params={"programme": PROGRAMME, "kind": kind}).raise_for_status()
        yield f"{kind}, listed", listed
        one = listed.json()["items"][0]["id"]
        yield kind, api.get(f"/notifications/mails/{one}").raise_for_status()
