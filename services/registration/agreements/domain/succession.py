"""An agreement goes on under another party: municipalities merge, or one gets another organisation number (R12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, check_stands
from services.registration.agreements.domain.ending import check_in_force
from services.registration.applications.domain.application import Application, State
from services.registration.parties.domain.party import Party
from shared.errors import Conflict, RuleBroken

RULE = "R12"
OVER: tuple[State, ...] = ("withdrawn", "declined")


def succeeded(agreement: Agreement, predecessor: Party, successor: Party, today: date) -> Agreement:
    """The same agreement, under the successor; `today` is a day in Norway. The same successor twice is one.

    Raises RuleBroken for a party of another kind, or Conflict for an agreement that was called back or has ended.
    """
    if successor.organisation_number == agreement.party:
        return agreement
    if successor.kind != predecessor.kind:
        msg = f"a {predecessor.kind.replace('_', ' ')} has a successor of its own kind"
        raise RuleBroken(msg, code="successor_of_another_kind", rule=RULE, field="party")
    check_stands(agreement)
    check_in_force(agreement, today)
    return replace(agreement, party=successor.organisation_number, predecessor=agreement.party)


def check_takes_no_part(agreement: Agreement | None, application: Application | None) -> None:
    """Raises Conflict for a successor that has an agreement in the programme, or an application of its own that stands."""
    if agreement is not None:
        since = f"signed on {agreement.signed_on}" if agreement.signed_on else "not signed yet"
        msg = f"the successor has an agreement in this programme, {since}; end or call back one of the two"
        raise Conflict(msg, code="successor_has_an_agreement", rule=RULE, field="party")
    if application is not None and application.state not in OVER:
        msg = f"the successor has an application of its own in this programme, {application.state}: withdraw it first"
        raise Conflict(msg, code="successor_has_an_application", rule=RULE, field="party")


def handed_over(
    application: Application, own: Application | None, party: str
) -> tuple[Application, Application | None]:
    """The application that the successor has from now on, and what becomes of the one before, if they are two.

    Where the successor had applied itself in vain, that application is accepted now, and the other one is no more.
    """
    if own is None:
        return replace(application, party=party), None
    takes_part = replace(
        own,
        state=application.state,
        contact_person=application.contact_person,
        payer_reference=application.payer_reference,
        development_area=application.development_area or own.development_area,
        withdrawal_reason=None,
    )
    return takes_part, replace(application, state="withdrawn", withdrawal_reason=f"Overført til {party}.")
