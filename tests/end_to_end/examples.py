"""Plays a programme by nothing but the examples that the four OpenAPI documents give."""

from __future__ import annotations

from typing import Any

import httpx

from shared.contracts.catalogue import PUBLISHERS
from shared.web.api import A_PARTY, A_PROGRAMME, AN_ID
from shared.web.openapi import Json, operations, takes_if_match

# Where something was parked for this reason, and of this type, as the documents' own example says.
FAILED, OPENED = "failed", "kulturskole.registration.programme.opened.v1"


class Player:
    """Calls operations with their documented examples. What the services make themselves – ids – is given to each call."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.operations: dict[tuple[str, str], tuple[str, str, Json]] = {}  # by service and operationId
        self.played: set[tuple[str, str]] = set()
        self.refused_as_stale: set[tuple[str, str]] = set()
        self._in_paths: dict[str, dict[str, str]] = {}  # what stood last in a service's paths, by the parameter's name

    async def read(self) -> None:
        """The documents, as the services give them."""
        for service in PUBLISHERS:
            document = (await self._http.get(f"/{service}/openapi.json")).json()
            self.schemas = document["components"]["schemas"]
            for path, method, operation in operations(document):
                if body := operation.get("requestBody"):
                    operation["body"] = self._schema(body["content"]["application/json"]["schema"])
                self.operations[service, operation["operationId"]] = (path, method, operation)

    async def __call__(self, service: str, operation_id: str, /, *, more: Json | None = None, **ids: Any) -> Any:
        """The answer to the example of an operation, with these ids in path, query and body, and with `more` in the body."""
        path, method, operation = self.operations[service, operation_id]
        in_path = self._in_path(operation, ids)
        self._in_paths.setdefault(service, {}).update(in_path)
        url = path.format_map(in_path)
        query = _query(operation, ids)
        in_pages = "after" in _examples(operation, "query")
        body = self._body(operation, ids, more or {})
        if takes_if_match(operation):
            await self._is_not_lost_unseen(service, operation_id, url, body)
        answer = await self._answer(method, url, query, body)
        is_file = answer.headers["content-type"] != "application/json"  # of which nothing is read
        found = {} if is_file else answer.json()
        if is_file or "version" in found:
            assert "ETag" in answer.headers, operation_id
        assert str(answer.status_code) in operation["responses"]
        if in_pages:
            await self._turn_the_page(url, query)
        if method == "patch":
            await self._changes_nothing(url, operation["body"], found)
        self.played.add((service, operation_id))
        return found

    def _in_path(self, operation: Json, ids: Json) -> dict[str, str]:
        known = {"programme": A_PROGRAMME, "party": A_PARTY} | ids
        return {name: str(known[name]) for name in _examples(operation, "path")}

    async def of_what_is_not_there(self, service: str, operation_id: str) -> httpx.Response:
        """The answer to the example of an operation about a programme, a party, a number or an id that nobody knows."""
        path, method, operation = self.operations[service, operation_id]
        nowhere = {name: 999_999 if name == "number" else "unknown" for name in _examples(operation, "path")}
        query = _query(operation, {})
        if "programme" in query:
            query["programme"] = "unknown"
        body = self._body(
            operation, dict.fromkeys(("participant", "advisor", "concern", "development_area"), AN_ID), {}
        )
        return await self._http.request(method, path.format_map(nowhere), params=query or None, json=body)

    def last_in_path(self, service: str) -> dict[str, str]:
        """What stood last in the paths of a service: names what is there."""
        return self._in_paths[service]

    async def _turn_the_page(self, url: str, query: Json) -> None:
        """The example of `after` is the `next` of a page, which no document can know."""
        following = (await self._answer("get", url, query | {"limit": 1}, None)).json()["next"]
        if following is not None:
            await self._answer("get", url, query | {"after": following}, None)

    async def _is_not_lost_unseen(self, service: str, operation_id: str, url: str, body: Json | None) -> None:
        """Whoever saw another state changes nothing. What is as it would become is no change, and is not compared."""
        _, method, _ = self.operations[service, operation_id]
        stale = {"If-Match": '"of-before"'}
        answer = await self._http.request(method, url, json=body, headers=stale)
        if answer.status_code == httpx.codes.PRECONDITION_FAILED:
            assert answer.headers["ETag"] not in ("", stale["If-Match"])
            self.refused_as_stale.add((service, operation_id))
        else:
            assert answer.is_success, f"{method} {url}: {answer.text}"

    async def _answer(self, method: str, path: str, query: Json, body: Json | None) -> httpx.Response:
        answer = await self._http.request(method, path, params=query or None, json=body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer

    async def _changes_nothing(self, path: str, schema: Json, before: Json) -> None:
        """Whoever sends the documented defaults along has said nothing."""
        defaults = {name: it["default"] for name, it in schema["properties"].items() if "default" in it}
        assert (await self._answer("patch", path, {}, defaults)).json() == before

    def _body(self, operation: Json, ids: Json, more: Json) -> Json | None:
        if "body" not in operation:
            return None
        (example,) = operation["body"]["examples"]
        return {name: ids[name] if value == AN_ID else value for name, value in example.items()} | more

    def _schema(self, schema: Json) -> Json:
        """Of a body, which may be left out where it says `anyOf`."""
        (reference,) = [it["$ref"] for it in (schema, *schema.get("anyOf", [])) if "$ref" in it]
        found: Json = self.schemas[reference.rpartition("/")[2]]
        return found


def _examples(operation: Json, where: str) -> Json:
    """Those of the parameters that stand there, in the path or the query; None for one without."""
    parameters = [it for it in operation.get("parameters", []) if it["in"] == where]
    return {it["name"]: it["schema"].get("examples", [None])[0] for it in parameters}


def _query(operation: Json, ids: Json) -> Json:
    """Without the page that follows; and of parameters of which one is to be said, the first, with what belongs to it."""
    examples = {name: it for name, it in _examples(operation, "query").items() if name != "after"}
    used = operation.get("x-one-of", [list(examples)])[0]
    return {name: ids.get(name, examples[name]) for name in used}
