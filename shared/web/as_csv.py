"""Lists as CSV, for who asks with `Accept: text/csv`: made of the same pages as the JSON, by the same route and for the same role.

The whole list comes, a page after the other: a file that holds the first page alone would be taken for the whole. Where
`limit` is given it is one page, and a `Link` says where the next is.

Written for Norwegian Excel, which opens a file by a double click: columns by semicolons, since its decimal sign is the comma, and a
byte order mark, without which it takes UTF-8 for the code page of Windows. Rows end as RFC 4180 has them. What people wrote at
length is left out, and a text that a spreadsheet would compute is kept from that.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, urlencode

import structlog
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.api import LARGEST_PAGE, IsProse, Page

log = structlog.get_logger()

MEDIA_TYPE = "text/csv"
MARK = "\ufeff"
# By these a spreadsheet knows a formula. A number is none, whatever its sign; text begins with an apostrophe then.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones, which are computed as well
_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


class AsCsv:
    """Around an application: a page that is asked for as CSV."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _asks_for_csv(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        is_one_page = "limit" in query
        if not is_one_page:
            query["limit"] = str(LARGEST_PAGE)
        answer = await self._look(scope, query)
        model = _of_list(answer)
        if model is None:
            await self._app(scope, receive, send)  # what is no list is answered as ever, and so is what was refused
            return
        columns = list(columns_of(model))
        page = json.loads(answer.body)
        headers = {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8; header=present", "Vary": "Accept"}
        headers["Content-Disposition"] = f'attachment; filename="{_name(answer.scope)}.csv"'
        if is_one_page and page["next"] is not None:
            headers["Link"] = f'<{scope["path"]}?{urlencode(query | {"after": page["next"]})}>; rel="next"'
        await _begin(send, headers)
        text = MARK + written([[it.name for it in columns]])
        while True:
            text += written([[it.of(item) for it in columns] for item in page["items"]])
            is_last = is_one_page or page["next"] is None
            await send({"type": "http.response.body", "body": text.encode(), "more_body": not is_last})
            if is_last:
                return
            answer, text = await self._look(scope, query | {"after": page["next"]}), ""
            if not answer.is_good:
                # Half a list that looks whole would be worse than a transfer that breaks off, as this one now does.
                log.warning("a list broke off", path=scope["path"], status=answer.status)
                return
            page = json.loads(answer.body)

    async def _look(self, scope: Scope, query: dict[str, str]) -> _Answer:
        answer = _Answer({**scope, "query_string": urlencode(query).encode()})
        await self._app(answer.scope, _nothing, answer.take)
        return answer


class _Answer:
    """What the application answers, kept."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.status = 0
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")

    @property
    def is_good(self) -> bool:
        return self.status == 200  # noqa: PLR2004 - as HTTP has it


@dataclass(frozen=True)
class Column:
    """A field that a row shows, by the names that lead to it."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def of(self, item: Any) -> str:
        for name in self.path:
            item = None if item is None else item[name]
        return cell(item)


def cell(value: Any) -> str:
    """How a value stands in a cell: numbers as Norwegian Excel reads them, and text so that it computes nothing of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    if isinstance(value, list):
        names = [it["name"] if isinstance(it, dict) else it for it in value]
        return cell(", ".join(str(it) for it in names if it is not None))
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def columns_of(kind: Any, path: tuple[str, ...] = ()) -> Iterator[Column]:
    """The columns of a view: its fields, and those of what it holds; of several their names, or themselves.

    Prose is left out, and what has no one form.
    """
    for name, hint in _hints(kind):
        found = _plain(hint)
        at = (*path, name)
        if found is None:
            continue
        if _hints(found):
            yield from columns_of(found, at)
        elif get_origin(found) in (list, tuple):
            each = _hints(get_args(found)[0])
            if not each or "name" in dict(each):
                yield Column(at)
        elif found is not dict and get_origin(found) is not dict:
            yield Column(at)


def written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def item_of(model: Any) -> Any:
    """What a list is of; None for what is no list."""
    if isinstance(model, type) and issubclass(model, Page):
        return get_args(model.model_fields["items"].annotation)[0]
    return None


def _hints(kind: Any) -> list[tuple[str, Any]]:
    """The fields of a view or of a part of one, with what they are."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [
            (name, Annotated[it.annotation, *it.metadata] if it.metadata else it.annotation)
            for name, it in kind.model_fields.items()
        ]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return [(it.name, hints[it.name]) for it in fields(kind)]
    return []


def _plain(hint: Any) -> Any:
    """What a field is where it is there; None for prose."""
    if get_origin(hint) is Annotated:
        kind, *marks = get_args(hint)
        return None if IsProse in marks else _plain(kind)
    if get_origin(hint) in (Union, UnionType):
        there = [it for it in get_args(hint) if it is not type(None)]
        return _plain(there[0])
    return hint


def _of_list(answer: _Answer) -> Any:
    route = answer.scope.get("route")
    return item_of(getattr(route, "response_model", None)) if answer.is_good else None


def _name(scope: Scope) -> str:
    """Of the file: what is listed, and of what."""
    path: str = scope["route"].path
    named = [path.rpartition("/")[2], *scope.get("path_params", {}).values()]
    return "-".join(_PLAIN.sub("-", str(it)) for it in named)


def _asks_for_csv(headers: Headers) -> bool:
    """Whether CSV is named, and JSON is not named as better."""
    found: dict[str, float] = {}
    for one in headers.get("accept", "").split(","):
        kind, *parameters = (it.strip().lower() for it in one.split(";"))
        given = next((it.removeprefix("q=") for it in parameters if it.startswith("q=")), "1")
        found[kind] = float(given) if re.fullmatch(r"[01](\.[0-9]{0,3})?", given) else 0.0
    return found.get(MEDIA_TYPE, 0.0) > 0 and found[MEDIA_TYPE] >= found.get("application/json", 0.0)


async def _begin(send: Send, headers: dict[str, str]) -> None:
    raw = MutableHeaders(headers).raw
    await send({"type": "http.response.start", "status": 200, "headers": raw})


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
