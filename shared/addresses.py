"""What an e-mail address and the full name of a host look like: what is taken in is what can be sent to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from shared.errors import Unfit

LONGEST, LONGEST_LOCAL_PART = 254, 64  # RFC 5321

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The last label begins with a letter (RFC 1123, 2.1; RFC 3696, 2): else `1.2.3.4` were a name, which is dialled as a number.
_FULL_NAME = rf"({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"


def _has_room(address: str) -> str:
    if len(address.partition("@")[0]) > LONGEST_LOCAL_PART:
        msg = f"before the @ stand at most {LONGEST_LOCAL_PART} characters"
        raise Unfit(msg, code="local_part_too_long", values={"max_length": LONGEST_LOCAL_PART})
    return address


# RFC 5321 without what nobody uses: no quoting, no comments, ASCII. A dot stands between two others, and not at an end.
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=LONGEST,
        pattern=rf"^{_ATOM}(\.{_ATOM})*@{_FULL_NAME}$",
    ),
    AfterValidator(_has_room),
]


def _is_a_number_that_can_be(name: str) -> str:
    """Raises ValueError for an address that is none."""
    if name.startswith("["):
        if name.startswith("[IPv6:"):
            IPv6Address(name[len("[IPv6:") : -1])
        else:
            IPv4Address(name[1:-1])
    return name


# What a client calls itself (RFC 5321, 4.1.3 and 4.1.4): its full name, or its address, `[192.0.2.7]` or `[IPv6:2001:db8::7]`.
HostName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=253,
        pattern=rf"^({_FULL_NAME}|\[([0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}\]|\[IPv6:[0-9A-Fa-f:.]{{2,45}}\])$",
    ),
    AfterValidator(_is_a_number_that_can_be),
]
