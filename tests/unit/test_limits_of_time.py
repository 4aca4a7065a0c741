"""No test has a limit in seconds of its own, which a busy machine breaks: tests wait as `tests/support/waiting.py` has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# Speed is measured in the one; in the other, containers are made and started.
ELSEWHERE = ("bench", "containers")
FILES = sorted(
    path.relative_to(TESTS).as_posix()
    for path in TESTS.rglob("*.py")
    if path.relative_to(TESTS).parts[0] not in ELSEWHERE and path.name != "waiting.py"
)
LIMITS = {"within", "timeout"}
CALLS = {"asyncio.timeout", "asyncio.wait_for", "timeout"}
# Where nothing is to come, and the limit is how long that is looked at; or where it is tried again until it does.
LOOKED_AT = {
    "integration/messaging/test_library_facts.py": {"timeout=0.3"},  # how long a batch is collected
    "integration/messaging/test_provisioning_clusters.py": {"timeout=1"},
    "unit/deploy/test_at_rest.py": {"within=0.2"},
    "integration/notifications/test_clocks_of_replicas.py": {"within=60"},  # not waited for
}


def limits(source: str) -> Iterator[str]:
    """The limits in seconds that are written down in a test."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        numbers = [it.value for it in node.args if isinstance(it, ast.Constant) and isinstance(it.value, int | float)]
        if ast.unparse(node.func) in CALLS:
            yield from (f"{ast.unparse(node.func)}({it})" for it in numbers)
        for keyword in node.keywords:
            if keyword.arg in LIMITS and isinstance(keyword.value, ast.Constant) and keyword.value.value is not None:
                yield f"{keyword.arg}={keyword.value.value!r}"


@pytest.mark.parametrize("file", FILES)
def test_no_test_has_a_limit_of_its_own(file: str) -> None:
    found = set(limits((TESTS / file).read_text(encoding="utf-8")))
    if file.startswith("chaos/"):  # its scenarios are long, and say how long
        found = {it for it in found if float(it.partition("=")[2] or 0) < 300}
    assert found == LOOKED_AT.get(file, set())


def test_a_limit_is_found() -> None:
    source = "async def test():\n    async with asyncio.timeout(5):\n        await eventually(x, within=30)\n    get(timeout=1)"
    assert sorted(limits(source)) == ["asyncio.timeout(5)", "timeout=1", "within=30"]
