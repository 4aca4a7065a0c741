"""What looks the same is the same text; what hides something is none."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.bounds import Line as ToldLine
from shared.text import PLAIN, check_is_seen, lines, one_line
from shared.web.api import Line, Prose

SAME = [
    "Kárášjohka 2",
    "Ka\u0301ra\u0301s\u030cjohka 2",
    "Kárášjohka  2",
    "Kárášjohka\u00a02",
    "\u2003Kárášjohka\u202f2 ",
]
UNSEEN = ["\u200b", "\u2800", "\u3164", "\u00ad\u00ad", "\u0301", " \u00a0 ", "\ufeff"]
HIDING = ["Kari\u202edröM", "Kari\u2066", "Kari\u200bMo", "Kari\x07", "Ka\u00adri", "Kari\ud800"]


@pytest.mark.parametrize("written", SAME)
@pytest.mark.parametrize("door", [Line, ToldLine, Prose])
def test_what_looks_the_same_is_the_same_at_every_door(door: Any, written: str) -> None:
    assert TypeAdapter(door).validate_python(written) == "Kárášjohka 2"


@pytest.mark.parametrize("text", [*UNSEEN, *HIDING])
@pytest.mark.parametrize("door", [Line, Prose])
def test_what_is_not_seen_or_hides_something_is_refused(door: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(door).validate_python(text)


@given(st.text())
def test_what_was_tidied_stays_as_it_is(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    assert lines(lines(text)) == lines(text)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_whatever_a_request_may_say_an_event_may_tell_unchanged(text: str) -> None:
    try:
        said = TypeAdapter(Line).validate_python(text)
    except ValidationError:
        return
    assert TypeAdapter(ToldLine).validate_python(said) == said


@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_text_is_composed_tidy_and_seen_as_it_is(text: str) -> None:
    assert unicodedata.normalize("NFC", text) == " ".join(text.split()) == text
    assert {unicodedata.category(it)[0] for it in text} <= set("LNPSZ")


def test_a_text_of_several_lines_keeps_its_paragraphs() -> None:
    assert lines("Kjære  alle,\r\n\r\n\r\nvi\tsees!\r\n") == "Kjære alle,\n\nvi sees!"
    check_is_seen("Kjære alle,\n\n👩\u200d🏫")


@pytest.mark.parametrize("text", [*HIDING, "\u202eabc", "a\x1bb", "\u200b", "a\0b", "\ufb2c" * 200])
def test_an_event_tells_no_text_that_hides_something_or_grows_too_long(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ToldLine).validate_python(text)
