"""What is wrong with a field, for people: what was expected, rather than the pattern that did not match."""

from __future__ import annotations

from typing import Any, NamedTuple

from shared.contracts.envelope import A_REFERENCE, SHA256, UUID
from shared.errors import Unfit
from shared.web.api import CURSOR


class Saying(NamedTuple):
    """What was expected, and what this refusal is called for good (`shared/errors.py`)."""

    text: str
    code: str


THE_NEXT = "it is the `next` of the page before, as that gave it"
A_LINE = Saying("it has a character that cannot be shown", code="hidden_character")
# By pattern, as the contracts of the APIs have them.
EXPECTED = {
    CURSOR: Saying(THE_NEXT, code="not_the_next"),
    r"^[0-9]{9}$": Saying("an organisation number has nine digits", code="not_nine_digits"),
    r"^[0-9]{4}$": Saying("it has four digits", code="not_four_digits"),
    r"^\+?[0-9 ]{3,20}$": Saying(
        "a telephone number has 3 to 20 digits and spaces, and may begin with +", code="not_a_telephone_number"
    ),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": Saying("a time is written as 09:00", code="not_a_clock_time"),
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": Saying("a month is written as 2024-10", code="not_a_month"),
    r"^[a-z0-9][a-z0-9-]{0,39}$": Saying(
        "it has at most 40 small letters (a to z), digits and hyphens, and no hyphen first", code="not_a_code"
    ),
    r"^[a-z][a-z0-9-]{0,39}$": Saying(
        "it has at most 40 small letters (a to z), digits and hyphens, and a letter first", code="not_a_name"
    ),
    A_REFERENCE: Saying(
        "it has at most 50 Latin letters, digits and . / _ , + # -, and spaces between them", code="not_a_reference"
    ),
    r"^[^\x00-\x1f\x7f]*$": A_LINE,
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$": A_LINE,
    SHA256: Saying("a fingerprint has 64 digits and letters from a to f", code="not_a_fingerprint"),
    UUID: Saying("it is an id, as another answer gives it", code="not_an_id"),
}
AN_ADDRESS = Saying("an e-mail address is written as kari.vik@molde.example", code="not_an_address")
BOUNDS = ("ge", "gt", "le", "lt", "max_length", "min_length")
SAYINGS = {"missing": "it is missing", "extra_forbidden": "nobody knows it here"}


def in_plain_words(fault: dict[str, Any]) -> str:
    """What to tell of one of pydantic's errors, without what was sent."""
    if saying := _of_pattern(fault):
        return saying.text
    message: str = fault["msg"]
    return SAYINGS.get(fault["type"], message.removeprefix("Value error, "))


def code_of(fault: dict[str, Any]) -> str:
    """What it is called for good: pydantic's own name, unless we know better what was expected."""
    if saying := _of_pattern(fault):
        return saying.code
    error = _own(fault)
    return error.code if error else str(fault["type"])


def values_of(fault: dict[str, Any]) -> dict[str, str | int]:
    """The bounds that were not kept to. Nothing of what was sent."""
    if error := _own(fault):
        return error.values
    found = {name: it for name, it in fault.get("ctx", {}).items() if name in BOUNDS}
    return {name: it if isinstance(it, int) else str(it) for name, it in found.items()}


def _own(fault: dict[str, Any]) -> Unfit | None:
    error = fault.get("ctx", {}).get("error")
    return error if isinstance(error, Unfit) else None


def _of_pattern(fault: dict[str, Any]) -> Saying | None:
    pattern: str | None = fault.get("ctx", {}).get("pattern")
    if pattern is None:  # else it is of a string, or of what the contracts of the events have by a pattern
        return None
    return EXPECTED.get(pattern, AN_ADDRESS if "@" in pattern else None)
