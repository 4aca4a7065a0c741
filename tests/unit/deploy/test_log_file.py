"""The log of an embedded start, while it runs."""

from __future__ import annotations

from contextlib import closing, redirect_stderr
from pathlib import Path

import structlog

from deploy.log_file import LogFile
from shared import logs
from tests.support.served import logged


def test_a_log_that_has_grown_large_is_put_aside_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "kulturskole.log"
    path.write_text("old\n" * 100)
    file = LogFile(path, largest=1_000)
    for n in range(300):
        file.write(f"line {n}\n")
        assert path.stat().st_size <= 1_000
    file.close()
    assert {it.name for it in tmp_path.iterdir()} == {"kulturskole.log", "kulturskole.log.1"}
    kept = path.with_suffix(".log.1").read_text() + path.read_text()
    assert kept.splitlines() == [f"line {n}" for n in range(300 - len(kept.splitlines()), 300)]


def test_logs_go_there_in_lines_that_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "kulturskole.log"
    with closing(LogFile(path)) as file, logged(), redirect_stderr(file):
        logs.configure("INFO", service="test")
        structlog.get_logger().info("x" * 100_000, nested={"it": "y" * 100_000})
    (line,) = path.read_text().splitlines()
    assert len(line) < 10_000
