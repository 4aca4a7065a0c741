"""The chain over each series: a document's link covers what it says, and the link before it (B8).

Whoever knows one link sees whether any document up to it was changed, exchanged or taken out since. What a document says is
what its event tells: whoever has the events can compute the links, and *recover* comes to the same ones. It is written as
RFC 8785 has it, names in order and no space between, and hashed by SHA-256.

The form is for ever. What is null or false is left out, and a field of the content that comes later is that in all that was
issued before, so that it changes no link; another change is another `FORM` beside this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from json import encoder
from typing import Any

from services.billing.documents.domain.series import Kind, series_id

FORM = 1
quoted = encoder.encode_basestring  # as RFC 8785 quotes; `json.dumps` of it all takes twice as long
# Of a document itself, as it stands in its row.
OF_ALL = (
    *("agreement", "amount_ore", "attempt", "document_number", "instalment", "issued_on"),
    *("number", "party", "programme", "release", "session"),
)
OF_KIND: Mapping[Kind, tuple[str, ...]] = {
    "invoice": (*OF_ALL, "due_on", "kid"),
    "credit_note": (*OF_ALL, "because", "invoice", "reason"),
}
# What the stored content says over again, by what the row calls it; an event says it once.
SAID_TWICE = {
    **{
        name: name
        for name in ("amount_ore", "document_number", "due_on", "instalment", "issued_on", "kid", "number", "reason")
    },
    "credits_invoice": "invoice",
}
NOTHING: frozenset[str] = frozenset()
NOT_TOLD = frozenset((*SAID_TWICE, "kind", "version"))


def link(before: str | None, kind: Kind, document: Mapping[str, Any], content: Mapping[str, Any] | None) -> str:
    """The link of a document, 64 hexadecimal digits; `before` is that of the document before it, None of the first.

    `document` has its fields by the names of its row, `content` those of its stored content, read from JSON or not; None
    where it is lost.

    >>> document = {"programme": "p", "number": 1, "issued_on": date(2025, 12, 1), "amount_ore": 666_667}
    >>> print(said("invoice", document, {"payer_reference": "ref-1", "account": None}))
    {"amount_ore":666667,"content":{"payer_reference":"ref-1"},"issued_on":"2025-12-01","number":1,"programme":"p","series":"p/invoices"}
    >>> link(None, "invoice", document, {"payer_reference": "ref-1"})
    'f85de6541a59919657a77bd54e1821db7c24e2e31befd6555c1b8e231530151f'
    """
    previous = "" if before is None else f',"previous":"{before}"'
    text = f'{{"document":{said(kind, document, content)},"form":{FORM}{previous}}}'
    return hashlib.sha256(text.encode()).hexdigest()


def said(kind: Kind, document: Mapping[str, Any], content: Mapping[str, Any] | None) -> str:
    """What a document says, in its canonical form."""
    told = {name: document.get(name) for name in OF_KIND[kind]}
    said = None if content is None else _Text(_object(content, NOT_TOLD))
    return _object(told | {"content": said, "series": series_id(document["programme"], kind)})


def disagreements(kind: Kind, document: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    """The fields of its row in which a document is not what its content says. The content is read from JSON."""
    row = {told: document.get(name) for told, name in SAID_TWICE.items()} | {"kind": kind}
    for name in ("delivered_from", "delivered_to"):
        if document.get(name) is not None:  # beside it they are kept only since
            row[name] = document[name]
    return sorted(
        SAID_TWICE.get(name, name)
        for name, value in row.items()
        if (value.isoformat() if isinstance(value, date) else value) != content.get(name)
    )


class _Text(str):
    """JSON already."""

    __slots__ = ()


def _object(fields: Mapping[str, Any], without: frozenset[str] = NOTHING) -> str:
    """Without what says nothing. It is most of what a link costs: each field is written by what its type calls for, at once."""
    told = [
        begun + WRITTEN.get(type(it), _nested)(it)
        for name, begun in _order(tuple(fields), without)
        if (it := fields[name]) is not None and it is not False
    ]
    return "{" + ",".join(told) + "}"


def _nested(it: Any) -> str:
    """Raises TypeError for a type that no document has, and that has no form of its own yet."""
    return _object(it if type(it) is dict else vars(it))


# False is left out.
WRITTEN: Mapping[type, Callable[[Any], str]] = {
    str: quoted,
    int: str,
    date: lambda it: f'"{it.isoformat()}"',
    bool: lambda _: "true",
    _Text: str,
}


@lru_cache(maxsize=64)
def _order(names: tuple[str, ...], without: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """In which names stand, each with how it begins."""
    return tuple((name, f'"{name}":') for name in sorted(names) if name not in without)
