"""Why a document was issued, in words: what made it due, by which agreement and rule, and what happened before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]

# What was asked for, by the last words of its route, as it is told in a story.
OF_SESSIONS = {
    "/programmes/{programme}/sessions": "Samlingen ble planlagt",
    "/sharpening": "Tidspunktet ble gjort mer nøyaktig",
    "/move": "Samlingen ble flyttet",
    "/format": "Formen ble bestemt",
    "/instalment": "Det ble bestemt hvilken rate samlingen utløser",
    "/cancellation": "Samlingen ble avlyst",
    "/cancellation-revoked": "Avlysningen ble trukket tilbake",
    "/completion": "Samlingen ble registrert som gjennomført",
    "/completion-revoked": "Registreringen som gjennomført ble trukket tilbake",
}
OF_AGREEMENTS = {
    "/programmes/{programme}/agreements": "Avtalen ble sendt til signering",
    "/signatures": "En signatur ble registrert",
    "/end": "Avtalen ble avsluttet",
    "/termination": "Avtalen ble sagt opp",
    "/end-taken-back": "Avslutningen ble trukket tilbake",
    "/successor": "Avtalen ble overtatt av en annen",
    "PATCH /registration/agreements/{agreement}": "Avtalen ble endret",
    "PUT /registration/agreements/{agreement}/signatures/{role}": "En signatur ble rettet",
}
OF_RELEASES = {"/releases": "Raten ble frigitt for hånd", "/withdrawal": "Frigivelsen ble trukket tilbake"}


@dataclass(frozen=True, kw_only=True)
class Event:
    what: str
    by: str


def events(changes: Iterable[Row], told: Mapping[str, str]) -> list[Event]:
    """What people asked for, the oldest first; what has no words here is left out, and repeats follow one another once."""
    found: list[Event] = []
    for it in changes:
        what = next((text for end, text in told.items() if it["route"].endswith(end)), None)
        event = Event(what=what, by=it["by"]) if what else None
        if event and event not in found[-1:]:
            found.append(event)
    return found


def delivery(invoice: Row, sessions: Sequence[Row], releases: Sequence[Row]) -> Row | None:
    """The session or the release that made it due, as it is known now."""
    id = invoice["session"] or invoice["release"]
    return next((it for it in (*sessions, *releases) if it["id"] == id), None)


def stands(invoice: Row, session: Row) -> bool:
    """Whether the session is still as the invoice names it."""
    return bool(session["state"] == "completed" and session["instalment"] == invoice["instalment"])


def others(invoice: Row, invoices: Iterable[Row]) -> list[Row]:
    """The other invoices for the same instalment of the same agreement, by attempt."""
    mine = (invoice["agreement"], invoice["instalment"])
    found = [it for it in invoices if (it["agreement"], it["instalment"]) == mine and it["number"] != invoice["number"]]
    return sorted(found, key=lambda it: it["attempt"])


def shares(fee_ore: int) -> list[int]:
    """The three instalments of a fee; the first carry what does not divide (B2).

    >>> shares(2_000_000)
    [666667, 666667, 666666]
    """
    each, left_over = divmod(fee_ore, 3)
    return [each + (n < left_over) for n in range(3)]
