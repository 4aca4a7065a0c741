"""Whether a series stands as it was issued: none of its numbers is missing, and no document says anything else (B8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from services.billing.documents.domain.chain import disagreements, link
from services.billing.documents.domain.series import Kind, series_id

Code = Literal[
    "number_is_missing",  # nothing stands there, and something did or ought to
    "document_is_changed",  # it and the link before it do not come to its link
    "content_disagrees",  # what stands beside its content says something else in these fields
    "content_is_unreadable",
    "link_is_missing",  # and a later document has one
    "told_otherwise",  # its event told another link
    "counter_is_behind",
    "no_such_invoice",  # a credit note's
    "takes_back_something_else",  # a credit note differs from its invoice in these fields
    "credited_twice",  # an invoice
]
SAME = (
    "agreement",
    "party",
    "instalment",
    "attempt",
    "session",
    "release",
    "amount_ore",
)  # of a credit note and its invoice
MOST = 100  # findings that are kept of a series; the others are counted


class Finding(NamedTuple):
    series: str
    code: Code
    number: int
    until: int  # the last of several numbers in a row
    fields: tuple[str, ...] = ()


class Issued(NamedTuple):
    """A document as it stands in the database."""

    row: Mapping[str, Any]
    content: Mapping[str, Any] | None  # read from JSON; none where it is lost
    link: str | None  # none until who issues next adds it
    is_readable: bool = True  # its content


@dataclass(kw_only=True)
class Verification:
    """Of one series. It is given the documents by number, then what else says something of them, and then asked.

    A document whose content is lost has no link of which one knows that it is right: what it said went into it. So the one after
    it is the first from which the chain is computed again.
    """

    programme: str
    kind: Kind
    removed: Mapping[int, str] = field(default_factory=dict)  # links beside which no document stands
    count: int = 0
    first: int | None = None
    last: int | None = None
    link: str | None = None  # of the last document that has one
    contents_lost: int = 0
    not_linked: int = 0  # at the end, until who issues next adds their links
    findings: list[Finding] = field(default_factory=list)
    more: int = 0  # findings that are not kept
    _before: str | None = None
    _one_is_lost: bool = False  # of those since the last link

    @property
    def series(self) -> str:
        return series_id(self.programme, self.kind)

    def take(self, it: Issued) -> None:
        """The next document."""
        number = it.row["number"]
        following = (self.last or 0) + 1
        if number != following:
            self.find("number_is_missing", following, number - 1)
            self._before = self.removed.get(number - 1, self._before)
        self.first, self.last, self.count = self.first or number, number, self.count + 1
        if not it.is_readable:
            self.find("content_is_unreadable", number)
        elif it.content is None:
            self.contents_lost += 1
        elif fields := disagreements(self.kind, it.row, it.content):
            self.find("content_disagrees", number, fields=fields)
        self._compute(number, it)

    def _compute(self, number: int, it: Issued) -> None:
        computed = link(self._before, self.kind, it.row, it.content)
        if it.link is None:
            self.not_linked += 1
            self._one_is_lost |= it.content is None
            self._before = computed
            return
        if not self._one_is_lost:
            if self.not_linked:
                self.find("link_is_missing", number - self.not_linked, number - 1)
            if computed != it.link:
                self.find("document_is_changed", number)
        self._before = self.link = it.link
        self._one_is_lost, self.not_linked = False, 0

    def pair(self, note: Mapping[str, Any], invoice: Mapping[str, Any] | None) -> None:
        """A credit note with the invoice that it takes back."""
        if invoice is None:
            self.find("no_such_invoice", note["number"])
        elif fields := [name for name in SAME if note[name] != invoice[name]]:
            self.find("takes_back_something_else", note["number"], fields=fields)

    def compare(self, number: int, told: str, stands: str | None) -> None:
        """The link that an event told, with the one that stands."""
        if stands is not None and told != stands:
            self.find("told_otherwise", number)

    def end(self, *, counted: int | None, told: int) -> None:
        """How far the series' counter is, where it has one, and the highest number that was told."""
        last = self.last or 0
        highest = max(counted or 0, told, *self.removed, last)
        if highest > last:
            self.find("number_is_missing", last + 1, highest)
        if counted is not None and counted < last:
            self.find("counter_is_behind", counted)

    def find(self, code: Code, number: int, until: int | None = None, *, fields: list[str] | None = None) -> None:
        if len(self.findings) == MOST:
            self.more += 1
            return
        self.findings.append(Finding(self.series, code, number, until or number, tuple(fields or ())))
