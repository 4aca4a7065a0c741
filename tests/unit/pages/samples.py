"""Items of the APIs' lists, as the pages read them; `changes` are other fields than those of a plain one."""

from __future__ import annotations

from datetime import date
from typing import Any

TODAY = date(2025, 2, 21)
CODE, MOLDE = "regionalt-2024-2025", "921221967"
OF_MOLDE = {"party": MOLDE, "party_name": "Molde"}


def session(**changes: Any) -> dict[str, Any]:
    return {
        "id": "s",
        "kind": "joint_session",
        "format": "physical",
        "title": "Fellessamling 3",
        "number": 3,
        "instalment": 2,
        "freed_instalment": None,
        "when": {"days": {"first": "2025-02-19", "last": "2025-02-20"}},
        "place": None,
        "party": None,
        "party_name": None,
        "state": "planned",
    } | changes


def application(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "state": "accepted", **OF_MOLDE} | changes


def group(**changes: Any) -> dict[str, Any]:
    of_people = {"participants": 4, "coordinator": "c", "advisor": "v", "advisor_name": "Siri Lund"}
    return {**OF_MOLDE, **of_people, "missing_codes": []} | changes


def agreement(**changes: Any) -> dict[str, Any]:
    signatories = [{"signed_on": "2025-02-10"}, {"signed_on": None}]
    days = {"sent_on": "2025-02-03", "signed_on": None, "ends_on": None}
    return {"id": "g", "state": "sent", **OF_MOLDE, **days, "signatories": signatories} | changes


def unbilled(**changes: Any) -> dict[str, Any]:
    why = {"why": "session_not_completed", "explanation": "Ikke gjennomført."}
    days = {"since": None, "issue_by": None, "is_late": False, "is_pressing": False}
    return {**OF_MOLDE, "agreement": "g", "instalment": 2, **why, **days} | changes


def invoice(**changes: Any) -> dict[str, Any]:
    return {**OF_MOLDE, "number": 7, "document_number": "FK1-7", "instalment": 1, "credited_by": None} | changes
