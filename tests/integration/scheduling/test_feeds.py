"""Calendar feeds: who gets which, what stands in them, and what becomes of their addresses (S6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from icalendar import Calendar
from sqlalchemy.exc import OperationalError

from services.scheduling import tables
from services.scheduling.app import create
from services.scheduling.consumers import consumers
from services.scheduling.feeds import repository
from services.scheduling.sessions.use_cases.hand_sessions_on import hand_all_sessions_on
from services.scheduling.settings import Settings
from shared.contracts import registration
from shared.database import Database
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock
from tests.support.events import (
    PROGRAMME,
    accepted,
    application,
    end_taken_back,
    ended,
    group_changed,
    organisation_number,
    party,
    programme,
    signed,
    succeeded,
    withdrawn,
)
from tests.support.facts import take
from tests.support.statements import statements

SESSIONS = f"/scheduling/programmes/{PROGRAMME}/sessions"
PUBLICATION = f"/scheduling/programmes/{PROGRAMME}/plan/publication"
FEEDS = "/scheduling/feeds"
NOW = datetime(2024, 9, 1, 12, tzinfo=UTC)
ONE, TWO = organisation_number(1), organisation_number(2)
ADVISOR = "0000000f-0000-7000-8000-000000000001"
URL = "https://kulturskole.example"
OF_ALL = {
    "kind": "joint_session",
    "format": "digital",
    "title": "Fellessamling 1",
    "number": 1,
    "when": {"days": {"first": "2024-11-26", "last": "2024-11-27", "starts_at": "10:00", "ends_at": "15:00"}},
    "meeting_link": "https://mote.example/felles",
}


def visit(n: int) -> dict[str, Any]:
    return {
        "kind": "guidance_visit",
        "format": "physical",
        "title": "Veiledningsbesøk 1",
        "number": 1,
        "party": organisation_number(n),
        "place": "Rådhuset",
        "when": {"days": {"first": "2024-10-07", "last": "2024-10-07", "starts_at": "09:00"}, "duration_minutes": 150},
    }


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    database = await make_database("scheduling")
    await set_clock(database, NOW)
    await take(consumers, database, programme(), *[news(n) for n in (1, 2) for news in (party, accepted)])
    await take(consumers, database, group_changed(1, advisor=ADVISOR))
    return database


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "feeds-secret"
    file.write_text("s" * 40)
    monkeypatch.setenv("KULTURSKOLE_FEEDS_SECRET_FILE", str(file))
    monkeypatch.setenv("KULTURSKOLE_PUBLIC_URL", URL)
    return file


@pytest.fixture
async def api(database: Database, secret: Path, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, database, tmp_path) as api:
        for session in (OF_ALL, visit(1), visit(2)):
            await api.post(SESSIONS, session)
        await api.post(PUBLICATION)
        yield api


async def address(api: Api, kind: str, of: str) -> str:
    """Without the part that says where scheduling is reached."""
    found: str = (await api.get(f"{FEEDS}/{kind}/{of}"))["address"]
    assert found.startswith(f"{URL}/scheduling/feeds/{kind}/{of}/")
    return found.removeprefix(URL)


async def fetched(api: Api, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """As a program of calendars does it, without a key."""
    return await api.reader.request(method, path, headers={"Authorization": "", **headers})


async def entries(api: Api, path: str) -> dict[str, Any]:
    answer = await fetched(api, path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(it["summary"]): it for it in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_a_feed_has_what_is_its_own_and_links_only_where_it_is_somebodys(api: Api) -> None:
    everyones = await entries(api, await address(api, "programme", PROGRAMME))
    assert [*everyones] == ["Fellessamling 1"]
    assert "url" not in everyones["Fellessamling 1"]
    ones = await entries(api, await address(api, "party", f"{PROGRAMME}.{ONE}"))
    assert {*ones} == {"Fellessamling 1", "Veiledningsbesøk 1"}
    assert str(ones["Fellessamling 1"]["url"]) == OF_ALL["meeting_link"]
    assert str(ones["Veiledningsbesøk 1"]["location"]) == "Rådhuset"
    advisors = await entries(api, await address(api, "advisor", ADVISOR))
    assert {*advisors} == {"Fellessamling 1", "Veiledningsbesøk 1, Kommune 1"}
    assert str(advisors["Fellessamling 1"]["uid"]).endswith(f".{ADVISOR}@fremtidens-kulturskole")


async def test_of_a_plan_that_is_a_draft_there_is_nothing(database: Database, secret: Path, tmp_path: Path) -> None:
    async with api_of(create, Settings, database, tmp_path) as api:
        paths = [await address(api, "programme", PROGRAMME), await address(api, "party", f"{PROGRAMME}.{ONE}")]
        for session in (OF_ALL, visit(1)):
            await api.post(SESSIONS, session)
        assert [await entries(api, path) for path in paths] == [{}, {}]
        tags = [(await fetched(api, path)).headers["etag"] for path in paths]
        await api.post(PUBLICATION)
        assert [len(await entries(api, path)) for path in paths] == [1, 2]
        again = [await fetched(api, path, **{"If-None-Match": tag}) for path, tag in zip(paths, tags, strict=True)]
        assert [it.status_code for it in again] == [200, 200]


async def test_who_is_an_advisor_no_more_has_an_empty_calendar(api: Api, database: Database) -> None:
    path = await address(api, "advisor", ADVISOR)
    await take(consumers, database, group_changed(1, version=2, advisor=None), group_changed(2, advisor=ADVISOR))
    assert {*await entries(api, path)} == {"Fellessamling 1", "Veiledningsbesøk 1, Kommune 2"}
    await take(consumers, database, group_changed(2, version=2, advisor=None))
    assert await entries(api, path) == {}
    await api.refused(404, f"{FEEDS}/advisor/{ADVISOR}", method="GET")


@pytest.mark.parametrize(
    ("ends_on", "of_party", "of_advisor"),
    [
        (date(2024, 10, 7), [], ["Fellessamling 1"]),
        (date(2024, 10, 8), ["Veiledningsbesøk 1"], ["Fellessamling 1", "Veiledningsbesøk 1, Kommune 1"]),
        (date(2024, 11, 27), ["Veiledningsbesøk 1"], ["Fellessamling 1", "Veiledningsbesøk 1, Kommune 1"]),
    ],
)
async def test_from_the_day_on_which_its_agreement_has_ended_nothing_stands_with_a_party(
    api: Api, database: Database, ends_on: date, of_party: list[str], of_advisor: list[str]
) -> None:
    await take(consumers, database, signed(1), signed(2))
    paths = [await address(api, "party", f"{PROGRAMME}.{n}") for n in (ONE, TWO)]
    paths.append(await address(api, "advisor", ADVISOR))
    before = [await fetched(api, it) for it in paths]
    await take(consumers, database, ended(1, ends_on))
    assert [sorted(await entries(api, it)) for it in paths] == [
        of_party,
        ["Fellessamling 1", "Veiledningsbesøk 1"],
        of_advisor,
    ]
    known = [
        await fetched(api, path, **{"If-None-Match": it.headers["etag"]})
        for path, it in zip(paths, before, strict=True)
    ]
    assert [it.status_code for it in known] == [200, 304, 200 if len(of_advisor) < 2 else 304]
    await take(consumers, database, end_taken_back(1))
    assert [(await fetched(api, it)).content for it in paths] == [it.content for it in before]


async def test_an_agreement_that_ends_after_all_of_it_takes_nothing_away(api: Api, database: Database) -> None:
    path = await address(api, "party", f"{PROGRAMME}.{ONE}")
    await take(consumers, database, signed(1), ended(1, date(2024, 11, 28)))
    assert len(await entries(api, path)) == 2


async def test_several_days_are_whole_days_and_clock_times_of_one_are_norways(api: Api) -> None:
    found = await entries(api, await address(api, "party", f"{PROGRAMME}.{ONE}"))
    two_days, hours = found["Fellessamling 1"], found["Veiledningsbesøk 1"]
    assert (two_days["dtstart"].to_ical(), two_days["dtend"].to_ical()) == (b"20241126", b"20241128")
    assert (hours["dtstart"].to_ical(), hours["dtend"].to_ical()) == (b"20241007T090000", b"20241007T113000")
    assert hours["dtstart"].params["TZID"] == "Europe/Oslo"
    answer = await fetched(api, await address(api, "party", f"{PROGRAMME}.{ONE}"))
    assert "BEGIN:DAYLIGHT\r\nDTSTART:19960331T020000" in answer.text


async def test_no_date_is_made_up(api: Api) -> None:
    path = await address(api, "programme", PROGRAMME)
    arena = {"kind": "sharing_arena", "format": "undecided", "title": "Delingsarena", "when": {"months": ["2025-06"]}}
    planned = await api.post(SESSIONS, arena)
    assert {*await entries(api, path)} == {"Fellessamling 1"}
    days = {"when": {"days": {"first": "2025-06-03", "last": "2025-06-03"}}}
    await api.post(f"/scheduling/sessions/{planned['id']}/sharpening", days)
    assert {*await entries(api, path)} == {"Fellessamling 1", "Delingsarena"}
    line = {"kind": "guidance_visit", "format": "physical", "title": "Besøk", "number": 2, "when": days["when"]}
    await api.post(SESSIONS, line)  # of the plan, for all: nobody is visited then
    assert {*await entries(api, path)} == {"Fellessamling 1", "Delingsarena"}


async def test_what_is_cancelled_is_told_for_thirty_days(api: Api, database: Database) -> None:
    path = await address(api, "programme", PROGRAMME)
    (session,) = (await api.get(SESSIONS, kind="joint_session"))["items"]
    await api.post(f"/scheduling/sessions/{session['id']}/cancellation")
    found = await entries(api, path)
    assert str(found["AVLYST: Fellessamling 1"]["status"]) == "CANCELLED"
    told = (await fetched(api, path)).headers["etag"]
    await set_clock(database, NOW + timedelta(days=30) - timedelta(seconds=1))
    assert {*await entries(api, path)} == {"AVLYST: Fellessamling 1"}
    assert (await fetched(api, path, **{"If-None-Match": told})).status_code == 304
    await set_clock(database, NOW + timedelta(days=30))
    answer = await fetched(api, path, **{"If-None-Match": told})
    assert answer.status_code == 200
    assert b"VEVENT" not in answer.content


async def test_the_same_sessions_are_the_same_bytes_and_a_304(api: Api, database: Database) -> None:
    path = await address(api, "party", f"{PROGRAMME}.{ONE}")
    once = await fetched(api, path)
    await set_clock(database, NOW + timedelta(days=3))
    again = await fetched(api, path)
    assert (again.content, again.headers["etag"]) == (once.content, once.headers["etag"])
    assert "no-store" not in once.headers["cache-control"]
    for known in (once.headers["etag"], f'"other", W/{once.headers["etag"]}', "*"):
        unchanged = await fetched(api, path, **{"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == once.headers["etag"]


async def test_any_change_of_any_session_is_another_state(api: Api) -> None:
    """The greatest version and the count would not do: the second session catches up with the first."""
    path = await address(api, "party", f"{PROGRAMME}.{ONE}")
    seen = {(await fetched(api, path)).headers["etag"]}
    sessions = (await api.get(SESSIONS))["items"]
    mine = [it for it in sessions if it["party"] in (None, ONE)]
    for n, session in enumerate([mine[0], mine[0], mine[1], mine[1]], start=1):
        await api.patch(f"/scheduling/sessions/{session['id']}", {"place": f"Sted {n}"})
        seen.add((await fetched(api, path)).headers["etag"])
        assert len(seen) == n + 1
    (others,) = [it for it in sessions if it["party"] == TWO]
    await api.patch(f"/scheduling/sessions/{others['id']}", {"place": "Et annet sted"})
    assert (await fetched(api, path)).headers["etag"] in seen


async def test_the_feed_of_who_handed_its_agreement_over_is_empty_and_the_successors_goes_on(
    api: Api, database: Database
) -> None:
    await take(consumers, database, signed(1), party(3))
    ones = await address(api, "party", f"{PROGRAMME}.{ONE}")
    three = organisation_number(3)
    threes = await address(api, "party", f"{PROGRAMME}.{three}")
    tag = (await fetched(api, ones)).headers["etag"]
    assert {*await entries(api, threes)} == set()
    to_three = application(registration.APPLICATION_CHANGED, 1, 3, state="accepted", party=three)
    await take(consumers, database, succeeded(1, by=3), to_three)
    await hand_all_sessions_on(database)
    assert {*await entries(api, ones)} == set()
    assert (await fetched(api, ones, **{"If-None-Match": tag})).status_code == 200
    assert {*await entries(api, threes)} == {"Fellessamling 1", "Veiledningsbesøk 1"}


async def test_the_feed_of_who_has_withdrawn_is_empty(api: Api, database: Database) -> None:
    ones = await address(api, "party", f"{PROGRAMME}.{ONE}")
    assert {*await entries(api, ones)} == {"Fellessamling 1", "Veiledningsbesøk 1"}
    await take(consumers, database, withdrawn(1))
    assert {*await entries(api, ones)} == set()


async def test_a_304_is_one_query_and_renders_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await address(api, "party", f"{PROGRAMME}.{ONE}")
    tag = (await fetched(api, path)).headers["etag"]
    monkeypatch.setattr(repository.Found, "entries", lambda _: pytest.fail("it looked at the sessions"))
    with statements() as asked:
        assert (await fetched(api, path, **{"If-None-Match": tag})).status_code == 304
    assert len(asked) == 1


async def test_a_renewed_address_is_gone_and_an_unknown_one_was_never_there(api: Api) -> None:
    of = f"{PROGRAMME}.{ONE}"
    first = await address(api, "party", of)
    renewed = await api.post(f"{FEEDS}/party/{of}/renewal", {"number": 2})
    second = await address(api, "party", of)
    assert renewed["number"] == 2
    assert renewed["renewed_by"] == "the administrator"
    assert first != second
    assert problem(await fetched(api, first), 410)["code"] == "feed_was_renewed"
    assert (await fetched(api, second)).status_code == 200
    # The old token under the new number, another party's, one that is cut off or too long, and nonsense.
    token, others = first.rpartition("/")[2], await address(api, "party", f"{PROGRAMME}.{TWO}")
    for wrong in (
        f"{FEEDS}/party/{of}/2/{token}",
        others.replace(TWO, ONE),
        second.replace("/party/", "/programme/"),
        second.replace("/2/", "/02/"),
        second[:-5] + ".ics",
        second.replace(".ics", "A.ics"),
        f"{FEEDS}/{'x' * 5000}.ics",
        f"{FEEDS}/party/{of}/2/{'é' * 43}.ics",
        f"{FEEDS}/party/%00/2/{'x' * 43}.ics",
        f"{FEEDS}/%2e%2e/sessions/1.ics",
    ):
        assert problem(await fetched(api, wrong), 404)["code"] in ("no_such_feed", "no_such_address"), wrong


async def test_an_address_is_renewed_once_by_who_clicks_twice(api: Api) -> None:
    path = f"{FEEDS}/programme/{PROGRAMME}"
    tag = (await api.administrator.get(path)).headers["etag"]
    asked: dict[str, Any] = {"json": {"number": 2}, "headers": {"If-Match": tag}}
    answers = [await api.administrator.post(f"{path}/renewal", **asked) for _ in range(2)]
    assert [it.json()["address"] for it in answers] == [(await api.get(path))["address"]] * 2
    assert (await api.get(path))["number"] == 2
    skipped = await api.refused(409, f"{path}/renewal", {"number": 4})
    assert skipped["code"] == "feed_renewed_meanwhile"
    problem(await api.administrator.post(f"{path}/renewal", json={"number": 3}, headers={"If-Match": tag}), 412)


async def test_nothing_but_a_look_is_open(api: Api) -> None:
    path = await address(api, "programme", PROGRAMME)
    assert (await fetched(api, path, "HEAD")).status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        problem(await fetched(api, path, method), 401)
    for closed in (FEEDS, f"{FEEDS}/", f"{FEEDS}/programme/{PROGRAMME}", path.removesuffix(".ics"), f"{SESSIONS}.ics"):
        problem(await fetched(api, closed), 401)
    # With a key, which opens all: the address itself is still only looked at.
    assert (await api.administrator.post(path)).status_code == 405


async def test_who_may_not_see_links_may_not_see_addresses(api: Api) -> None:
    of = f"{FEEDS}/programme/{PROGRAMME}"
    problem(await api.reader.get(of), 403)
    problem(await api.reader.post(f"{of}/renewal", json={"number": 2}), 403)


@pytest.mark.parametrize(
    "of", ["programme/unknown", f"party/{PROGRAMME}", f"party/{PROGRAMME}.999999999", f"advisor/{PROGRAMME}"]
)
async def test_whom_nobody_knows_has_no_calendar(api: Api, of: str) -> None:
    await api.refused(404, f"{FEEDS}/{of}", method="GET")
    await api.refused(404, f"{FEEDS}/{of}/renewal", {"number": 2})


async def test_no_address_is_stored_or_logged(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = await address(api, "programme", PROGRAMME)
    await api.post(f"{FEEDS}/programme/{PROGRAMME}/renewal", {"number": 2})
    renewed = await address(api, "programme", PROGRAMME)

    async def fails(*_: Any) -> Any:
        msg = "SELECT"
        raise OperationalError(msg, {}, Exception("the server closed the connection"))

    async def breaks(*_: Any) -> Any:
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logged:
        for broken in (fails, breaks):
            monkeypatch.setattr(repository, "look", broken)
            assert (await fetched(api, renewed)).status_code in (500, 503)
    assert {it["path"] for it in logged} == {f"{FEEDS}/…"}
    tokens = [it.rpartition("/")[2].removesuffix(".ics") for it in (path, renewed)]
    for token in tokens:
        assert token not in repr(logged)
    async with database.reading() as connection:
        for table in (*tables.metadata.tables.values(),):
            rows = (await connection.execute(table.select())).all()
            assert not [row for row in rows for token in tokens if token in repr(row)]
    assert not await asyncio.to_thread(files_with, tmp_path, tokens)


def files_with(folder: Path, words: list[str]) -> list[Path]:
    files = [it for it in folder.rglob("*") if it.is_file()]
    return [it for it in files for word in words if word.encode() in it.read_bytes()]


async def test_without_a_secret_there_are_no_calendars(database: Database, tmp_path: Path) -> None:
    async with api_of(create, Settings, database, tmp_path) as api:
        for path in (f"{FEEDS}/programme/{PROGRAMME}",):
            assert (await api.refused(409, path, method="GET"))["code"] == "feeds_are_off"
            assert (await api.refused(409, f"{path}/renewal", {"number": 2}))["code"] == "feeds_are_off"
        problem(await fetched(api, f"{FEEDS}/programme/{PROGRAMME}/1/{'x' * 43}.ics"), 404)


async def test_another_secret_is_another_address_for_all(database: Database, secret: Path, tmp_path: Path) -> None:
    async with api_of(create, Settings, database, tmp_path) as api:
        before = await address(api, "programme", PROGRAMME)
    await asyncio.to_thread(secret.write_text, "t" * 40)
    await asyncio.to_thread((tmp_path / "other").mkdir)
    async with api_of(create, Settings, database, tmp_path / "other") as api:
        problem(await fetched(api, before), 404)


def test_a_secret_that_is_too_short_is_refused(secret: Path) -> None:
    secret.write_text("short")
    with pytest.raises(ValueError, match="calendar feeds"):
        Settings(database_url="sqlite+aiosqlite:///none.db", keys_file=Path("none.json")).feeds_secret()
