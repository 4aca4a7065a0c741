"""What of an application can still be changed, and until when (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.registration.applications.domain.application import Application
from shared.errors import Conflict

RULE = "R2"
ASSESSED = ("answers", "development_area")


def changed(application: Application, changes: Mapping[str, Any], agreement: str | None) -> Application:
    """The application with these changes to its answers, contact person and payer's reference.

    The answers until it is decided, or where they are lost, and the development area likewise, or where none is named; the others
    until an agreement is sent, whose id `agreement` is. Raises Conflict.
    """
    after = replace(application, **changes)
    differing = [name for name in changes if getattr(after, name) != getattr(application, name)]
    for field in differing:
        if application.state == "withdrawn":
            msg = "the application is withdrawn; where the party applies after all, receive it anew"
            raise Conflict(msg, code="application_is_withdrawn", rule=RULE, field=field)
        is_assessed = field in ASSESSED
        if is_assessed and application.state != "received" and getattr(application, field) is not None:
            msg = f"the application is decided: {application.state}; its answers stay as they were assessed"
            raise Conflict(msg, code="application_is_decided", rule=RULE, field=field)
        if not is_assessed and agreement is not None:
            raise Conflict(
                _INSTEAD[field].format(agreement=agreement), code="agreement_is_sent", rule=RULE, field=field
            )
    return after


_INSTEAD = {
    "payer_reference": (
        "an agreement is sent, and has a payer's reference of its own; change that one: "
        "PATCH /registration/agreements/{agreement}"
    ),
    "contact_person": (
        "an agreement is sent, so the group's coordinator is the contact person; elect another there, or correct the "
        "person: PATCH /registration/people/…"
    ),
}
