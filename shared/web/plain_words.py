"""What is wrong with a field, for people: what was expected, rather than the pattern that did not match."""

from __future__ import annotations

from typing import Any

from shared.contracts.envelope import UUID
from shared.web.api import CURSOR

THE_NEXT = "it is the `next` of the page before, as that gave it"
A_LINE = "it has a character that cannot be shown"
# By pattern, as the contracts of the APIs have them.
EXPECTED = {
    CURSOR: THE_NEXT,
    r"^[0-9]{9}$": "an organisation number has nine digits",
    r"^[0-9]{4}$": "it has four digits",
    r"^\+?[0-9 ]{3,20}$": "a telephone number has 3 to 20 digits and spaces, and may begin with +",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time is written as 09:00",
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "a month is written as 2024-10",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "it has at most 40 small letters (a to z), digits and hyphens, and no hyphen first",
    r"^[a-z][a-z0-9-]{0,39}$": "it has at most 40 small letters (a to z), digits and hyphens, and a letter first",
    r"^[A-Za-z0-9][A-Za-z0-9./_-]{0,49}$": "it has at most 50 letters (A to z), digits and . / _ -, and no space",
    r"^[^\x00-\x1f\x7f]*$": A_LINE,
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$": A_LINE,
    UUID: "it is an id, as another answer gives it",
}
AN_ADDRESS = "an e-mail address is written as kari.vik@molde.example"
SAYINGS = {"missing": "it is missing", "extra_forbidden": "nobody knows it here"}


def in_plain_words(fault: dict[str, Any]) -> str:
    """What to tell of one of pydantic's errors, without what was sent."""
    message: str = fault["msg"]
    kind = fault["type"]
    pattern: str | None = fault.get("ctx", {}).get("pattern")
    if pattern is not None:  # of a string, and of what the contracts of the events have by a pattern
        return EXPECTED.get(pattern, AN_ADDRESS if "@" in pattern else message)
    return SAYINGS.get(kind, message.removeprefix("Value error, "))
