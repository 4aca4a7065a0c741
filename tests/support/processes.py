"""Servers that tests start: on free ports of loopback, and gone when the tests are, however those end."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

HOST = "127.0.0.1"
STOPPED_WITHIN = 20.0  # seconds
LOWEST, STRETCH, STRETCHES = 18_000, 250, 56  # ports: in so many stretches of so many, up to 31 999

_COUNT = itertools.count()

# Loaded here, since nothing should be loaded between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A port that stays its asker's, also while the server that had it is down.

    Below those that Linux gives to outgoing connections (32768 and up), one of which could take it meanwhile. Each process
    that runs tests has a stretch of its own and walks it round, so no two servers of a suite are given the same.
    """
    for port in _walk():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    msg = "no port is free"
    raise RuntimeError(msg)


def _walk() -> Iterator[int]:
    """Each port of this process's stretch, from where the last walk ended."""
    mark = _stretch(os.getpid()).getsockname()[1]
    for _ in range(1, STRETCH):
        yield mark + 1 + next(_COUNT) % (STRETCH - 1)


@functools.cache
def _stretch(process: int) -> socket.socket:
    """A stretch is whose process has its first port bound, until it ends; asked by the process's id, since it may fork."""
    for first in range(LOWEST, LOWEST + STRETCHES * STRETCH, STRETCH):
        mark = socket.socket()
        with suppress(OSError):
            mark.bind((HOST, first))
            return mark
        mark.close()
    msg = f"{STRETCHES} processes that run tests have all ports; {process} is one too many"
    raise RuntimeError(msg)


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
