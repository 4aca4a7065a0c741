"""Servers that tests start: on free ports of loopback, and gone when the tests are, however those end."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

HOST = "127.0.0.1"
STOPPED_WITHIN = 20.0  # seconds

# Loaded here, since nothing should be loaded between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def dies_with_tests(with_signal: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn`: Linux sends the child this signal when the test process ends, kill -9 included.

    It counts from the thread that starts the child, so start servers in the main thread.
    """

    def tell_the_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, with_signal)

    return tell_the_kernel


def end(process: subprocess.Popen[bytes], with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and kill it where it does not within twenty seconds."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
