"""Whose fault a refusal is: this mail's, ours, or nobody's for long.

Most servers say it by an enhanced status (RFC 3463, `5.1.1`); what the others mean is in their codes and words.
"""

from __future__ import annotations

import re
from typing import Literal

# Where in a conversation the server refuses: at its greeting, our EHLO, STARTTLS, AUTH, MAIL FROM, RCPT TO, or at DATA and after.
Phase = Literal["greeting", "hello", "encryption", "login", "sender", "recipient", "content"]

# "later": put off, this mail alone. "mail": about its address, its recipient's mailbox or its size: it would fare no better again.
# "us": about who we are or what we send, and so, it seems, about every mail. "server": about every mail, for certain.
Fault = Literal["later", "mail", "us", "server"]

PERMANENT = 500  # codes from here on are final; with a lower one it is worth trying again (RFC 5321)
TOO_BIG = 552
TOO_BIG_STATUSES = ((2, 3), (3, 4))

STATUS = re.compile(
    r"^[245]\.(\d{1,3})\.(\d{1,3})\b|\(#?[245]\.(\d{1,3})\.(\d{1,3})\)"
)  # qmail has it last, in brackets

# By a status' subject and detail where its subject misleads.
SAYS_US = {
    *((1, 7), (1, 8)),  # the sender's address
    *((4, 3), (4, 5)),  # the directory, congestion
}
SAYS_MAIL = {
    *TOO_BIG_STATUSES,
    (6, 7),  # an address with letters that it does not take
    *((7, 17), (7, 18)),  # whose mailbox or domain it is has changed
}
# Addressing, the mailbox, and the way to its domain. Beyond the details that are registered servers mean what they like.
SUBJECTS_OF_MAIL = {1: 10, 2: 4, 4: 7}
SUBJECTS_OF_US = (3, 5, 6, 7)  # the mail system, the protocol, the content, policy

CODES_OF_ADDRESSES = (550, 551, 552, 553, 556)
# What servers say of us under a code, or a status, that others use for an address.
WORDS_OF_US = re.compile(
    r"relay|rcpthosts|\b[eh]h?elo\b|authenticat|sender|send ?as|policy|spam|block(ed|list)|black ?list|reputation"
    r"|\bspf\b|dkim|dmarc|denied|prohibit|not permitted|too many|\btls\b|encrypt",
    re.IGNORECASE,
)


def fault_of(phase: Phase, code: int, text: str = "") -> Fault:
    """Whose fault it is that the server answered with this code and text."""
    if phase not in ("sender", "recipient", "content"):
        return "server"
    status = status_of(text)
    if phase == "sender":  # who is the same for all mails; but a mail's size is announced along with it
        is_too_big = code == TOO_BIG or (code >= PERMANENT and status in TOO_BIG_STATUSES)
        return "mail" if is_too_big else "server"
    if not PERMANENT <= code < PERMANENT + 100:
        return "later"
    by_status = _by_status(status, text) if status else None
    return by_status or _by_code(phase, code, text)


def status_of(text: str) -> tuple[int, int] | None:
    """Subject and detail of the enhanced status in a reply.

    >>> status_of("5.7.1 Relay access denied")
    (7, 1)
    >>> status_of("sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)")
    (7, 1)
    """
    found = STATUS.search(text)
    if found is None:
        return None
    subject, detail = (it for it in found.groups() if it is not None)
    return int(subject), int(detail)


def _by_status(status: tuple[int, int], text: str) -> Fault | None:
    """None where it says nothing."""
    subject, detail = status
    if status in SAYS_US or subject in SUBJECTS_OF_US:
        return "mail" if status in SAYS_MAIL else "us"
    if subject not in SUBJECTS_OF_MAIL:
        return None
    is_vague = detail == 0
    if detail > SUBJECTS_OF_MAIL[subject] or (is_vague and WORDS_OF_US.search(text)):
        return "us"
    return "mail"


def _by_code(phase: Phase, code: int, text: str) -> Fault:
    if WORDS_OF_US.search(text):
        return "us"
    if phase == "content":  # the recipient was taken before
        return "mail" if code == TOO_BIG else "us"
    return "mail" if code in CODES_OF_ADDRESSES else "us"
