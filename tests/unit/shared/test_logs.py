"""What passes by itself is logged in one line, whoever logs it."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from shared import logs
logs.configure("INFO", service="billing")
for error in (ConnectionRefusedError(111, "Connect call failed"), ZeroDivisionError("a fault")):
    try:
        raise error
    except Exception:
        structlog.get_logger().exception("ours")
        logging.getLogger("library").exception("theirs")
        logging.getLogger("library").error("theirs", exc_info=error)
"""


def test_what_passes_has_no_traceback_and_a_fault_has() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    passing, faults = lines[:3], lines[3:]
    assert [it["error"] for it in passing] == ["ConnectionRefusedError: [Errno 111] Connect call failed"] * 3
    assert {it["level"] for it in passing} == {"warning"}
    assert not any("exception" in it or "exc_info" in it for it in passing)
    assert all("ZeroDivisionError: a fault" in it["exception"] for it in faults)
    assert len(faults) == 3
