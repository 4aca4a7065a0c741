"""What every service makes of requests that nobody should send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.registration.app import create
from services.registration.settings import Settings
from shared.web import keys
from tests.integration.registration.world import ADVISOR, PROGRAMME
from tests.support.api import Api, api_of, problem
from tests.support.databases import MakeDatabase, set_clock

PROGRAMMES, ADVISORS = "/registration/programmes", "/registration/advisors"
KEY, CLOCK = "/registration/key", "/registration/operations/clock"


@pytest.fixture
async def api(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Api]:
    async with api_of(create, Settings, await make_database("registration"), tmp_path) as api:
        yield api


@pytest.fixture
async def nobody(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Without a key."""
    transport = api.administrator._transport  # noqa: SLF001 - the same application
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


def secret_of(api: Api) -> str:
    return api.administrator.headers["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/registration/programmes/%00"),
        ("GET", "/registration/parties?after=%00"),
        ("GET", "/registration/operations/changes?after=9223372036854775808"),
        ("GET", "/registration/operations/told?after=9223372036854775808"),
        ("GET", "/registration/operations/told?after=%C2%B2"),
        ("GET", "/registration/summary?programme=%00"),
        ("POST", "/registration/agreements/%00/end-taken-back"),
        ("GET", "/registration/operations/parked/%00"),
    ],
)
async def test_a_character_that_no_database_keeps_is_no_fault_of_ours(api: Api, method: str, path: str) -> None:
    answer = await api.administrator.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code in {200, 404, 422}, answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fee_ore", True),
        ("fee_ore", "200"),
        ("fee_ore", 3.5),
        ("period_start", 1727136000),
        ("period_start", "1727136000"),
        ("period_start", "2024-09-24T00:00:00"),
        ("period_start", "0001-01-01"),
        ("period_end", "9999-12-31"),
        ("days_to_pay", "30"),
    ],
)
async def test_a_value_of_another_kind_is_refused_and_not_made_to_fit(api: Api, field: str, value: Any) -> None:
    refused = await api.refused(422, PROGRAMMES, PROGRAMME | {field: value})
    assert refused["field"] == field


async def test_each_refusal_says_its_code(api: Api, nobody: httpx.AsyncClient) -> None:
    ends_first = PROGRAMME | {"period_end": "2024-01-01"}
    for method, path, body, status, code, of_field in (
        ("POST", PROGRAMMES, ends_first, 422, "ends_before_it_starts", "ends_before_it_starts"),
        ("POST", PROGRAMMES, PROGRAMME | {"fee_ore": "a lot"}, 422, "not_valid", "int_type"),
        ("POST", PROGRAMMES, PROGRAMME | {"name": "\u202eevil"}, 422, "not_valid", "hidden_character"),
        ("POST", PROGRAMMES, PROGRAMME | {"period_end": "1999-12-31"}, 422, "not_valid", "day_is_far_off"),
        ("GET", f"{PROGRAMMES}/unknown", None, 404, "no_such_programme", "no_such_programme"),
        ("GET", "/registration/nowhere", None, 404, "no_such_address", None),
        ("DELETE", PROGRAMMES, None, 405, "method_not_allowed", None),
    ):
        found = problem(await api.administrator.request(method, path, json=body), status)
        assert (found["code"], found.get("errors", [{"code": None}])[0]["code"]) == (code, of_field)
    assert problem(await api.reader.post(PROGRAMMES, json=PROGRAMME), 403)["code"] == "role_is_needed"
    assert problem(await nobody.get(PROGRAMMES), 401)["code"] == "key_is_needed"


async def test_who_has_no_valid_key_is_told_how_to_give_one(api: Api, nobody: httpx.AsyncClient) -> None:
    looking = problem(await nobody.get(PROGRAMMES), 401)["detail"]
    changing = problem(await nobody.post(PROGRAMMES, json=PROGRAMME, auth=("x", secret_of(api))), 401)["detail"]
    assert ["Authorization: Bearer" in it for it in (looking, changing)] == [True, True]
    assert "as the password of HTTP Basic" in looking
    assert "HTTP Basic is for looking alone" in changing


async def test_a_refusal_gives_the_figures_that_another_language_needs(api: Api) -> None:
    refused = await api.refused(422, PROGRAMMES, PROGRAMME | {"period_end": "1999-12-31"})
    assert refused["values"] == {"first": "2000-01-01", "last": "2100-12-31"}
    refused = await api.refused(422, ADVISORS, ADVISOR | {"name": "å" * 201})
    assert refused["values"] == {"max_length": 200}


