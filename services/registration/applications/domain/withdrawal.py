"""A party that withdraws its application before its agreement is signed (R2)."""

from __future__ import annotations

from services.registration.applications.domain.application import Application
from shared.errors import Conflict


def withdrawn(application: Application, reason: str | None) -> Application:
    """The application, withdrawn. Raises Conflict for a declined one, and for one withdrawn already with another reason."""
    after = application.now("withdrawn", withdrawal_reason=reason)
    if after == application:
        return application
    if application.state == "withdrawn":
        msg = "the application is withdrawn already, with another reason"
        raise Conflict(msg, code="withdrawn_for_another_reason", rule="R2", field="reason")
    if application.state == "declined":
        msg = "the application is declined, so there is nothing to withdraw"
        raise Conflict(msg, code="application_is_declined", rule="R2", field="state")
    return after
