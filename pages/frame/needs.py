"""What needs someone, judged the same on every page: by the answers of the APIs, and by the day that it is for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter

from shared.when import When

Answer = Mapping[str, Any]  # an item of an API's list

UNSIGNED_FOR = timedelta(days=14)
AT_LEAST = 4  # participants (R5)
OF_ONE_PARTY = ("guidance_visit", "contract_meeting")
# What is not invoiced and needs nobody: it comes later, or never, or waits for what is seen elsewhere.
NEEDS_NOBODY = (
    "about_to_be_issued",
    "agreement_ended",
    "not_signed",
    "nothing_to_pay",
    "session_not_completed",
    "waits_for_approval",
    "waived",
)
_WHEN = TypeAdapter(When)


def stands_for_others(session: Answer) -> bool:
    """Whether it is the plan's line for what is held with each party, and never held itself (S4)."""
    return session["kind"] in OF_ONE_PARTY and session["party"] is None


def last_day(session: Answer) -> date:
    """The last day that it may be on."""
    return max(last for _, last in _WHEN.validate_python(session["when"]).ranges())


def is_past(session: Answer, today: date) -> bool:
    """Whether it should have been held, and nobody has said that it was, or was not."""
    return session["state"] == "planned" and not stands_for_others(session) and last_day(session) < today


def lacking(group: Answer) -> list[str]:
    """What a group lacks (R3, R5), and its advisor (R8), by the codes that registration says."""
    return [*group["missing_codes"], *(["advisor_is_missing"] if group["advisor"] is None else [])]


def lacks(group: Answer) -> list[str]:
    """The same of a group in a list, each as it follows *mangler*."""
    number = group["participants"]
    words = {
        "participants_are_missing": f"deltakere (har {number} av minst {AT_LEAST})" if number else "deltakere",
        "school_owner_is_missing": "noen fra skoleeier",
        "coordinator_is_missing": "koordinator",
        "advisor_is_missing": "veileder",
    }
    codes = lacking(group)
    return [text for code, text in words.items() if code in codes]


def is_undelivered(mail: Answer) -> bool:
    """Whether it failed, and still says what somebody needs to hear."""
    return bool(mail["state"] == "failed" and not mail["reason"])


def is_over(agreement: Answer, today: date) -> bool:
    """Whether it is in force no longer, so that its group needs nobody."""
    return agreement["ends_on"] is not None and date.fromisoformat(agreement["ends_on"]) <= today


def is_unsigned_for_long(agreement: Answer, today: date) -> bool:
    """Whether it was sent a fortnight ago or longer; one of which that is not known was sent long ago."""
    if agreement["state"] != "sent":
        return False
    return agreement["sent_on"] is None or date.fromisoformat(agreement["sent_on"]) + UNSIGNED_FOR <= today


def is_to_be_billed(unbilled: Answer, sessions: Iterable[Answer], today: date) -> bool:
    """Whether somebody is to see to an instalment that is not invoiced; `sessions` are the plan of the programme."""
    if unbilled["is_pressing"]:
        return True
    if unbilled["why"] == "no_session":
        return not _may_be_planned_later(unbilled["instalment"], list(sessions), today)
    return unbilled["why"] not in NEEDS_NOBODY


def _may_be_planned_later(instalment: int, sessions: Sequence[Answer], today: date) -> bool:
    """Whether the session that is to carry an instalment may be planned yet.

    Not so where the one that carried it was cancelled, a later instalment is carried already, or all that is planned is over.
    """
    joint = [it for it in sessions if it["kind"] == "joint_session"]
    standing = [it for it in joint if it["state"] != "cancelled"]
    is_lost = any(it["freed_instalment"] == instalment for it in joint)
    is_passed = any(it["instalment"] and it["instalment"] > instalment for it in standing)
    is_all_over = bool(standing) and all(last_day(it) < today for it in standing)
    return not (is_lost or is_passed or is_all_over)


WHY_NOT_DELIVERED = {
    "no_access_point": "Det er ikke satt opp noe aksesspunkt for EHF.",
    "no_verdict": "Aksesspunktet svarte ikke ferdig på tre dager.",
    "mail_failed": "E-posten kom ikke fram.",
    "ehf_cannot_be_made": "Det kan ikke lages EHF av det.",
    "by_hand": "Noen valgte e-post i stedet for EHF.",
}


# An access point's verdicts, and what else may come of a try, by the codes that billing gives them.
REFUSED_BY_ACCESS_POINT = {
    "refused": "Aksesspunktet avviste den.",
    "rejected": "Aksesspunktet avviste den.",
    "permanently_failed": "Aksesspunktet avviste den: den lot seg ikke levere.",
}
TROUBLE = {
    "failed": "Den kunne ikke gis til aksesspunktet.",
    "no_answer": "Aksesspunktet svarte ikke i tide.",
    "too_long": "Aksesspunktet svarte med for mye til at det kan leses.",
    "unreachable": "Aksesspunktet kan ikke nås.",
    "unreadable": "Aksesspunktet svarte noe som ikke kan leses.",
}
OF_HTTP = re.compile(r"http_(\d{3})(_unreadable)?")


def why_not_delivered(delivery: Answer) -> str:
    """Why a document goes by mail although its payer takes EHF, or is not delivered, as a sentence."""
    why, state = delivery["why"], delivery["state"]
    if why in WHY_NOT_DELIVERED:
        return WHY_NOT_DELIVERED[why]
    if state in ("queued", "submitted"):
        return f"{_trouble(why)} Det prøves igjen." if why else "Den er på vei fortsatt."
    return REFUSED_BY_ACCESS_POINT.get(why, f"Aksesspunktet avviste den, med koden {why}.")


def _trouble(why: str) -> str:
    if found := OF_HTTP.fullmatch(why):
        return f"Aksesspunktet svarte med feilen {found[1]}."
    return TROUBLE.get(why, f"Aksesspunktet svarte ikke som det skal, med koden {why}.")
