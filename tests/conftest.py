"""What every test may ask for; each fixture is told about in its module."""

from __future__ import annotations

import os

import pytest

# A module stands before those that import it, or pytest could not rewrite its assertions.
pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.keys",
    "tests.support.nats",
    "tests.support.tls",
    "tests.support.smtp",
    "tests.support.drill",
]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: many tests wait, for what is to come or must not come."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores * 3 // 2
