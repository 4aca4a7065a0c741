"""Whether the files of a series are those that were made, and that were sent (B8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from services.billing.documents.domain.series import Kind, series_id
from services.billing.files.domain.file import Format

Code = Literal[
    "file_is_changed",  # its bytes are not those whose hash stands beside them
    "file_is_gone",  # it was made, or sent
    "file_told_otherwise",  # another one was sent, as the hash says that its delivery told
]
MOST = 100  # findings that are kept of a series; the others are counted
YEARS = 5  # that documents are kept, after the accounting year (bokføringsloven § 13)


class Finding(NamedTuple):
    series: str
    code: Code
    number: int
    format: Format


@dataclass(kw_only=True)
class FilesVerified:
    """Of one series."""

    programme: str
    kind: Kind
    files: int = 0
    made_again: int = 0  # of these: those that were sent are lost with a database, and the bytes of these may differ
    numbers_made_again: list[int] = field(default_factory=list)  # of the documents whose files those are
    not_made_yet: int = 0
    cannot_be_made: int = 0
    may_go: set[int] = field(default_factory=set)  # years in which some were issued that need not be kept any longer
    findings: list[Finding] = field(default_factory=list)
    more: int = 0  # findings that are not kept

    @property
    def series(self) -> str:
        return series_id(self.programme, self.kind)

    def kept(
        self, number: int, format: Format, sha256: str, told: Collection[str], *, is_changed: bool, made_again: bool
    ) -> None:
        """`told` has the hashes that its deliveries told. Of one that is made again others were told before."""
        self.files += 1
        self.made_again += made_again
        if made_again and number not in self.numbers_made_again[-1:]:
            self.numbers_made_again.append(number)
        if is_changed:
            self.find("file_is_changed", number, format)
        elif told and sha256 not in told and not made_again:
            self.find("file_told_otherwise", number, format)

    def lacks(
        self, number: int, format: Format, *, was_told: bool, is_marked: bool, comes_back: bool, why: str | None
    ) -> None:
        """`is_marked` where files of its programme are still to be made, `comes_back` where its own are made again.

        `why` it cannot be made, as a code.
        """
        if comes_back or (is_marked and not was_told and why is None):
            self.not_made_yet += 1
        elif why is not None and not was_told:
            self.cannot_be_made += 1
        else:
            self.find("file_is_gone", number, format)

    def issued(self, on: date, *, today: date) -> None:
        if today.year > on.year + YEARS:
            self.may_go.add(on.year)

    def find(self, code: Code, number: int, format: Format) -> None:
        if len(self.findings) == MOST:
            self.more += 1
            return
        self.findings.append(Finding(self.series, code, number, format))
