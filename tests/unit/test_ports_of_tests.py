"""The ports that servers of tests listen on are nobody else's, also while such a server is down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import STRETCH, free_port

OF_OUTGOING_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_no_port_is_given_twice_before_all_were_given_once() -> None:
    given = [free_port() for _ in range(STRETCH - 20)]  # a few may be taken by who is no test
    assert len(set(given)) == len(given)


def test_two_processes_are_never_given_the_same_port() -> None:
    asked = f"from tests.support.processes import free_port; print(*(free_port() for _ in range({STRETCH - 20})))"
    printed = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert {int(it) for it in printed.split()}.isdisjoint(free_port() for _ in range(STRETCH - 20))


@pytest.mark.skipif(
    not OF_OUTGOING_CONNECTIONS.exists(), reason="only Linux says which ports outgoing connections have"
)
def test_no_outgoing_connection_can_have_the_port_of_a_server_that_is_down() -> None:
    lowest = int(OF_OUTGOING_CONNECTIONS.read_text().split()[0])
    if lowest <= 32_000:
        pytest.skip(f"this machine gives outgoing connections the ports from {lowest} on")
    assert max(free_port() for _ in range(STRETCH)) < lowest
