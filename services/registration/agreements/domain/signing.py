"""Who signs an agreement, and when it is signed as a whole (R6, A4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, Role, Signatory
from services.registration.parties.domain.party import Kind
from shared.errors import Conflict, RuleBroken

COUNCIL_DIRECTOR: Role = "council_director"

SIGNATORIES: dict[Kind, frozenset[Role]] = {
    "municipality": frozenset({COUNCIL_DIRECTOR, "municipal_director", "head_of_culture_school"}),
    "county_branch": frozenset({COUNCIL_DIRECTOR, "leader"}),  # A4
}


def check_signatories(kind: Kind, roles: Iterable[str]) -> None:
    """Raises RuleBroken where these are not the roles that sign for a party of this kind (R6, A4)."""
    if set(roles) != SIGNATORIES[kind]:
        msg = f"those who sign are: {', '.join(sorted(SIGNATORIES[kind]))}"
        raise RuleBroken(msg, rule="A4" if kind == "county_branch" else "R6", field="signatories")


def signed(agreement: Agreement, role: Role, place: str, on: date, today: date) -> Agreement:
    """The agreement with one more signature; with the last one it is signed as a whole (R6).

    It counts as signed on the latest day of a signature. `on` and `today` are days in Norway. Raises RuleBroken or Conflict.
    """
    signatory = next((it for it in agreement.signatories if it.role == role), None)
    if signatory is None:
        msg = f"those who sign are: {', '.join(it.role for it in agreement.signatories)}"
        raise RuleBroken(msg, rule="R6", field="signatory")
    signature = replace(signatory, place=place, signed_on=on)
    if signature == signatory:
        return agreement
    is_lost = signatory.signed_on is not None and signatory.place is None  # but that it was in
    if signatory.signed_on is not None and not is_lost:
        msg = "this signature is in already, with another place or date"
        raise Conflict(msg, rule="R6", field="signatory")
    if on > today:
        msg = "a signature is not dated ahead"
        raise RuleBroken(msg, rule="R6", field="signed_on")
    if agreement.ends_on is not None and agreement.ends_on <= on:
        msg = f"the agreement has ended on {agreement.ends_on}; take its end back first"
        raise Conflict(msg, rule="R10", field="signed_on")
    _check_side(agreement, signature)
    signatories = tuple(signature if it is signatory else it for it in agreement.signatories)
    dates = [it.signed_on for it in signatories if it.signed_on]
    signed_on = max(dates) if len(dates) == len(signatories) else None
    if is_lost and signed_on != agreement.signed_on:
        msg = f"the last of the signatures was in on {agreement.signed_on}"
        raise RuleBroken(msg, rule="R6", field="signed_on")
    return replace(agreement, signatories=signatories, signed_on=signed_on)


def _check_side(agreement: Agreement, signature: Signatory) -> None:
    """Raises RuleBroken where two who sign for the same party do so at two places, or on two days (R6)."""
    if signature.role == COUNCIL_DIRECTOR:
        return
    for other in agreement.signatories:
        if other.role in (COUNCIL_DIRECTOR, signature.role) or other.place is None:
            continue
        if (other.place, other.signed_on) != (signature.place, signature.signed_on):
            field = "signed_on" if other.signed_on != signature.signed_on else "place"
            msg = "a party signs at one place, on one date"
            raise RuleBroken(msg, rule="R6", field=field)
