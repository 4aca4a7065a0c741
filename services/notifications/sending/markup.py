"""The markup that mails are written in (mails/README.md), made into Jinja templates: one of text, one of HTML.

Only sources are looked at for markup, when they are loaded and before anything is filled in. What people wrote comes
later, and so stands in the mail as they wrote it; in HTML it is escaped by Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import groupby, takewhile
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from shared.links import is_link

MAILS = Path(__file__).parents[1] / "mails"

JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})")
CELL = re.compile(rf"(?:{JINJA.pattern}|[^|])+")
STATEMENT = re.compile(
    r"^\{%(?:(?!%\}).)*%\}$", re.MULTILINE | re.DOTALL
)  # with nothing beside it, over several lines too
HEAD = re.compile(r"([A-Z][a-z]+): (.*)")
LOOP = re.compile(r"\{% (for|endfor)\b")
STRONG = re.compile(r"\*\*(.+?)\*\*")
BEGINNINGS = {"## ": "heading", "* ": "list", "| ": "facts"}

WIDTH = 76  # of a line of text
LABEL = 18  # of that for what a fact is called
wrap = partial(fill, width=WIDTH, break_long_words=False, break_on_hyphens=False)
FACT = Markup('<tr><th scope="row">{}</th><td>{}{}</td></tr>\n')
FORMER = Markup('<div class="was">Før: {}</div>')
NEW = "ny"  # what was not said before, in either language form
ADDED = Markup('<div class="was">{}</div>').format(NEW.capitalize())
LINK = Markup('<a href="{0}">{0}</a>')


@dataclass(frozen=True, kw_only=True)
class Form:
    """What templates of text, or of HTML, are made with."""

    layout: str
    is_html: bool
    around: Mapping[str, tuple[str, str]]  # what stands before and after each thing
    filters: Mapping[str, Callable[[str], str]]
    fact: Callable[..., str]  # of a label, a value, and what it was before where that is told


def environment(form: Form, filters: Mapping[str, Callable[..., str]]) -> Environment:
    """Templates by the names of their sources: `invoice.nb`, `parts/session.nn`. `filters` are those of both forms."""

    def load(name: str) -> str:
        if name == "layout":
            return (MAILS / form.layout).read_text(encoding="utf-8")
        return template((MAILS / f"{name}.mail").read_text(encoding="utf-8"), form)

    found = Environment(
        loader=FunctionLoader(load),
        autoescape=form.is_html,  # noqa: S701 - text is no HTML
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    found.filters.update(filters)
    found.filters.update(form.filters)
    found.globals["fact"] = form.fact
    return found


def template(source: str, form: Form) -> str:
    """The Jinja template of a source. What its head says are variables; if there is a subject, it has the layout."""
    lines = STATEMENT.sub(lambda found: found[0].replace("\n", " "), source).splitlines()
    head = list(takewhile(lambda line: HEAD.fullmatch(line) or STATEMENT.fullmatch(line), lines))
    body = "".join(_body(lines[len(head) :], form))
    variables = "".join(_variable(line, form) for line in head)
    if "{% set subject %}" not in variables:
        return variables + body
    return f'{{% extends "layout" %}}{variables}{{% block body %}}{body}{{% endblock %}}'


def _variable(line: str, form: Form) -> str:
    named = HEAD.fullmatch(line)
    return _set(named[1].lower(), _inline(named[2], form)) if named else line


def _body(lines: Iterable[str], form: Form) -> Iterator[str]:
    for thing, pairs in groupby(_things(list(lines)), lambda it: it[0]):
        those = [line for _, line in pairs]
        if thing == "statement":
            yield from those
        elif thing == "heading":
            yield from (_around(thing, _inline(line.removeprefix("## "), form), form) for line in those)
        elif thing == "list":
            items = (_around("item", _inline(line.removeprefix("* "), form), form) for line in those)
            yield _around(thing, "".join(items), form)
        elif thing == "facts":
            facts = (line if STATEMENT.fullmatch(line) else _fact(line, form) for line in those)
            yield _around(thing, "".join(facts), form)
        elif thing == "paragraph":
            yield _around(thing, _inline(" ".join(those), form), form)


def _things(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with what it is. A loop over facts stands among them: they are one table."""
    for n, line in enumerate(lines):
        beside = {"for": lines[n + 1 : n + 2], "endfor": lines[n - 1 : n] if n else []}
        loop = LOOP.match(line)
        is_of_facts = loop is not None and any(map(_is_fact, beside[loop[1]]))
        yield "facts" if is_of_facts else _thing(line), line


