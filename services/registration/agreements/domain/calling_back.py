"""An agreement that was sent and is not wanted, or went to the wrong party, is called back (R6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement
from shared.errors import Conflict


def called_back(agreement: Agreement, today: date, *, is_withdrawn: bool = False) -> Agreement:
    """The agreement, called back `today`, a day in Norway; it then has no end any more. The same twice is one.

    Only while nobody has signed; where the application `is_withdrawn`, until it is signed as a whole. Raises Conflict.
    """
    if agreement.called_back_on is not None:
        return agreement
    if agreement.signed_on is not None:
        msg = f"the agreement is signed, since {agreement.signed_on}; it is ended, and not called back"
        raise Conflict(
            msg, code="signed_and_not_called_back", rule="R6", field="agreement", values={"on": agreement.signed_on}
        )
    signatures = [it for it in agreement.signatories if it.signed_on]
    if signatures and not is_withdrawn:
        msg = f"the {signatures[0].role} has signed, on {signatures[0].signed_on}; take the signature back first"
        raise Conflict(
            msg, code="signature_is_in", rule="R6", field="agreement", values={"on": signatures[0].signed_on}
        )
    return replace(agreement, called_back_on=today, ends_on=None, kind_of_end=None, end_note=None, ended_over=None)
