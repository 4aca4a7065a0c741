"""The delivery of one invoice or credit note: where it stands, and what becomes of it (B8).

    held → queued → submitted → delivered
         → by_mail → delivered          what is refused, has no verdict, or no EHF can be made of, goes by mail or is undelivered
         → recalled                     credited while it was held

Only the access point's own verdict refuses a document; that it is still working is no error; whatever else comes of a try
leaves it to be tried again. What is delivered stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.billing.deliveries.domain.answer import Answer
from services.billing.documents.domain.series import Kind
from shared.errors import Conflict

State = Literal["held", "queued", "submitted", "by_mail", "delivered", "undelivered", "recalled"]
Channel = Literal["ehf", "mail"]

# Why it does not go as EHF although its party takes them, or does not arrive; an access point's own codes come beside these.
NO_ACCESS_POINT, NO_VERDICT, MAIL_FAILED, BY_HAND = "no_access_point", "no_verdict", "mail_failed", "by_hand"
CANNOT_BE_MADE = "ehf_cannot_be_made"
NOT_REFUSED = (NO_ACCESS_POINT, NO_VERDICT, CANNOT_BE_MADE)  # by the access point, which knows it as it was, if it does

WAITS_FOR_VERDICT = timedelta(days=3)
IS_LATE = timedelta(hours=24)  # then somebody is to look
# How long until it is tried again, by how long it has been under way: minutes at first, then an hour.
PAUSES = (
    (timedelta(minutes=10), timedelta(minutes=1)),
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=6), timedelta(minutes=30)),
)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Times are real time, by the database's clock."""

    id: str  # that of the event which told that the document is issued
    programme: str
    kind: Kind
    number: int
    document_number: str
    party: str
    version: int  # raised each time it is told of
    state: State
    channel: Channel | None  # none until its hold is over
    submission: str  # by which the access point knows it
    access_point: str | None  # which one it was given to
    accepted: bool  # the access point has taken it: it is never submitted again
    tries: int
    queued_at: datetime | None  # since when it is under way
    try_at: datetime  # not before
    receipt: str | None
    why: str | None  # it does not go as EHF, or did not arrive: a code
    mail_event: str | None  # of the event that has it sent by mail
    changed_at: datetime
    changed_by: str | None  # the name of the key that had it tried again, or sent by mail


@dataclass(frozen=True, kw_only=True)
class Payer:
    """How a party takes its invoices."""

    takes_ehf: bool
    by_mail_if_refused: bool


@dataclass(frozen=True, kw_only=True)
class Step:
    """What becomes of a delivery."""

    state: State
    channel: Channel | None
    why: str | None = None
    receipt: str | None = None
    accepted: bool = False
    try_at: datetime | None = None  # none: at once, or not by itself


def after_hold(
    payer: Payer,
    *,
    is_credited: bool,
    has_access_point: bool,
    invoice: tuple[State, Channel | None] | None,
) -> Step:
    """What becomes of a document whose hold is over.

    `is_credited` says it of an invoice. `invoice` is how the one stands that a credit note takes back, which has come to its
    end by then; None of an invoice, and where it was issued before deliveries were kept.
    """
    if is_credited or (invoice and invoice[0] in ("recalled", "undelivered")):
        return Step(state="recalled", channel=None)
    # Where its invoice went: an access point refuses one whose invoice it never saw.
    as_ehf = payer.takes_ehf if invoice is None else invoice[1] == "ehf"
    if not as_ehf:
        return Step(state="by_mail", channel="mail")
    if not has_access_point:
        return _instead(payer, NO_ACCESS_POINT)
    return Step(state="queued", channel="ehf")


def after_answer(it: Delivery, answer: Answer, payer: Payer, *, now: datetime) -> Step:
    """What becomes of an EHF after its access point was asked, or given it."""
    if answer.says == "delivered":
        return Step(state="delivered", channel="ehf", receipt=answer.receipt, accepted=True)
    if answer.says == "refused":
        return _instead(payer, answer.why or "refused")
    since = it.queued_at or now
    if now - since >= WAITS_FOR_VERDICT:
        return _instead(payer, NO_VERDICT)
    accepted = it.accepted or answer.says == "working"
    why = answer.why if answer.says == "trouble" else None
    try_at = now + pause(now - since)
    return Step(state="submitted" if accepted else "queued", channel="ehf", why=why, accepted=accepted, try_at=try_at)


def without_ehf(payer: Payer) -> Step:
    """What becomes of one that no EHF can be made of, or none that says where it goes."""
    return _instead(payer, CANNOT_BE_MADE)


def is_to_be_submitted(it: Delivery, state: Answer | None) -> bool:
    """Whether it is given to the access point, where `state` is what this says of it; None: it was not asked.

    Not what it once took, though it has forgotten it. What was never tried is not asked for; `tries` counts this one.
    """
    if it.accepted:
        return False
    return it.tries <= 1 if state is None else state.says == "unknown"


def is_asked_first(it: Delivery) -> bool:
    """Whether the access point may have it already: a process may have died between handing it over and saying so."""
    return it.accepted or it.tries > 1


def after_mails(*, sent: bool, failed: bool) -> Step | None:
    """What becomes of one that goes by mail, by what is told of its mails; None while that is nothing final."""
    if sent:
        return Step(state="delivered", channel="mail")
    return Step(state="undelivered", channel="mail", why=MAIL_FAILED) if failed else None


def pause(under_way: timedelta) -> timedelta:
    """How long it is let alone."""
    return next((it for until, it in PAUSES if under_way < until), LONGEST_PAUSE)


def is_late(it: Delivery, now: datetime) -> bool:
    """Whether it has been under way for so long that somebody is to look."""
    return it.state in ("queued", "submitted") and it.queued_at is not None and now - it.queued_at >= IS_LATE


def _instead(payer: Payer, why: str) -> Step:
    """By mail with both files, where its party allows it."""
    if payer.by_mail_if_refused:
        return Step(state="by_mail", channel="mail", why=why)
    return Step(state="undelivered", channel="ehf", why=why)


def check_can_be_retried(it: Delivery, *, is_credited: bool) -> None:
    """Raises Conflict: nothing delivered is sent again, nor what was credited, or is with somebody else."""
    _check_is_not_over(it, is_credited=is_credited)
    if it.state in ("held", "by_mail"):
        msg = "it is under way: it is held, or its mail is"
        raise Conflict(msg, code="delivery_is_under_way", rule="B8", field="id")


def _check_is_not_over(it: Delivery, *, is_credited: bool) -> None:
    if it.state == "delivered":
        msg = "it is delivered, and nothing that is delivered is sent again"
        raise Conflict(msg, code="is_delivered", rule="B8", field="id")
    if it.state == "recalled" or is_credited:
        msg = "it is credited, and goes nowhere any more"
        raise Conflict(msg, code="is_credited", rule="B8", field="id")
