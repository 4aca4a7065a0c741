"""TCP ports on this machine: whether one is free, and which one is."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Something else listens on a port that is needed."""

    def __init__(self, port: int, what: str, option: str) -> None:
        super().__init__(f"port {port}, for {what}, is taken; stop what listens there, or choose another with {option}")


def chosen(port: int, what: str, option: str) -> int:
    """The port itself, or a free one for 0. `what` it is for and the `option` that sets it are for the message.

    Raises PortTaken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(port, what, option) from None
        bound: int = probe.getsockname()[1]
        return bound
