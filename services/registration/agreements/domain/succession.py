"""An agreement goes on under another party: municipalities merge, or one gets another organisation number (R12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, check_stands
from services.registration.agreements.domain.ending import check_in_force
from services.registration.applications.domain.application import Application
from services.registration.parties.domain.party import Party
from shared.errors import Conflict, RuleBroken

RULE = "R12"


def succeeded(agreement: Agreement, predecessor: Party, successor: Party, today: date) -> Agreement:
    """The same agreement, under the successor; `today` is a day in Norway. The same successor twice is one.

    Raises RuleBroken for a party of another kind, or Conflict for an agreement that was called back or has ended.
    """
    if successor.organisation_number == agreement.party:
        return agreement
    if successor.kind != predecessor.kind:
        msg = f"a {predecessor.kind.replace('_', ' ')} has a successor of its own kind"
        raise RuleBroken(msg, rule=RULE, field="party")
    check_stands(agreement)
    check_in_force(agreement, today)
    return replace(agreement, party=successor.organisation_number, predecessor=agreement.party)


def check_takes_no_part(agreement: Agreement | None, application: Application | None) -> None:
    """Raises Conflict for a successor that has an agreement in the programme, or has applied itself."""
    if agreement is not None:
        since = f"signed on {agreement.signed_on}" if agreement.signed_on else "not signed yet"
        msg = f"the successor has an agreement in this programme, {since}; end or call back one of the two"
        raise Conflict(msg, rule=RULE, field="party")
    if application is not None:
        msg = f"the successor has an application of its own in this programme: {application.state}"
        raise Conflict(msg, rule=RULE, field="party")
