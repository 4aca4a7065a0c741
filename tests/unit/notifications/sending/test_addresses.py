"""An address that the APIs take is one that the mailer can send to."""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtplib.email import parse_address, quote_address
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.notifications.sending.mailer import Mailer
from services.notifications.sending.render import render
from services.notifications.settings import Settings
from shared.addresses import Address, HostName
from shared.web.api import Email
from tests.unit.notifications.samples import ORGANISER, SENDER, mail

SETTINGS = Settings(database_url="sqlite+aiosqlite://", keys_file=Path("keys.json"))
MAILER, EMAILS, NAMES = Mailer(SETTINGS), TypeAdapter(Email), TypeAdapter(HostName)
RENDERED = render(mail("application_received"), organiser=ORGANISER, sender=SENDER)


# Hosts that are numbers, or look it.
NUMBERS = st.from_regex(r"\A(0x)?[0-9a-f]{1,3}(\.(0x)?[0-9a-f]{1,3}){1,3}\Z")
NO_NUMBERS = [
    "999.1.1.1",
    "192.0.2.7",
    "[999.1.1.1]",
    "[1.2.3.04]",
    "[IPv6:1.2.3.4]",
    "[IPv6::::]",
    "[IPv6:2001:db8::12345]",
]


def is_taken(address: str) -> bool:
    try:
        EMAILS.validate_python(address)
    except ValidationError:
        return False
    return True


def goes_out_to(address: str) -> None:
    """In the header and in the envelope."""
    message = MAILER.message(mail("application_received", address=address), RENDERED)
    assert f"<{address}>".encode() in message
    assert parse_address(address) == address
    assert quote_address(address) == f"<{address}>"
    assert not is_a_number(address.partition("@")[2])


def is_a_number(host: str) -> bool:
    """As what dials it sees it: `1.2.3.4`, and `0x7f.1` too."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


@settings(deadline=None)  # a busy machine is slow
@given(st.one_of(st.emails(), st.from_regex(r"\A[!-~]{1,70}@[a-z0-9.-]{1,70}\Z"), NUMBERS.map("a@".__add__)))
def test_whatever_is_taken_can_be_sent_to(written: str) -> None:
    assume(is_taken(written))
    goes_out_to(EMAILS.validate_python(written))


@settings(deadline=None)  # a busy machine is slow
@given(st.from_regex(re.compile(TypeAdapter(Address).json_schema()["pattern"]), fullmatch=True))
def test_whatever_the_pattern_allows_can_be_sent_to(written: str) -> None:
    assume(is_taken(written))
    goes_out_to(EMAILS.validate_python(written))


@pytest.mark.parametrize(
    "address",
    [
        "kari..vik@molde.example",
        ".kari@molde.example",
        "kari.@molde.example",
        "kari@molde..example",
        "kari@-molde.example",
        "kari@molde-.example",
        "kari@molde.example.",
        "kari@molde",
        "kari vik@molde.example",
        '"kari"@molde.example',
        "kåri@molde.example",
        "kari@møre.example",
        "kari@molde.example\nBcc: x@y.example",
        "kari@1.2.3.4",
        "kari@molde.123",
        "kari@0x7f.0x1",
        "kari@[192.0.2.7]",
        f"{'k' * 65}@molde.example",
        f"kari@{'m' * 64}.example",
        f"kari@{'molde.' * 50}example",
    ],
)
def test_what_no_server_takes_is_refused_where_it_is_given(address: str) -> None:
    assert not is_taken(address)
    with pytest.raises(ValidationError):
        Settings(database_url="sqlite+aiosqlite://", keys_file=Path("keys.json"), mail_sender=address)


def test_it_is_written_small_and_without_spaces_around_it() -> None:
    assert EMAILS.validate_python(" Kari.Vik+x@Molde.Example ") == "kari.vik+x@molde.example"
    goes_out_to("a.o'b+k/s=1{a}|~^_`?*&%$#!-@kommune.example")


@pytest.mark.parametrize(
    "name", ["3f2a9c", "localhost", "", "mail.", "a b.example", "[192.0.2]", "192.0.2.7\r\nQUIT", "[x]", *NO_NUMBERS]
)
def test_a_name_that_is_not_full_is_no_name_to_greet_with(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)


@pytest.mark.parametrize("name", ["mail.raadet.example", "3m.example", "[192.0.2.7]", "[IPv6:2001:db8::7]"])
def test_a_full_name_or_an_address_is_a_name_to_greet_with(name: str) -> None:
    assert NAMES.validate_python(name) == name


@settings(deadline=None)  # a busy machine is slow
@given(st.one_of(st.from_regex(re.compile(TypeAdapter(HostName).json_schema()["pattern"]), fullmatch=True), NUMBERS))
def test_a_name_to_greet_with_is_a_number_only_where_it_says_so(written: str) -> None:
    try:
        name = NAMES.validate_python(written)
    except ValidationError:
        return
    if name.startswith("["):
        ip_address(name.strip("[]").removeprefix("IPv6:"))
    else:
        assert not is_a_number(name)


def test_an_empty_name_is_none_and_the_senders_domain_is_given() -> None:
    given = Settings(
        database_url="sqlite+aiosqlite://", keys_file=Path("keys.json"), smtp_ehlo="", mail_sender="post@raadet.example"
    )
    assert given.smtp_name() == "raadet.example"
