from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.web import keys
from shared.web.keys import Keys

NOW = datetime.now(UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.json"


def test_a_key_that_is_made_or_revoked_is_followed_at_once(file: Path) -> None:
    known = Keys(file)
    assert known.find("x") is None
    secret = keys.create(file, name="a", role="reader")
    found = known.find(secret)
    assert found is not None
    assert found.may("reader")
    assert not found.may("administrator")
    keys.revoke(file, "a")
    assert known.find(secret) is None


def test_a_key_that_has_expired_opens_nothing(file: Path) -> None:
    past = keys.create(file, name="past", role="operator", expires_at=NOW - timedelta(seconds=1))
    to_come = keys.create(file, name="to come", role="operator", expires_at=NOW + timedelta(days=1))
    assert Keys(file).find(past) is None
    assert Keys(file).find(to_come) is not None


@pytest.mark.parametrize(
    "broken", ["{", '{"keys": [{"name": "a"}]}', '{"keys": [{"name":"a","role":"king","sha256":""}]}']
)
def test_a_file_that_breaks_keeps_its_last_good_content_in_force(file: Path, broken: str) -> None:
    secret = keys.create(file, name="a", role="reader")
    known = Keys(file)
    assert known.find(secret) is not None
    file.write_text(broken)
    assert known.find(secret) is not None


def test_a_file_that_others_may_read_stays_so(file: Path) -> None:
    """Containers read it as somebody else."""
    keys.create(file, name="a", role="reader")
    assert file.stat().st_mode & 0o777 == 0o640
    file.chmod(0o644)
    keys.create(file, name="b", role="reader")
    keys.revoke(file, "a")
    assert file.stat().st_mode & 0o777 == 0o644


def test_keys_made_at_the_same_moment_are_all_kept(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keys.create(file, name=f"{n}", role="reader"), range(24)))
    assert len(keys.read(file)) == 24


def test_a_name_stands_for_one_key(file: Path) -> None:
    keys.create(file, name="a", role="reader")
    with pytest.raises(ValueError, match="there is a key named a already"):
        keys.create(file, name="a", role="operator")
    with pytest.raises(ValueError, match="there is no key named b"):
        keys.revoke(file, "b")
