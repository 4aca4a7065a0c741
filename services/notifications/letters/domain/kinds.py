"""The kinds of mail, who each is for, and in which language form it is written (N1)."""

from __future__ import annotations

from typing import Literal

Purpose = Literal["application", "invitation", "agreement", "concern", "end", "invoice"]
Language = Literal["nb", "nn"]

# Mailings, one for each event of that kind, and whom registration is asked for.
PURPOSES: dict[str, Purpose] = {
    "application_received": "application",
    "application_accepted": "application",
    "application_waiting_list": "application",
    "application_declined": "application",
    "agreement_to_sign": "agreement",
    "agreement_signed": "agreement",
    "agreement_ended": "end",
    "agreement_end_taken_back": "end",
    "concern_raised": "concern",
    "concern_resolved": "concern",
    "invoice": "invoice",
    "credit_note": "invoice",
}
# Mails about a person's calendar (calendar.py), for whom the purpose is `invitation`.
INVITATION, CHANGE, CANCELLATION = "session_invitation", "session_change", "session_cancellation"

KINDS = (*PURPOSES, INVITATION, CHANGE, CANCELLATION)


def language(form: str) -> Language:
    """The language to write in to a party of this language form; who is neutral is written to in bokmål."""
    return "nn" if form == "nynorsk" else "nb"
