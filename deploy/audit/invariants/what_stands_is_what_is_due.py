"""An invoice stands for exactly what is due by the agreements, sessions, releases and waivers (B3, B5, B6).

What is due is worked out here anew, from what the APIs answer: billing's own rule would agree with its own mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row


def check(evidence: Evidence) -> Iterator[str]:
    waived = {(it["agreement"], it["instalment"]) for it in evidence.waivers if not it["withdrawn"]}
    due = {
        (agreement["id"], instalment)
        for agreement in evidence.agreements
        for instalment, day in _delivered(evidence)
        if agreement["signed_on"] and agreement["fee_ore"] and not _had_ended(agreement, day)
    } - waived
    stands = {(it["agreement"], it["instalment"]) for it in evidence.invoices if it["credited_by"] is None}
    waits = evidence.waits_for_approval  # which is seen, and not broken, as is what waits for what is missing
    for agreement, instalment in sorted(due - stands - waits - evidence.waits_for_what_is_missing):
        yield f"agreement {agreement} owes instalment {instalment}, and no invoice stands for it"
    for agreement, instalment in sorted(stands - due - waits):
        yield f"agreement {agreement} does not owe instalment {instalment}, and an invoice stands for it"


def _delivered(evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Instalment and last day (ISO) of all that makes one due."""
    for session in evidence.sessions:
        is_held = session["state"] == "completed" and session["kind"] == "joint_session"
        if is_held and session["format"] == "physical" and session["instalment"]:
            yield session["instalment"], session["when"]["days"]["last"]
    for release in evidence.releases:
        if not release["withdrawn"]:
            yield release["instalment"], release["effective_on"]


def _had_ended(agreement: Row, day: str) -> bool:
    """`ends_on` is the first day on which the agreement is no longer in force. ISO days compare as text."""
    return agreement["ends_on"] is not None and agreement["ends_on"] <= day
