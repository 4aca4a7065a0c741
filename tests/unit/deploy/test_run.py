"""What `make demo` says at the end."""

from __future__ import annotations

from deploy.run import invitation


def test_the_last_line_says_where_the_pages_are_and_how_to_log_in() -> None:
    line = invitation("http://127.0.0.1:8000", "ks_the-operators")
    assert line == "Se på det: http://127.0.0.1:8000  ·  logg inn med nøkkelen ks_the-operators  ·  Ctrl-C stopper"
