"""What a session's page shows and offers, from what the services answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.frame.api import AWAY
from pages.frame.needs import stands_for_others
from pages.frame.words import count
from pages.gatherings.dates import can_be_sharpened
from shared.norwegian import day_in_words

JOINT = "joint_session"  # the kind of which billing hears


@dataclass(frozen=True)
class NotForeseen:
    """What stands for a preview that billing can't give of the session as it knows it."""

    why: str  # in Norwegian


UNHEARD = NotForeseen("Faktureringen har ikke fått med seg den siste endringen av samlingen ennå.")
NOBODY_SEES = (
    "Faktureringen svarer ikke. Uten den kan ingen se hva som ville bli sendt, og derfor er det ingen knapp her nå."
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A session as the services know it at one moment. What was not asked for is None."""

    session: Mapping[str, Any]
    etag: str
    today: date | None  # in Norway, as the system has it
    programme: Any
    preview: Any  # of the one change of which billing hears next: an answer, NotForeseen or AWAY
    invoices: Any
    warnings: Sequence[Mapping[str, Any]] = ()  # what speaks against its days
    minutes: Any = None  # and their ETag

    @property
    def is_heard(self) -> bool:
        """Whether billing knows the session as it is shown. A preview by an older one would be false."""
        if not isinstance(self.preview, Mapping):
            return not isinstance(self.preview, NotForeseen)
        known = next((it["version"] for it in self.preview["sessions"] if it["id"] == self.session["id"]), None)
        return bool(known == self.session["version"])

    @property
    def names_of_invoices(self) -> dict[int, str]:
        """What those that have been issued are called, by their numbers."""
        return {it["number"]: it["document_number"] for it in self.invoices or () if it["document_number"]}

    @property
    def has_preview(self) -> bool:
        return isinstance(self.preview, Mapping) and self.is_heard

    @property
    def no_preview_because(self) -> str:
        """Why the change of which billing would hear can't be made right now, in Norwegian; empty where it can."""
        if isinstance(self.preview, NotForeseen):
            return self.preview.why
        if self.preview is AWAY:
            return NOBODY_SEES
        return "" if self.is_heard else UNHEARD.why


def not_yet_completed_because(session: Mapping[str, Any], today: date | None) -> list[str]:
    """Why a planned session can't be completed yet, in Norwegian (S3, S4); nothing where it can."""
    if stands_for_others(session):
        return ["Denne linjen i planen står for det som planlegges med hver kommune, og registreres ikke selv."]
    found = []
    days = session["when"]["days"]
    if days is None:
        found.append("Dagene må være bestemt først.")
    elif today is not None and today < date.fromisoformat(days["last"]):
        found.append(f"Den kan registreres fra og med siste dag, {day_in_words(date.fromisoformat(days['last']))}.")
    if session["instalment"] and not (session["venue"] and session["city"]):
        found.append("Si først i hvilket lokale og på hvilket sted den var: det står på fakturaene.")
    return found


def may_become(session: Mapping[str, Any], today: date | None) -> str | None:
    """What a session may be said to be, of which billing hears: `completed`, or that this is `revoked`."""
    if session["state"] == "completed":
        return "revoked"
    is_ready = session["state"] == "planned" and not not_yet_completed_because(session, today)
    return "completed" if is_ready else None


def offers(found: Seen) -> frozenset[str]:
    """The forms that the session's state allows (S3, B6); none that sends what nobody can see beforehand."""
    session = found.session
    offered = {"endre"}
    if session["state"] == "cancelled":
        offered.add("avlys-angre")
    if session["state"] == "planned":
        offered |= {"flytt", "format", "avlys"}
        if can_be_sharpened(session["when"]):
            offered.add("presiser")
        if session["kind"] == JOINT and session["format"] == "physical":
            offered.add("rate")
    form = {"completed": "gjennomfort", "revoked": "gjennomfort-angre"}.get(may_become(session, found.today) or "")
    if form and not found.no_preview_because:
        offered.add(form)
    return frozenset(offered)


@dataclass(frozen=True)
class Sent:
    """What has been issued of a session so far."""

    invoices: int
    credited: int
    total_ore: int  # of the invoices that stand

    @property
    def standing(self) -> int:
        return self.invoices - self.credited


def sent_of(session: str, invoices: Iterable[Mapping[str, Any]]) -> Sent:
    of = [it for it in invoices if it["session"] == session]
    standing = [it["amount_ore"] for it in of if it["credited_by"] is None]
    return Sent(len(of), len(of) - len(standing), sum(standing))


def button(state: str, preview: Mapping[str, Any] | None) -> str:
    """What the button of completing says, or of revoking that: with what it sends."""
    sent = []
    if preview and preview["invoices"]:
        sent.append(count(preview["invoices"], "faktura", "fakturaer"))
    if preview and preview["credit_notes"]:
        sent.append(count(preview["credit_notes"], "kreditnota", "kreditnotaer"))
    if state == "planned":
        return f"Registrer og send {' og '.join(sent)}" if sent else "Registrer som gjennomført"
    return f"Angre registreringen og send {' og '.join(sent)}" if sent else "Angre registreringen"


def sum_of(rows: Iterable[Mapping[str, Any]]) -> int:
    """In øre."""
    return sum(it["amount_ore"] for it in rows)
