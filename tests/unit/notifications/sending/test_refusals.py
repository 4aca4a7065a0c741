"""Whose fault a refusal is, by the phase, the code, the enhanced status and, where there is none, the words of real servers."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.sending.domain.refusals import Fault, Phase, fault_of

EVERY_MAIL: list[Phase] = ["greeting", "hello", "encryption", "login"]
ITS_OWN: list[Phase] = ["recipient", "content"]

# Enhanced statuses (RFC 3463 and its registry), at RCPT TO and after DATA alike.
STATUSES: dict[Fault, list[str]] = {
    "mail": [
        *("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.9", "5.1.10"),
        *("5.2.0", "5.2.1", "5.2.2", "5.2.3", "5.2.4"),
        "5.3.4",
        *("5.4.0", "5.4.1", "5.4.2", "5.4.4", "5.4.6", "5.4.7"),
        "5.6.7",
        *("5.7.17", "5.7.18"),
    ],
    "us": [
        *("5.1.7", "5.1.8"),
        "5.2.252",  # Exchange: not allowed to send as this sender
        *("5.3.0", "5.3.1", "5.3.2", "5.3.3", "5.3.5"),
        *("5.4.3", "5.4.5"),
        *("5.5.0", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.5.5", "5.5.6"),
        *("5.6.0", "5.6.1", "5.6.3", "5.6.6"),
        *("5.7.0", "5.7.1", "5.7.3", "5.7.8", "5.7.9", "5.7.20", "5.7.23", "5.7.26", "5.7.27", "5.7.60", "5.7.708"),
    ],
}

# What real servers say: Postfix, Exim, sendmail, qmail, Exchange, Gmail.
SAID: dict[tuple[Phase, str], Fault] = {
    ("recipient", "504 5.5.2 <3f2a9c>: Helo command rejected: need fully-qualified hostname"): "us",
    ("recipient", "504 <3f2a9c>: Helo command rejected: need fully-qualified hostname"): "us",
    ("recipient", "554 5.7.1 <ada@kommune.example>: Relay access denied"): "us",
    ("recipient", "550 5.7.64 TenantAttribution; Relay Access Denied"): "us",
    ("recipient", "550 relay not permitted"): "us",
    ("recipient", "550 5.1.0 <post@raadet.example>: Sender address rejected: User unknown"): "us",
    ("recipient", "550 5.1.8 <post@raadet.example>: Sender address rejected: Domain not found"): "us",
    ("recipient", "550 Sender verify failed"): "us",
    ("recipient", "550 Administrative prohibition"): "us",
    ("recipient", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"): "us",
    ("recipient", "550 5.7.1 Service unavailable; client host [192.0.2.7] blocked using a list"): "us",
    ("recipient", "554 Service unavailable; Client host [192.0.2.7] blocked"): "us",
    ("recipient", "530 5.7.0 Must issue a STARTTLS command first"): "us",
    ("recipient", "530 Authentication required"): "us",
    ("recipient", "503 5.5.1 Error: need MAIL command"): "us",
    ("recipient", "550 5.1.1 <ada@kommune.example>: Recipient address rejected: User unknown in virtual table"): "mail",
    ("recipient", "550 5.4.1 Recipient address rejected: Access denied."): "mail",
    ("recipient", "550 no such user"): "mail",
    ("recipient", "550 Requested action not taken: mailbox unavailable"): "mail",
    ("recipient", "550 Unrouteable address"): "mail",
    ("recipient", "551 User not local; please try <ada@elsewhere.example>"): "mail",
    ("recipient", "552 Mailbox full"): "mail",
    ("recipient", "553 Requested action not taken: mailbox name not allowed"): "mail",
    ("recipient", "550 sorry, no mailbox here by that name (#5.1.1)"): "mail",
    ("recipient", "556 domain does not accept mail"): "mail",
    ("recipient", "451 4.7.1 Greylisting in action, please come back later"): "later",
    ("recipient", "450 5.1.1 a code that is not final, whatever the status"): "later",
    ("recipient", "250 not asked for"): "later",
    ("recipient", "-1 no reply at all"): "later",
    ("content", "554 5.7.1 Message contains spam or virus"): "us",
    ("content", "550 This message was classified as SPAM"): "us",
    ("content", "554 Transaction failed"): "us",
    (
        "content",
        "550 5.7.26 Unauthenticated email from raadet.example is not accepted due to domain's DMARC policy",
    ): "us",
    ("content", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException"): "us",
    ("content", "554 5.2.252 SendAsDenied"): "us",
    ("content", "550 5.1.1 no such user after all"): "mail",
    ("content", "552 5.3.4 Message size exceeds fixed limit"): "mail",
    ("content", "552 Message size exceeds maximum permitted"): "mail",
    ("content", "452 4.3.1 Insufficient system storage"): "later",
    ("sender", "530 5.7.0 Authentication required"): "server",
    ("sender", "553 5.1.8 Domain of sender address does not exist"): "server",
    ("sender", "550 5.1.1 whatever it says of an address here is of ours"): "server",
    ("sender", "451 4.3.0 try again later"): "server",
    ("sender", "552 Message size exceeds fixed limit"): "mail",
    ("sender", "552 5.3.4 Message size exceeds fixed limit"): "mail",
    ("sender", "550 5.3.4 Message size exceeds fixed limit"): "mail",
    ("hello", "504 5.5.2 need fully-qualified hostname"): "server",
    ("login", "535 5.7.8 Authentication credentials invalid"): "server",
    ("greeting", "554 5.7.1 no SMTP service here"): "server",
}


@pytest.mark.parametrize(
    ("phase", "status", "fault"),
    [(phase, status, fault) for fault, statuses in STATUSES.items() for phase, status in product(ITS_OWN, statuses)],
)
def test_an_enhanced_status_says_whose_fault_it_is_under_whatever_final_code(
    phase: Phase, status: str, fault: Fault
) -> None:
    for code in (500, 504, 550, 551, 553, 554):
        assert fault_of(phase, code, f"{status} in words that say nothing") == fault


@pytest.mark.parametrize(("phase", "said", "fault"), [(*key, fault) for key, fault in SAID.items()])
def test_what_servers_say_is_understood(phase: Phase, said: str, fault: Fault) -> None:
    code, _, text = said.partition(" ")
    assert fault_of(phase, int(code), text) == fault


@pytest.mark.parametrize("phase", EVERY_MAIL)
@settings(deadline=None)  # a busy machine is slow
@given(code=st.integers(-1, 700), text=st.text())
def test_before_any_mail_is_named_a_refusal_is_the_servers(phase: Phase, code: int, text: str) -> None:
    assert fault_of(phase, code, text) == "server"


@settings(deadline=None)  # a busy machine is slow
@given(phase=st.sampled_from(get_args(Phase)), code=st.integers(-1, 700), text=st.text())
def test_no_reply_is_so_odd_that_nobody_is_at_fault(phase: Phase, code: int, text: str) -> None:
    assert fault_of(phase, code, text) in get_args(Fault)


@pytest.mark.parametrize("code", range(500, 600))
def test_a_final_code_without_a_status_fails_a_mail_only_where_it_is_one_of_addresses(code: int) -> None:
    is_of_addresses = code in (550, 551, 552, 553, 556)
    assert fault_of("recipient", code, "no") == ("mail" if is_of_addresses else "us")
    assert fault_of("content", code, "no") == ("mail" if code == 552 else "us")
