"""How much a field may hold. Each bound is far above what the programme needs, and far below what would harm a reader."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.text import one_line

LONGEST_EVENT: Final = 65_536  # bytes of a message: no event that keeps to the bounds below comes near it

Line = Annotated[str, Field(max_length=200), AfterValidator(one_line)]  # a name, a title
Text = Annotated[str, Field(max_length=1_000), AfterValidator(one_line)]  # what is put together of several
Word = Annotated[str, Field(max_length=64)]  # a code, or a number that is written with digits
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Ore = Annotated[int, Field(ge=0, le=100_000_000)]  # a million kroner
Number = Annotated[int, Field(ge=1, le=999_999)]  # in a series or a row: a KID has six digits for it (B8)
Count = Annotated[int, Field(ge=0, le=999_999)]
Version = Annotated[int, Field(ge=1, le=999_999)]
