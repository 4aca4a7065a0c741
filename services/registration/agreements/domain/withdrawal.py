"""Whether a party can still withdraw: until its agreement is signed (R2)."""

from __future__ import annotations

from services.registration.agreements.domain.agreement import Agreement
from shared.errors import Conflict


def check_can_be_withdrawn(agreement: Agreement | None) -> None:
    """Raises Conflict for a party whose agreement is signed as a whole: that one is ended instead (R10)."""
    if agreement is not None and agreement.signed_on is not None:
        msg = (
            f"the agreement was signed on {agreement.signed_on}, so there is nothing to withdraw; end it instead: "
            f"POST /registration/agreements/{agreement.id}/end"
        )
        raise Conflict(
            msg, code="signed_and_not_withdrawn", rule="R2", field="application", values={"on": agreement.signed_on}
        )
