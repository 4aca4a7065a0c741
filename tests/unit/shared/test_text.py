"""What looks the same is the same text; what hides something is none."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.bounds import Line as ToldLine
from shared.contracts.bounds import Text as ToldText
from shared.contracts.codes import READING
from shared.text import PLAIN, WHITE, check_is_seen, lines, one_line
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
    assert TypeAdapter(ToldLine).validate_python(said, context=READING) == said


@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_text_is_composed_tidy_and_seen_as_it_is(text: str) -> None:
    assert unicodedata.normalize("NFC", text) == " ".join(text.split()) == text
    assert {unicodedata.category(it)[0] for it in text} <= set("LNPSZ")


def test_a_text_of_several_lines_keeps_its_paragraphs() -> None:
    assert lines("Kjære  alle,\r\n\r\n\r\nvi\tsees!\r\n") == "Kjære alle,\n\nvi sees!"
    check_is_seen("Kjære alle,\n\n👩\u200d🏫", may_break=True)


ENDS = ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"]
NO_LINE = [*ENDS, "\t", "\v", "\f", "\x1c", "\x1f", "\x7f", "\x80"]


@pytest.mark.parametrize("inside", NO_LINE)
@pytest.mark.parametrize("door", [Line, ToldLine, ToldText])
def test_what_is_not_one_line_is_refused_at_every_door(door: Any, inside: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(door).validate_python(f"Kari{inside}Vik", context=READING)


@pytest.mark.parametrize("end", ENDS)
def test_a_line_ends_however_it_is_written(end: str) -> None:
    assert TypeAdapter(Prose).validate_python(f"Hei{end}{end}alle") == "Hei\n\nalle"
    for door in (Line, ToldLine, ToldText, Prose):
        assert TypeAdapter(door).validate_python(f"{end}Kari{end}") == "Kari"


def outcome(door: Any, text: str) -> str | None:
    try:
        return cast("str", TypeAdapter(door).validate_python(text, context=READING))
    except ValidationError:
        return None


@given(
    st.text(
        st.one_of(st.sampled_from([*"".join(NO_LINE), *" \u00a0\u3000ab\u0301\u200d\u202e"]), st.characters()),
        max_size=200,
    )
)
def test_every_door_makes_the_same_of_a_text(text: str) -> None:
    assume(text.strip(WHITE))  # an event may tell an empty one
    said = outcome(Line, text)
    assert outcome(ToldLine, text) == outcome(ToldText, text) == said
    if said is not None:
        assert outcome(Prose, text) == said


@pytest.mark.parametrize("text", [*HIDING, "\u202eabc", "a\x1bb", "\u200b", "a\0b", "\ufb2c" * 200])
def test_no_event_is_read_that_hides_something_or_grows_too_long(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ToldLine).validate_python(text, context=READING)


@given(st.text(min_size=1, max_size=200))
@example("Kul\u00adtur\u2028skole")
@example("\u200b")
@example("\ufb2c" * 200)
def test_what_was_stored_before_it_was_refused_is_told_as_it_can_be_read(stored: str) -> None:
    told = TypeAdapter(ToldLine).validate_python(stored)
    assert TypeAdapter(ToldLine).validate_python(told, context=READING) == told
