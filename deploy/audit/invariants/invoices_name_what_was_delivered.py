"""Every invoice that stands names a session on its days, or a release, that makes its instalment due to its agreement (B6).

That something else makes it due does not uphold it: an invoice says what was really delivered.
"""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence, Row

Days = tuple[str, str]  # the first and the last, ISO


def check(evidence: Evidence) -> Iterator[str]:
    delivered = dict(_delivered(evidence))
    agreements = {it["id"]: it for it in evidence.agreements}
    for invoice in evidence.invoices:
        waits = (invoice["agreement"], invoice["instalment"]) in evidence.waits_for_approval
        if waits or invoice["credited_by"] is not None:
            continue
        name, named = f"invoice {invoice['number']}", invoice["session"] or invoice["release"]
        counts = delivered.get((named, invoice["instalment"]))
        if counts is None:
            yield f"{name} names {named}, which does not carry instalment {invoice['instalment']} or does not count"
            continue
        says = (invoice["delivered_from"], invoice["delivered_to"])
        if says not in (counts, (None, None)):  # which are lost with its content
            yield f"{name} names {named} from {says[0]} to {says[1]}, and it was from {counts[0]} to {counts[1]}"
        ends_on = agreements.get(invoice["agreement"], {}).get("ends_on")
        if ends_on is not None and ends_on <= counts[1]:  # ISO days compare as text
            yield f"{name} names {named}, whose last day {counts[1]} is not before the end of the agreement, {ends_on}"


def _delivered(evidence: Evidence) -> Iterator[tuple[tuple[str, int], Days]]:
    """Id and instalment of all that makes one due, with its days."""
    for session in evidence.sessions:
        if _is_held(session):
            days = session["when"]["days"]
            yield (session["id"], session["instalment"]), (days["first"], days["last"])
    for release in evidence.releases:
        if not release["withdrawn"]:
            yield (release["id"], release["instalment"]), (release["effective_on"], release["effective_on"])


def _is_held(session: Row) -> bool:
    is_joint = session["state"] == "completed" and session["kind"] == "joint_session"
    return bool(is_joint and session["format"] == "physical" and session["instalment"])
