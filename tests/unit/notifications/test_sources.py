"""The sources that mails are made of: which there are, what they ask for, and what counts as markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, meta, nodes

from services.notifications.letters.domain.content import CalendarContent
from services.notifications.letters.domain.kinds import KINDS, PURPOSES, Language
from services.notifications.sending.markup import HTML, MAILS, TEXT, Form, environment, template
from services.notifications.sending.render import Rendered, html_templates, render, text_templates, values_of
from tests.unit.notifications.samples import ENTRY, ORGANISER, SENDER, content, mail

LANGUAGES: tuple[Language, ...] = ("nb", "nn")


def test_every_kind_has_its_two_sources_and_there_are_no_others() -> None:
    names = sorted(path.name for path in MAILS.glob("*.mail"))
    assert names == sorted(f"{kind}.{language}.mail" for kind in KINDS for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_source_asks_for_what_its_mail_does_not_hold(kind: str, language: Language) -> None:
    values = values_of(mail(kind, language), organiser=ORGANISER)
    for templates, form in ((text_templates, TEXT), (html_templates, HTML)):
        for tree in trees(templates, f"{kind}.{language}", form):
            its_own = {node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)}
            assert meta.find_undeclared_variables(tree) <= values.keys() | templates.globals.keys() | its_own
            for asked in tree.find_all(nodes.Getattr):
                if isinstance(asked.node, nodes.Name) and asked.node.name in values:
                    assert hasattr(values[asked.node.name], asked.attr)


def trees(templates: Environment, name: str, form: Form) -> Iterator[nodes.Template]:
    """A source's, and those of the parts that it includes."""
    tree = templates.parse(template((MAILS / f"{name}.mail").read_text(encoding="utf-8"), form))
    yield tree
    for other in meta.find_referenced_templates(tree):
        assert other is not None
        if other != "layout":
            yield from trees(templates, other, form)


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def says(kind: str, words: str) -> Rendered:
    """The mail, with these words wherever someone may have written them."""
    changes: dict[str, Any] = {"name": words, "party": words, "programme": words}
    plain = content(kind)
    if isinstance(plain, CalendarContent):
        entry = replace(ENTRY, title=words, place=words)
        changes |= {"entry": entry, "before": plain.before and replace(entry, place=f"before {words}")}
    else:
        changes |= {"official_name": words, "contacts": (words, words)}
        if plain.document:
            someone = replace(plain.document.buyer, name=words, street=words, city=words)
            changes["document"] = replace(plain.document, seller=someone, buyer=someone, delivered=words)
    return render(mail(kind, **changes), organiser=ORGANISER, sender=SENDER)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None)  # a busy machine is slow
@given(words=st.text(st.sampled_from("*|#<>&{}%\"'\\/-=:. aå"), min_size=1).map(lambda it: f"a{it}a"))
def test_what_people_wrote_is_never_taken_for_markup(kind: str, words: str) -> None:
    written = says(kind, words)
    html = _Tags(written.html)
    assert html.tags == _Tags(says(kind, "words").html).tags
    for body in (written.text, html.text):
        assert f"Hei, {words}!" in body
        assert " ".join(words.split()) in " ".join(body.split())
    assert " ".join(words.split()) in written.subject or PURPOSES.get(kind) == "invoice"


@pytest.mark.parametrize("words", ["**a**", "* a", "## a", "| a | b", "Subject: a", "{{ name }}", "<script>", "&amp;"])
def test_words_that_would_be_markup_in_a_source_stand_as_they_are(words: str) -> None:
    written = says("application_waiting_list", words)
    assert f"Takk for søknaden til {words}. {words} står nå på venteliste." in " ".join(written.text.split())
    assert f"Takk for søknaden til {words}. {words} står nå på venteliste." in _Tags(written.html).text


def made(source: str, form: Form, **values: Any) -> str:
    return environment(form, {}).from_string(template(source, form)).render(values)


def test_a_source_is_paragraphs_lists_headings_and_facts() -> None:
    source = "One\nparagraph of {{ n }} lines.\n\nAnother.\n\n* First\n* Second\n\n## Facts\n| When | now\n| Where | {{ nowhere }}\n"
    assert made(source, HTML, n=2, nowhere="").split("\n") == [
        "<p>One paragraph of 2 lines.</p>",
        "<p>Another.</p>",
        "<ul>",
        "<li>First</li>",
        "<li>Second</li>",
        "</ul>",
        "<h2>Facts</h2>",
        '<table class="facts">',
        '<tr><th scope="row">When</th><td>now</td></tr>',
        "</table>",
        "",
    ]
    assert made(source, TEXT, n=2, nowhere="") == (
        "One paragraph of 2 lines.\n\nAnother.\n\n* First\n* Second\n\nFACTS\nWhen:             now\n\n"
    )


def test_a_long_item_and_a_long_fact_go_on_below_where_they_began() -> None:
    text = made(f"* {'word ' * 20}\n\n| Where | {'place ' * 12}", TEXT)
    assert [len(line) - len(line.lstrip()) for line in text.splitlines()] == [0, 2, 0, 0, 18, 0]
    assert max(map(len, text.splitlines())) <= 76


def test_statements_of_jinja_stand_between_paragraphs_inside_them_and_on_several_lines() -> None:
    source = '{% set names = {\n  "a": "A",\n} %}\n\n{% if x %}\nYes, {{ names.a }}.\n{% else %}\nNo.\n{% endif %}\n'
    assert made(source, HTML, x=True) == "<p>Yes, A.</p>\n"
    assert made(source, TEXT, x=False) == "No.\n\n"
    assert made("{% if x %}Yes{% else %}No{% endif %}, so.", HTML, x=False) == "<p>No, so.</p>\n"


def test_the_words_of_a_source_are_no_html_either() -> None:
    assert made("A < B & **C**", HTML) == "<p>A &lt; B &amp; <strong>C</strong></p>\n"
    assert made("A < B & **C**", TEXT) == "A < B & C\n\n"


def test_a_fact_says_what_it_was_where_that_has_changed_and_links_to_an_address() -> None:
    source = "| Where | {{ now or '' }} | {{ then or '' }}"
    assert made(source, TEXT, now="Voss", then="Voss") == "Where:            Voss\n\n"
    assert made(source, TEXT, now=None, then="Voss").split() == ["Where:", "–", "(før:", "Voss)"]
    assert made(source, TEXT, now=None, then=None) == "\n"
    link = "https://x.example/?a&b"
    assert '<a href="https://x.example/?a&amp;b">https://x.example/?a&amp;b</a>' in made(
        source, HTML, now=link, then=""
    )
    assert ">Ny</div>" in made(source, HTML, now=link, then="")
    assert "<a" not in made(source, HTML, now="javascript:x", then="")
