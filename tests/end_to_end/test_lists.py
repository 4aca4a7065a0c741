"""Every list of every service: in pages, with known filters, as CSV too, for the same roles, with as many statements for many rows as for one.

What is a list is found in the OpenAPI documents, so that the next one is looked at as well.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from deploy.embedded import Running
from shared.contracts.catalogue import PUBLISHERS
from shared.web import keys
from shared.web.openapi import CSV, Json, is_list, operations
from tests.end_to_end.examples import Player
from tests.end_to_end.story import played
from tests.support.api import problem
from tests.support.statements import statements

AT_MOST = 2  # a page, and once all whom it names; or whether there is such a programme, where the page is empty
# Those that are worked out of more than one statement, whatever their length.
STATEMENTS = {
    "list_unbilled_instalments": "what is due is worked out of all that is known",
    "list_findings": "what is found is worked out of all that is known",
    "list_what_waits": "of several sorts",
    "list_contact_lists": "what they lack is said of groups, and of the programme",
    "find_people": "what needs somebody is said for today, which the clock is asked for",
    "show_visits": "joined of the plan and of who is in the programme",
    "list_what_is_missing": "of several entities",
    "list_subscribers": "NATS is asked",
}
# Lists of people, of mails, of concerns: personal data, or close to it.
FOR_ADMINISTRATORS = (
    "people",
    "advisors",
    "groups",
    "participants",
    "mails",
    "concerns",
    "applications",
    "agreements",
    "}/findings",  # of municipalities; those of a plan are about nobody
)

PROJECTION = {"registration": "session"}  # one that the service has
NOT_BY_PARTY = re.compile(r"/operations/|/\{agreement\}/")  # for operators, and what is one party's anyway

IS_A_SENTENCE = re.compile(r"[a-zæøå]{2}\.$|\b[BRS][0-9]+: ")  # ours, and those of the rules


async def test_every_list_is_one(tmp_path: Path) -> None:
    async with played(tmp_path) as (run, player):
        prose = set(_prose(player))
        for service in PUBLISHERS:
            it = run.services[service]
            assert it is not None
            transport = httpx.ASGITransport(app=it.api, raise_app_exceptions=False)
            document = await _document(run, service)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
                http.headers["Authorization"] = f"Bearer {run.first_key}"
                for path, method, operation in operations(document):
                    if method == "get" and _answers_several(operation, document):
                        assert is_list(operation, document["components"]["schemas"]), (
                            f"{path}: a Page (shared/web/api.py)"
                        )
                        url = path.format_map(
                            player.last_in_path(service) | {"name": PROJECTION.get(service, "programme")}
                        )
                        await _comes_in_pages(http, operation, url)
                        await _knows_its_filters(http, url)
                        if not NOT_BY_PARTY.search(path) and "party" in _item(operation, document):
                            await _picks_those_of_a_party(http, operation, url)
                        await _comes_as_csv(http, operation, url, prose)
                        await _takes_no_more_statements_for_more_rows(http, operation, url)


async def _document(run: Running, service: str) -> Json:
    async with httpx.AsyncClient(base_url=run.url, headers={"Authorization": f"Bearer {run.first_key}"}) as http:
        found: Json = (await http.get(f"/{service}/openapi.json")).json()
        return found


def _answers_several(operation: Json, document: Json) -> bool:
    schema = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    fields = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    return schema.get("type") == "array" or "items" in fields or operation["operationId"].startswith("list_")


def _item(operation: Json, document: Json) -> set[str]:
    """The fields of what a list has."""
    schemas = document["components"]["schemas"]
    page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    item = schemas[page]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    return set(schemas[item]["properties"])


def _query(operation: Json) -> dict[str, str]:
    """What must be said."""
    required = [it for it in operation.get("parameters", []) if it["in"] == "query" and it.get("required")]
    return {it["name"]: it["schema"]["examples"][0] for it in required}


async def _comes_in_pages(http: httpx.AsyncClient, operation: Json, url: str) -> None:
    names = {it["name"] for it in operation["parameters"]}
    assert {"after", "limit"} <= names, url
    whole = (await _get(http, url, _query(operation))).json()["items"]
    found: list[Json] = []
    after = ""
    for _ in range(len(whole) + 1):
        query = urlencode(_query(operation) | {"limit": "1"})
        page = (await _get(http, f"{url}?{query}{after}", {})).json()  # the cursor is pasted as it stands
        assert len(page["items"]) <= 1
        found += page["items"]
        if page["next"] is None:
            break
        assert set(page["next"]).isdisjoint("+&#% "), f"{url}: {page['next']}"
        after = f"&after={page['next']}"
    assert found[: len(whole)] == whole, url
    for spoilt in ("2024-09-01T12:00:00.000000 00:00/nothing", "%"):
        refused = problem(await http.get(url, params=_query(operation) | {"after": spoilt}), 422)
        assert [it["field"] for it in refused["errors"]] == ["after"], url


async def _knows_its_filters(http: httpx.AsyncClient, url: str) -> None:
    refused = problem(await http.get(url, params={"nobodys": "1"}), 422)
    assert "nobodys" in [it["field"] for it in refused["errors"]], url


async def _picks_those_of_a_party(http: httpx.AsyncClient, operation: Json, url: str) -> None:
    """What a municipality's page shows is asked for, and not looked for in all that there is."""
    query = _query(operation) | {"limit": "500"}
    whole = (await _get(http, url, query)).json()["items"]
    for party in {it["party"] for it in whole if it["party"]} | {"999999999"}:
        of_party = (await _get(http, url, query | {"party": party})).json()["items"]
        assert of_party == [it for it in whole if it["party"] == party], f"{url}: party"