async def test_a_null_where_something_must_stand_is_refused(api: Api) -> None:
    await api.post(PROGRAMMES, PROGRAMME)
    refused = await api.refused(422, f"{PROGRAMMES}/{PROGRAMME['code']}", {"name": None}, method="PATCH")
    assert refused["field"] == "name"


async def test_what_a_change_leaves_out_stays_as_it_is(api: Api) -> None:
    opened = await api.post(PROGRAMMES, PROGRAMME | {"county_branch_fee_ore": 500_000})
    path = f"{PROGRAMMES}/{PROGRAMME['code']}"
    assert await api.patch(path, {}) == opened
    changed = await api.patch(path, {"county_branch_fee_ore": None})
    assert changed == opened | {"version": 2, "county_branch_fee_ore": PROGRAMME["fee_ore"]}


async def test_an_unknown_field_is_named_unless_its_name_is_something_else(api: Api) -> None:
    refused = await api.refused(422, ADVISORS, ADVISOR | {"telefon": "1"})
    assert refused["field"] == "telefon"
    answer = await api.administrator.post(ADVISORS, json=ADVISOR | {"ola.nordmann@x.example 99887766": 1, "x" * 99: 1})
    found = problem(answer, 422)
    assert {it["field"] for it in found["errors"]} == {"?"}
    assert "ola" not in answer.text
    assert "xxx" not in answer.text


@pytest.mark.parametrize("path", [PROGRAMMES, "/registration/operations/state", "/registration/docs", "/docs"])
async def test_an_unknown_parameter_is_refused_and_named(api: Api, path: str) -> None:
    answer = await api.administrator.get(f"{path}?party=921221967&limit=2&x%40y=1", auth=("x", secret_of(api)))
    faults = problem(answer, 422)["errors"]
    assert {"code": "unknown_parameter", "field": "party", "message": "nobody knows it"} in faults
    assert {"code": "unknown_parameter", "field": "?", "message": "nobody knows it"} in faults
    assert ("limit" in {it["field"] for it in faults}) is (path != PROGRAMMES)


async def test_a_parameter_given_twice_is_refused(api: Api) -> None:
    answer = await api.administrator.get("/registration/summary?programme=one&programme=other")
    assert problem(answer, 422)["errors"] == [
        {"code": "given_twice", "field": "programme", "message": "it is given twice"}
    ]


async def test_an_unknown_parameter_is_refused_where_something_would_change(api: Api) -> None:
    problem(await api.administrator.post(f"{ADVISORS}?dry_run=true", json=ADVISOR), 422)
    assert (await api.get(ADVISORS))["items"] == []


async def test_a_probe_may_add_whatever_it_likes(api: Api) -> None:
    for path in ("/health/live", "/registration/health/live"):
        assert (await api.reader.get(f"{path}?_=17")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"{", b'{"name": "\xff"}', b"[" * 100_000, b'{"name": ' + b"9" * 5_000 + b"}"], ids=len
)
async def test_what_is_no_json_is_told_so(api: Api, body: bytes) -> None:
    answer = await api.administrator.post(ADVISORS, content=body, headers={"content-type": "application/json"})
    assert problem(answer, 422)["detail"] == "the body is no JSON"


async def test_a_body_that_is_too_big_is_not_read_to_its_end(api: Api) -> None:
    big = json.dumps(ADVISOR | {"name": "x" * 1_100_000}).encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 65_536):
            yield big[start : start + 65_536]

    answer = await api.administrator.post(ADVISORS, content=in_pieces(), headers={"content-type": "application/json"})
    problem(answer, 413)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", PROGRAMMES, "GET, POST"),
        ("OPTIONS", f"{PROGRAMMES}/some", "DELETE, GET, PATCH"),
        ("PUT", "/registration/operations/parked/replay", "POST"),
    ],
)
async def test_a_method_that_a_path_lacks_is_answered_with_those_that_it_has(
    api: Api, method: str, path: str, allowed: str
) -> None:
    answer = await api.administrator.request(method, path)
    problem(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("credentials", [None, "Bearer", "Bearer wrong", "Basic !", "Basic eDp5", "Negotiate x"])
async def test_without_a_key_not_even_the_body_is_looked_at(nobody: httpx.AsyncClient, credentials: str | None) -> None:
    headers = {"content-type": "application/json"} | ({"authorization": credentials} if credentials else {})
    answer = await nobody.post(ADVISORS, content=b"{", headers=headers)
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await nobody.get("/registration/nowhere", headers=headers)).status_code == 401
    for path in ("/health/live", "/registration/health/live"):
        assert (await nobody.get(path, headers=headers)).status_code == 200
    for path in ("/registration/people/health/live", "/billing/health/live"):  # not this service's
        assert (await nobody.get(path, headers=headers)).status_code == 401
    for path, accepted in (("/registration/docs", "*/*"), (ADVISORS, "text/html,*/*;q=0.8")):
        browser = await nobody.get(path, headers=headers | {"accept": accepted})
        assert browser.headers["www-authenticate"].startswith("Basic")


