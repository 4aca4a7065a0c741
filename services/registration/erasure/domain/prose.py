"""What people wrote, without the name, address and telephone number of somebody (N2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from services.registration.people.domain.person import Person

IN_ITS_PLACE = "[slettet]"
# What stands around a word that is no part of a longer one; and around an address, which goes on over full stops and hyphens:
# before it in somebody else's name, after it in another domain. A compound, as `a@b.no-adressen`, is no domain.
WHOLE = (r"(?<!\w)", r"(?!\w)")
WHOLE_ADDRESS = (r"(?<!\w)(?<!\w[.+-])", r"(?!\w|\.\w|-[\w-]*\.\w)")


@dataclass(frozen=True, kw_only=True)
class Words:
    """By which somebody is found in what people wrote: a whole name, an address, a telephone number; none of one word alone.

    A name of one word would be found in what is about somebody else, or about nobody.
    """

    words: tuple[str, ...]

    @property
    def pattern(self) -> re.Pattern[str] | None:
        found = [_whole(it) for it in sorted(self.words, key=len, reverse=True)]
        return re.compile("|".join(found), re.IGNORECASE) if found else None


def _whole(word: str) -> str:
    before, after = WHOLE_ADDRESS if "@" in word else WHOLE
    return before + r"\s+".join(map(re.escape, word.split())) + after


def words_of(person: Person) -> Words:
    name = person.name if person.name and len(person.name.split()) > 1 else None
    phone = person.phone if person.phone and sum(it.isdecimal() for it in person.phone) >= 8 else None  # noqa: PLR2004 - as Norwegian ones have
    return Words(words=tuple(it for it in (name, person.email, phone) if it))


def names(text: Any, pattern: re.Pattern[str]) -> bool:
    """Whether the person stands in a text, or in one of the texts that JSON holds."""
    return bool(without(text, pattern) != text)


def without(text: Any, pattern: re.Pattern[str]) -> Any:
    """The text, or JSON with texts in it, without the person."""
    if isinstance(text, str):
        return pattern.sub(IN_ITS_PLACE, text)
    if isinstance(text, dict):
        return {name: without(it, pattern) for name, it in text.items()}
    if isinstance(text, list):
        return [without(it, pattern) for it in text]
    return text
