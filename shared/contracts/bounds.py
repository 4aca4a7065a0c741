"""How much a field may hold. Each bound is far above what the programme needs, and far below what would harm a reader."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo

from shared.contracts.codes import READING
from shared.text import PLAIN, check_is_seen, mended, one_line

LONGEST_EVENT: Final = 65_536  # bytes of a message: no event that keeps to the bounds below comes near it


def _kept(text: str, info: ValidationInfo) -> str:
    """What is read is refused where it hides something; what is told was stored, perhaps before that was refused, and is mended."""
    try:
        return _seen(text)
    except ValueError:
        if info.context is READING:
            raise
        return mended(text)


@lru_cache(maxsize=1_000)  # the same names are told over and over
def _seen(text: str) -> str:
    """In the one way in which text is kept. Raises ValueError for what hides something, or grows too long by it."""
    if PLAIN.fullmatch(text):
        return text
    tidied = one_line(text)
    if tidied:
        check_is_seen(tidied)
    if len(tidied) > max(LONGEST_LINE, len(text)):
        msg = "the text is too long in the one way in which it is kept"
        raise ValueError(msg)
    return tidied


LONGEST_LINE, LONGEST_TEXT = 200, 1_000  # characters
Line = Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(_kept)]  # a name, a title
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_kept)]  # what is put together of several
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2100, 12, 31, tzinfo=UTC))]
Word = Annotated[str, Field(max_length=64)]  # a code, or a number that is written with digits
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Ore = Annotated[int, Field(ge=0, le=100_000_000)]  # a million kroner
Balance = Annotated[int, Field(ge=-(10**12), le=10**12)]  # øre, of many documents: issued less credited
Number = Annotated[int, Field(ge=1, le=999_999)]  # in a series or a row: a KID has six digits for it (B8)
Count = Annotated[int, Field(ge=0, le=999_999)]
Version = Annotated[int, Field(ge=1, le=999_999)]
