"""Who signs an agreement, and when it is signed as a whole (R6, A4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, Role, Signatory, check_stands
from services.registration.parties.domain.party import Kind
from services.registration.people.domain.person import COUNCIL
from shared.errors import Conflict, RuleBroken

COUNCIL_DIRECTOR: Role = "council_director"

SIGNATORIES: dict[Kind, frozenset[Role]] = {
    "municipality": frozenset({COUNCIL_DIRECTOR, "municipal_director", "head_of_culture_school"}),
    "county_branch": frozenset({COUNCIL_DIRECTOR, "leader"}),  # A4
}


def scope_of(role: Role, party: str) -> str:
    """Whose person signs in this role: the party's, or the council's."""
    return COUNCIL if role == COUNCIL_DIRECTOR else party


def check_signatories(kind: Kind, roles: Iterable[str]) -> None:
    """Raises RuleBroken where these are not the roles that sign for a party of this kind (R6, A4)."""
    if set(roles) != SIGNATORIES[kind]:
        msg = f"those who sign are: {', '.join(sorted(SIGNATORIES[kind]))}"
        raise RuleBroken(
            msg, code="other_signatories", rule="A4" if kind == "county_branch" else "R6", field="signatories"
        )


def signed(
    agreement: Agreement, role: Role, place: str, on: date, today: date, *, fingerprint: str | None = None
) -> Agreement:
    """The agreement with one more signature; with the last one it is signed as a whole (R6).

    It counts as signed on the latest day of a signature. `on` and `today` are days in Norway; `fingerprint` is that of the document
    that was signed, where that is said. Raises RuleBroken or Conflict.
    """
    signatory = _who_signs(agreement, role)
    _check_is_the_version(fingerprint, signatory.fingerprint or agreement.fingerprint)
    signature = replace(signatory, place=place, signed_on=on, fingerprint=agreement.fingerprint)
    if signature == replace(signatory, fingerprint=agreement.fingerprint):
        return agreement
    is_lost = signatory.signed_on is not None and signatory.place is None  # but that it was in
    if signatory.signed_on is not None and not is_lost:
        msg = f"this signature is in already, {signatory.place}, {signatory.signed_on}; correct it if that is wrong"
        raise Conflict(msg, code="already_signed", rule="R6", field="signatory", values={"on": signatory.signed_on})
    after = _with_signature(agreement, signature, today)
    if is_lost and after.signed_on != agreement.signed_on:
        msg = f"the last of the signatures was in on {agreement.signed_on}"
        raise RuleBroken(
            msg, code="after_the_last_signature", rule="R6", field="signed_on", values={"on": agreement.signed_on}
        )
    return after


def corrected(agreement: Agreement, role: str, place: str, on: date, today: date) -> Agreement:
    """The agreement with another place and date of a signature that is in; what is signed as a whole stays so (R6).

    The day on which it is signed as a whole may become another. Raises RuleBroken or Conflict.
    """
    signatory = _who_signs(agreement, role)
    if signatory.signed_on is None:
        msg = f"the {role} has not signed, so there is nothing to correct"
        raise Conflict(msg, code="not_signed_yet", rule="R6", field="signatory")
    signature = replace(signatory, place=place, signed_on=on)
    return agreement if signature == signatory else _with_signature(agreement, signature, today)


def taken_back(agreement: Agreement, role: str) -> Agreement:
    """The agreement without a signature that was recorded for the wrong person (R6).

    One that is not in is left as it is. Raises RuleBroken, or Conflict where the agreement is signed as a whole.
    """
    signatory = _who_signs(agreement, role)
    if signatory.signed_on is None:
        return agreement
    if agreement.signed_on is not None:
        msg = f"the agreement is signed, since {agreement.signed_on}: a signature is corrected, and not taken back"
        raise Conflict(
            msg, code="signature_is_only_corrected", rule="R6", field="signatory", values={"on": agreement.signed_on}
        )
    check_stands(agreement)
    return _with(agreement, replace(signatory, place=None, signed_on=None, fingerprint=None))


def _check_is_the_version(signed: str | None, stands: str | None) -> None:
    if signed is not None and signed != stands:
        msg = "what was signed is another version of the agreement than the one that was sent"
        raise Conflict(msg, code="signed_another_version", rule="R6", field="fingerprint")


def _who_signs(agreement: Agreement, role: str) -> Signatory:
    signatory = next((it for it in agreement.signatories if it.role == role), None)
    if signatory is None:
        msg = f"those who sign are: {', '.join(it.role for it in agreement.signatories)}"
        raise RuleBroken(msg, code="no_such_signatory", rule="R6", field="signatory")
    return signatory


def _with_signature(agreement: Agreement, signature: Signatory, today: date) -> Agreement:
    """The agreement with this signature in the place of who signs. Raises Conflict, or RuleBroken for a day ahead."""
    check_stands(agreement)
    on = signature.signed_on
    if on is not None and on > today:
        msg = "a signature is not dated ahead"
        raise RuleBroken(msg, code="dated_ahead", rule="R6", field="signed_on")
    if on is not None and agreement.ends_on is not None and agreement.ends_on <= on:
        msg = f"the agreement has ended on {agreement.ends_on}; take its end back first"
        raise Conflict(msg, code="agreement_has_ended", rule="R10", field="signed_on", values={"on": agreement.ends_on})
    after = _with(agreement, signature)
    dates = [it.signed_on for it in after.signatories if it.signed_on]
    return replace(after, signed_on=max(dates)) if len(dates) == len(after.signatories) else after


def _with(agreement: Agreement, signature: Signatory) -> Agreement:
    return replace(
        agreement, signatories=tuple(signature if it.role == signature.role else it for it in agreement.signatories)
    )
