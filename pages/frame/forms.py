"""What a form sent, as the body of an API's request, and what was typed when that was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from pages.frame.api import Refused
from pages.frame.refusals import OF_AN_EMPTY_FIELD, in_norwegian

MOST_FIELDS = 2500  # the attendance of a hundred municipalities: each four to ten people, on two days
LARGEST = 200_000  # bytes
LONGEST_NUMBER = 18  # characters
IF_MATCH = "if_match"  # the hidden field with the ETag of what the form was shown with


class NotAForm(Exception):
    """What was sent is no form of ours."""


class TooLong(NotAForm):
    """More was typed than any form takes."""


async def typed(request: Request) -> dict[str, str]:
    """The fields of a form as they were typed, by name. Raises NotAForm."""
    if (found := getattr(request.state, "typed", None)) is None:
        found = request.state.typed = await _read(request)
    return dict(found)


async def _read(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise TooLong
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise NotAForm from None
    return dict(pairs)


def body_of(
    values: Mapping[str, str],
    *names: str,
    ints: Collection[str] = (),
    ticks: Collection[str] = (),
    nulls: Collection[str] = (),
    required: Collection[str] = (),
) -> dict[str, Any]:
    """A request's body of these fields; `address.street` stands inside `address`, as refusals name it.

    What is empty is left out, or said to be nothing where it is one of `nulls`; of a change, where what is left out stays as
    it is, those that are `required` go as they are where the form has them, so that the API refuses them. `ints` are whole
    numbers, which stay as they were typed where they are none, so that the API says so. `ticks` are yes or no.
    """
    found: dict[str, Any] = {}
    for name in names:
        value: Any = values.get(name, "").strip()
        if name in ticks:
            value = bool(value)
        elif not value:
            if name in nulls:
                value = None
            elif name not in required or name not in values:
                continue
        elif name in ints:
            is_number = value.isascii() and value.removeprefix("-").isdecimal() and len(value) <= LONGEST_NUMBER
            value = int(value) if is_number else value
        place = found
        *outer, last = name.split(".")
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return found


@dataclass(frozen=True)
class Form:
    """A form as it is shown: with what was typed and what was wrong, or with neither. `name` tells a page's forms apart."""

    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)  # by field, in Norwegian
    wrong: tuple[str, ...] = ()  # with no field that the form has, or with the whole
    status: int = 200  # of the page that shows it

    def value(self, name: str, shown: Any = "") -> str:
        """What was typed, or else what stands."""
        if self.values:
            return self.values.get(name, "")
        return "" if shown is None else str(shown)

    def is_ticked(self, name: str, shown: object) -> bool:
        return bool(self.values.get(name)) if self.values else bool(shown)


def refused(name: str, values: Mapping[str, str], why: Refused, fields: Mapping[str, str] | None = None) -> Form:
    """The form as it was typed, with each refusal at its field. `fields`: what the API calls one, where the form has another."""
    faults: dict[str, str] = {}
    wrong: list[str] = []
    for it in why.faults:
        code, at = str(it.get("code") or ""), str(it.get("field") or "")
        at = (fields or {}).get(at, at)
        if code in OF_AN_EMPTY_FIELD and at in values and not values[at].strip():
            code = "missing"
        text = in_norwegian(code, it.get("values") or {})
        if at in values or at in (fields or {}).values():
            faults[at] = text
        else:
            wrong.append(text)
    return Form(name, values, faults, tuple(dict.fromkeys(wrong)), why.status)