def _is_fact(line: str) -> bool:
    return _thing(line) == "facts"


def _thing(line: str) -> str:
    """What a line is, or is part of."""
    if not line:
        return "nothing"
    if STATEMENT.fullmatch(line):
        return "statement"
    return next((thing for beginning, thing in BEGINNINGS.items() if line.startswith(beginning)), "paragraph")


def _fact(line: str, form: Form) -> str:
    cells = [_inline(found[0].strip(), form) for found in CELL.finditer(line)]
    names = ["label", "value", "former"][: len(cells)]
    sets = "".join(_set(name, cell) for name, cell in zip(names, cells, strict=True))
    return f"{sets}{{{{ fact({', '.join(names)}) }}}}"


def _set(name: str, value: str) -> str:
    return f"{{% set {name} %}}{value}{{% endset %}}"


def _around(thing: str, inner: str, form: Form) -> str:
    before, after = form.around[thing]
    return before + inner + after


def _inline(words: str, form: Form) -> str:
    """Every second part is Jinja's."""
    parts = JINJA.split(words)
    if form.is_html:
        parts[::2] = [escape(part, quote=False) for part in parts[::2]]
    return STRONG.sub(lambda found: _around("strong", found[1], form), "".join(parts))


def _text_fact(label: str, value: str, former: str | None = None) -> str:
    if not value and not former:
        return ""
    before = "" if former in (None, value) else f"\n(før: {former})" if former else f"\n({NEW})"
    lines = [wrap(line, width=WIDTH - LABEL) for line in f"{value or '–'}{before}".splitlines()]
    if len(label) >= LABEL - 1:  # what it is called fills a line of its own
        return f"{label}:\n" + "".join(f"{' ' * LABEL}{it}\n" for it in "\n".join(lines).splitlines())
    return f"{label + ':':{LABEL - 1}} " + "\n".join(lines).replace("\n", "\n" + " " * LABEL) + "\n"


def _html_fact(label: Markup, value: Markup, former: Markup | None = None) -> Markup:
    if not value and not former:
        return Markup()
    before = "" if former in (None, value) else FORMER.format(_html_lines(former)) if former else ADDED
    return FACT.format(label, _html_lines(value or Markup("–")), before)


def _html_lines(value: Markup) -> Markup:
    """A line that is an address becomes a link to it."""
    lines = value.splitlines()
    return Markup("<br>").join(LINK.format(line) if is_link(line.unescape()) else line for line in lines)


TEXT = Form(
    layout="layout.txt",
    is_html=False,
    around={
        "paragraph": ("{% filter wrap %}", "{% endfilter %}\n\n"),
        "heading": ("{% filter upper %}", "{% endfilter %}\n"),
        "list": ("", "\n"),
        "item": ("{% filter wrap_item %}", "{% endfilter %}\n"),
        "facts": ("", "\n"),
        "strong": ("", ""),
    },
    filters={"wrap": wrap, "wrap_item": partial(wrap, initial_indent="* ", subsequent_indent="  ")},
    fact=_text_fact,
)
HTML = Form(
    layout="layout.html",
    is_html=True,
    around={
        "paragraph": ("<p>", "</p>\n"),
        "heading": ("<h2>", "</h2>\n"),
        "list": ("<ul>\n", "</ul>\n"),
        "item": ("<li>", "</li>\n"),
        "facts": ('<table class="facts">\n', "</table>\n"),
        "strong": ("<strong>", "</strong>"),
    },
    filters={},
    fact=_html_fact,
)