async def test_who_has_a_key_is_told_whose_it_is(api: Api, nobody: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await api.reader.get(KEY)).json() == {"name": "the reader", "role": "reader", "expires_at": None}
    expires_at = datetime(2100, 8, 1, 12, tzinfo=ZoneInfo("Europe/Oslo"))
    secret = keys.create(tmp_path / "keys.json", name="Kari Vik", role="operator", expires_at=expires_at)
    hers = (await nobody.get(KEY, headers={"authorization": f"Bearer {secret}"})).json()
    assert (hers["name"], hers["role"]) == ("Kari Vik", "operator")
    assert datetime.fromisoformat(hers["expires_at"]) == expires_at
    keys.revoke(tmp_path / "keys.json", "Kari Vik")
    problem(await nobody.get(KEY, headers={"authorization": f"Bearer {secret}"}), 401)
    problem(await nobody.get(KEY), 401)


async def test_who_has_a_key_is_told_which_day_it_is_in_norway(make_database: MakeDatabase, tmp_path: Path) -> None:
    database = await make_database("registration")
    await set_clock(database, datetime(2024, 9, 24, 23, tzinfo=UTC))
    async with api_of(create, Settings, database, tmp_path) as api:
        found = (await api.reader.get(CLOCK)).json()
    assert found == {"simulated": True, "now": "2024-09-24T23:00:00Z", "today": "2024-09-25"}


async def test_a_page_that_is_somebody_elses_cannot_have_a_browser_change_something(api: Api) -> None:
    """A browser sends the password of HTTP Basic by itself; a bearer's token it does not."""
    transport = api.administrator._transport  # noqa: SLF001 - the same application
    async with httpx.AsyncClient(transport=transport, base_url="http://service", auth=("x", secret_of(api))) as browser:
        assert (await browser.get("/registration/openapi.json")).status_code == 200
        assert (await browser.get(ADVISORS)).json()["items"] == []
        problem(await browser.post(ADVISORS, json=ADVISOR), 401)


async def test_a_name_that_a_body_has_twice_is_refused(api: Api) -> None:
    """Whoever checked it on its way may have gone by the other one."""
    twice = json.dumps(ADVISOR)[:-1] + ', "name": "Ola"}'
    answer = await api.administrator.post(ADVISORS, content=twice, headers={"content-type": "application/json"})
    assert problem(answer, 422)["errors"] == [{"code": "given_twice", "field": "name", "message": "it is given twice"}]
    nested = b'{"postal_address": {"city": "A", "city": "B"}}'
    headers = {"content-type": "application/json"}
    answer = await api.administrator.post("/registration/parties", content=nested, headers=headers)
    assert [it["field"] for it in problem(answer, 422)["errors"]] == ["postal_address.city"]
    nested = b'{"when": {"weeks": [{"year": 2024}, {"foo": 1, "foo": 2}]}}'
    answer = await api.administrator.post("/registration/parties", content=nested, headers=headers)
    assert [it["field"] for it in problem(answer, 422)["errors"]] == ["when.weeks.1.foo"]


async def test_a_problem_tells_twenty_faults_and_how_many_more(api: Api) -> None:
    found = problem(await api.administrator.post(ADVISORS, json=ADVISOR | {f"unknown{n}": n for n in range(50)}), 422)
    assert len(found["errors"]) == 20
    assert found["detail"].endswith("; and 30 more")
    found = problem(await api.administrator.get(ADVISORS, params={f"unknown{n}": n for n in range(50)}), 422)
    assert len(found["errors"]) == 20


@pytest.mark.parametrize("values", [[{}] * 200_000, {str(n): n for n in range(20_000)}, [[[]] * 900] * 2], ids=len)
async def test_a_body_of_very_many_values_is_not_looked_at(api: Api, values: Any) -> None:
    answer = await api.administrator.post(ADVISORS, json=ADVISOR | {"name": values})
    problem(answer, 413)
    assert len(answer.content) < 500
