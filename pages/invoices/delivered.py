"""How a document reached its payer, or did not, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pages.frame.needs import why_not_delivered
from pages.frame.templates import day, moment
from shared.clock import OSLO

Row = Mapping[str, Any]

STATES = {
    "queued": "Venter på å bli sendt som EHF.",
    "submitted": "Gitt til aksesspunktet som EHF. Det har ikke svart ferdig ennå.",
    "by_mail": "Går på e-post.",
    "undelivered": "Ikke levert.",
}
IN_SHORT = {
    "held": "venter",
    "queued": "på vei som EHF",
    "submitted": "på vei som EHF",
    "by_mail": "på vei på e-post",
    "undelivered": "ikke levert",
    "recalled": "sendes ikke",
}
DELIVERED = {"ehf": "Levert som EHF", "mail": "Levert på e-post"}
NEITHER_IS_SENT = "Kreditert før den ble sendt: verken fakturaen eller kreditnotaen sendes."
INVOICE_NOT_SENT = "Fakturaen ble kreditert før den ble sendt: verken den eller kreditnotaen sendes."
INVOICE_NOT_DELIVERED = "Fakturaen kom ikke fram, og derfor sendes ikke kreditnotaen."
FAKE = "Aksesspunktet er et prøveaksesspunkt: det leverer ingenting."


@dataclass(frozen=True, kw_only=True)
class Delivered:
    id: str
    lines: list[str]
    can_be_tried: bool  # or sent by mail instead
    may_come_twice: bool  # if it is sent by mail instead: the access point may have it
    note_is_sent: bool  # of an invoice: the credit note, if it is credited now


def delivered(deliveries: Iterable[Row], kind: str, number: int, *, invoice: int | None = None) -> Delivered | None:
    """Of one document; None where none is kept. `invoice` is the number of the one that a credit note takes back."""
    known = by_document(deliveries)
    it = known.get((kind, number))
    if it is None:
        return None
    state = it["state"]
    lines = [_stands(it, known.get(("invoice", invoice)) if invoice else None)]
    is_there_as_ehf = state == "delivered" and it["channel"] == "ehf"
    if it["why"] and not is_there_as_ehf:  # what was wrong before is over
        lines.append(why_not_delivered(it))
    if it["receipt"]:
        lines.append(f"Kvittering: {it['receipt']}.")
    if it["access_point"] == "fake" and it["channel"] == "ehf":
        lines.append(FAKE)
    is_under_way = state in ("queued", "submitted")
    return Delivered(
        id=it["id"],
        lines=lines,
        can_be_tried=(is_under_way or state == "undelivered") and not it["is_credited"],
        may_come_twice=(is_under_way and it["tries"] > 0) or it["why"] == "no_verdict",
        note_is_sent=state not in ("held", "undelivered"),
    )


def by_document(deliveries: Iterable[Row]) -> dict[tuple[str, int], Row]:
    """Deliveries by what they deliver: kind and number."""
    return {(it["kind"], it["number"]): it for it in deliveries}


def in_short(known: Mapping[tuple[str, int], Row], kind: str, number: int) -> str:
    """How a document stands, in a list; empty where its delivery is not kept."""
    it = known.get((kind, number))
    if it is None:
        return ""
    if it["state"] == "delivered":
        return f"levert {day(datetime.fromisoformat(it['changed_at']).astimezone(OSLO).date())}"
    state = "recalled" if it["is_credited"] and it["state"] == "held" else it["state"]
    return IN_SHORT.get(state, state)


def _stands(it: Row, invoice: Row | None) -> str:
    """`invoice` is how the one is delivered that a credit note takes back."""
    state: str = it["state"]
    if state == "delivered":
        return f"{DELIVERED.get(it['channel'], 'Levert')} {moment(it['changed_at'])}."
    if state not in ("held", "recalled"):
        return STATES.get(state, state)
    if it["kind"] == "credit_note":
        return _note_stands(it, invoice)
    if state == "recalled" or it["is_credited"]:
        return NEITHER_IS_SENT
    return f"Venter til {moment(it['held_until'])} før den går ut. Krediteres den før det, sendes den ikke."


def _note_stands(it: Row, invoice: Row | None) -> str:
    """Of a credit note that is held or recalled."""
    if invoice and invoice["state"] == "undelivered":
        return INVOICE_NOT_DELIVERED
    if it["state"] == "recalled" or (invoice and invoice["state"] in ("held", "recalled")):
        return INVOICE_NOT_SENT
    return f"Venter til {moment(it['held_until'])}, og til fakturaen er levert. Så går den dit fakturaen gikk."
