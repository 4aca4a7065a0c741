"""What the pages of invoices show, put together from the answers of the APIs. Amounts are in øre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.frame.needs import is_to_be_billed
from pages.frame.words import in_norwegian_order

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of documents is filtered by; an empty text is all."""

    party: str = ""
    instalment: str = ""
    state: str = ""  # standing, credited

    def has(self, invoice: Row) -> bool:
        is_credited = invoice["credited_by"] is not None
        return self._is_of(invoice) and self.state in ("", "credited" if is_credited else "standing")

    def has_note(self, note: Row) -> bool:
        return self._is_of(note) and self.state != "standing"

    def _is_of(self, document: Row) -> bool:
        return self.party in ("", document["party"]) and self.instalment in ("", str(document["instalment"]))


@dataclass(frozen=True, kw_only=True)
class Sums:
    invoices: int
    invoiced_ore: int
    credited: int
    credited_ore: int

    @property
    def standing_ore(self) -> int:
        return self.invoiced_ore - self.credited_ore


def sums(invoices: Iterable[Row]) -> Sums:
    every = list(invoices)
    credited = [it["amount_ore"] for it in every if it["credited_by"] is not None]
    return Sums(
        invoices=len(every),
        invoiced_ore=sum(it["amount_ore"] for it in every),
        credited=len(credited),
        credited_ore=sum(credited),
    )


def parties(*lists: Iterable[Row]) -> list[tuple[str, str]]:
    """Organisation numbers and names of all that these are about, by name."""
    found = {it["party"]: it["party_name"] or it["party"] for those in lists for it in those}
    return sorted(found.items(), key=lambda it: in_norwegian_order(it[1]))


@dataclass(frozen=True, kw_only=True)
class Unbilled:
    """An instalment that several are not invoiced for one reason."""

    instalment: int
    why: str
    explanation: str
    parties: Sequence[Row]
    issue_by: str | None  # the earliest day
    late: Sequence[Row]
    needs_someone: bool


def unbilled(found: Iterable[Row], sessions: Sequence[Row], today: date) -> list[Unbilled]:
    """What is not invoiced while these are the sessions of the plan, by instalment and why; first what is late or needs someone."""
    groups: dict[tuple[int, str, str], list[Row]] = {}
    for it in found:
        groups.setdefault((it["instalment"], it["why"], it["explanation"]), []).append(it)
    shown = [
        Unbilled(
            instalment=instalment,
            why=why,
            explanation=explanation,
            parties=sorted(those, key=lambda it: in_norwegian_order(it["party_name"] or it["party"])),
            issue_by=min((it["issue_by"] for it in those if it["issue_by"]), default=None),
            late=[it for it in those if it["is_late"]],
            needs_someone=any(is_to_be_billed(it, sessions, today) for it in those),
        )
        for (instalment, why, explanation), those in groups.items()
    ]
    return sorted(shown, key=lambda it: (not it.late, not it.needs_someone, it.instalment, it.why))


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Documents that wait for one approval."""

    id: str
    cause: str
    found_at: str
    held: Sequence[Row]

    @property
    def credit_notes(self) -> int:
        return sum(it["invoice"] is not None for it in self.held)

    @property
    def invoices(self) -> int:
        return sum(it["amount_ore"] is not None for it in self.held)

    @property
    def invoices_ore(self) -> int:
        return sum(it["amount_ore"] or 0 for it in self.held)


def waiting(approvals: Iterable[Row]) -> list[Waits]:
    return [
        Waits(id=it["id"], cause=it["cause"], found_at=it["found_at"], held=it["held"])
        for it in approvals
        if it["state"] == "waiting"
    ]


def by_release(invoices: Iterable[Row]) -> dict[str, Sums]:
    """By release, the invoices that stand because of it: what its withdrawal takes back."""
    found: dict[str, list[Row]] = {}
    for it in invoices:
        if it["release"] and it["credited_by"] is None:
            found.setdefault(it["release"], []).append(it)
    return {release: sums(those) for release, those in found.items()}


def called(document: Row) -> str:
    """What a document is called: by its own number, or in the series where it was issued before there was one."""
    return str(document["document_number"] or document["number"])


def account(number: str | None) -> str:
    """A bank account as it is written in Norway.

    >>> account("12345678903")
    '1234 56 78903'
    """
    return f"{number[:4]} {number[4:6]} {number[6:]}" if number and len(number) == len("12345678903") else number or ""


def is_nynorsk(content: Row) -> bool:
    """Whether a document was written in nynorsk, as its payer's language form was."""
    return str(content["delivered"]).startswith("Deltakaravgift")