async def _comes_as_csv(http: httpx.AsyncClient, operation: Json, url: str, prose: set[str]) -> None:
    assert CSV in operation["responses"]["200"]["content"], url
    query = _query(operation)
    answer = await _get(http, url, query, accept=CSV)
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(head) == len(set(head)) > 0
    assert all(len(it) == len(head) for it in rows)
    whole = (await _get(http, url, query | {"limit": "500"})).json()["items"]
    assert len(rows) >= len(whole)
    assert [cell for row in rows for cell in row if cell in prose or IS_A_SENTENCE.search(cell)] == [], url
    one = await _get(http, url, query | {"limit": "1"}, accept=CSV)
    assert ("link" in one.headers) == (len(whole) > 1)


async def _takes_no_more_statements_for_more_rows(http: httpx.AsyncClient, operation: Json, url: str) -> None:
    asked = []
    for limit in ("1", "500"):
        with statements() as seen:
            await _get(http, url, _query(operation) | {"limit": limit})
        asked.append([it for it in seen if it.lstrip().upper().startswith(("SELECT", "WITH"))])
    assert len(asked[0]) == len(asked[1]), f"{url}: more statements for more rows"
    if operation["operationId"] not in STATEMENTS:
        assert 1 <= len(asked[1]) <= AT_MOST, f"{url}: {asked[1]}"


async def _get(http: httpx.AsyncClient, url: str, query: dict[str, str], *, accept: str = "*/*") -> httpx.Response:
    answer = await http.get(url, params=query or None, headers={"Accept": accept})
    assert answer.status_code == httpx.codes.OK, f"{url}: {answer.text}"
    return answer


def _prose(player: Player) -> Iterator[str]:
    """What the examples say at length."""
    for _, _, operation in player.operations.values():
        for example in operation.get("body", {}).get("examples", []):
            yield from _said(example)


def _said(value: Any) -> Iterator[str]:
    inner: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    for it in inner:
        yield from _said(it)
    if isinstance(value, str) and value.endswith("."):  # the examples' sentences, and nothing else of theirs
        yield value


async def test_lists_of_people_mails_and_concerns_are_for_administrators(tmp_path: Path) -> None:
    async with played(tmp_path) as (run, player):
        reader = keys.create(run.state.keys, name="a reader", role="reader")
        async with httpx.AsyncClient(base_url=run.url, headers={"Authorization": f"Bearer {reader}"}) as http:
            for service in PUBLISHERS:
                document = await _document(run, service)
                for path, method, _ in operations(document):
                    if method == "get" and path.endswith(FOR_ADMINISTRATORS):
                        for accept in ("application/json", CSV):
                            url = path.format_map(player.last_in_path(service))
                            problem(await http.get(url, headers={"Accept": accept}), 403)
