"""The kinds of mail, who each is for, and in which language form it is written (N1)."""

from __future__ import annotations

from typing import Literal

Purpose = Literal[
    "application",
    "invitation",
    "agreement",
    "advisor",
    "concern",
    "end",
    "invoice",
    "guidance",
    "attendance",
    "contact_list",
    "contact_list_missing",
    "programme",
]
Language = Literal["nb", "nn"]

# The kinds of mailing, which one event leads to, each with the purpose for which registration is asked who is concerned.
PURPOSES: dict[str, Purpose] = {
    "application_received": "application",
    "application_accepted": "application",
    "application_waiting_list": "application",
    "application_declined": "application",
    "application_offered": "application",
    "application_offer_lapsed": "application",
    "advisor_attached": "advisor",
    "advisor_detached": "advisor",
    "agreement_to_sign": "agreement",
    "agreement_signed": "agreement",
    "agreement_amended": "agreement",
    "agreement_called_back": "agreement",
    "agreement_succeeded": "end",
    "agreement_ended": "end",
    "agreement_end_taken_back": "end",
    "concern_raised": "concern",
    "concern_resolved": "concern",
    "invoice": "invoice",
    "credit_note": "invoice",
    "invoice_copy": "invoice",
    "credit_note_copy": "invoice",
    "visit_unbooked": "guidance",
    "attendance_missing": "attendance",
    "unbilled_report": "programme",
    "contact_list": "contact_list",
    "contact_list_missing": "contact_list_missing",
    # A party's first mail about the plan, and those after it: the plan is told of to each party that is accepted.
    "plan_published": "invitation",
    "plan_revised": "invitation",
}
# By the kind of a document that was delivered as EHF: the mail that says so.
COPIES = {"invoice": "invoice_copy", "credit_note": "credit_note_copy"}
PLAN_PUBLISHED, PLAN_REVISED = OF_THE_PLAN = ("plan_published", "plan_revised")
OFFERED = "application_offered"  # until a day; after it nothing is told but that the offer has lapsed
# Kinds of mail about a person's calendar; registration is asked for the purpose `invitation`.
INVITATION, CHANGE, CANCELLATION = "session_invitation", "session_change", "session_cancellation"
REMINDER = "session_reminder"  # of an entry that stands there; it carries none, and changes none

# Of a party's application, of its agreement, of its advisor, of its contact list, of the plan and of what is unbilled, what happens later overtakes what was told before. A document stands for itself,
# and of several concerns each does.
MATTERS = (
    (
        "application_received",
        "application_accepted",
        "application_waiting_list",
        "application_declined",
        "application_offered",
        "application_offer_lapsed",
    ),
    (
        "agreement_to_sign",
        "agreement_signed",
        "agreement_amended",
        "agreement_called_back",
        "agreement_succeeded",
        "agreement_ended",
        "agreement_end_taken_back",
    ),
    ("advisor_attached", "advisor_detached"),
    ("contact_list_missing", "contact_list"),
    OF_THE_PLAN,
    ("unbilled_report",),
)

# What asks somebody to sign, while it is not signed, and what asks somebody to pay, until its due date, still matter to whoever
# has another address since. What asks somebody to sign is not sent once the agreement is called back, or others are to sign it.
AMENDED, CALLED_BACK = "agreement_amended", "agreement_called_back"
TO_SIGN = ("agreement_to_sign", AMENDED)
TO_PAY = ("invoice",)
# What carries the agreement's document.
WITH_AGREEMENT = (*TO_SIGN, "agreement_signed")

# Of a programme, and so of no party; once its week is over it is not sent, since the next one tells what is so then.
UNBILLED_REPORT = "unbilled_report"
NO_PARTY = ""
UNTIL_A_DAY = (OFFERED, UNBILLED_REPORT)

# What asks for attendance is overtaken once it is recorded, or the session is cancelled; that a visit is not booked, once it is.
ATTENDANCE_MISSING = "attendance_missing"
VISIT_UNBOOKED = "visit_unbooked"

# A state of an application. Who has withdrawn hears nothing more of these matters (R2); a document is always sent, and of what is
# called back with it registration names the council's director alone.
WITHDRAWN = "withdrawn"
NOT_ONCE_WITHDRAWN = frozenset({kind for kinds in MATTERS for kind in kinds} - {CALLED_BACK} | {REMINDER})

# Kinds of mail that say where the plan can be subscribed to (S6): an address that is asked for when one is sent, and kept nowhere.
WITH_FEED = frozenset({INVITATION, *OF_THE_PLAN})

KINDS = (*PURPOSES, INVITATION, CHANGE, CANCELLATION, REMINDER)


def language(form: str | None) -> Language:
    """The language in which a party of this language form is written to; a neutral one, and the council itself, in bokmål."""
    return "nn" if form == "nynorsk" else "nb"
