from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

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


BROKEN = [
    "{",
    "[]",
    '{"keys": null}',
    '{"keys": [{"name": "a"}]}',
    '{"keys": [{"name":"a","role":"king","sha256":""}]}',
    '{"keys": [{"name":"a","role":"reader","sha256":[]}]}',
    '{"keys": [{"name":"a","role":"reader","sha256":"", "expires_at": "2030-01-01T00:00:00"}]}',
    "[" * 100_000,
    '{"keys": ' * 100_000,
]


@pytest.mark.parametrize("broken", BROKEN, ids=len)
def test_a_file_that_breaks_keeps_its_last_good_content_in_force(file: Path, broken: str) -> None:
    secret = keys.create(file, name="a", role="reader")
    known = Keys(file)
    assert known.find(secret) is not None
    file.write_text(broken)
    assert known.find(secret) is not None


def test_a_file_that_others_may_read_stays_so(file: Path) -> None:
    """Containers read it as somebody else."""
    keys.create(file, name="a", role="reader")
    assert file.stat().st_mode & 0o777 == 0o600
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.sampled_from(["keys", "name", "role", "sha256"]), it),
)


@given(content=JSON.map(json.dumps).map(str.encode) | st.binary(max_size=50))
def test_whatever_stands_in_the_file_a_key_is_looked_for(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keys.json"
        file.write_bytes(content)
        assert Keys(file).find("x") is None


def test_a_file_that_is_removed_opens_nothing_any_more(file: Path) -> None:
    secret = keys.create(file, name="a", role="reader")
    known = Keys(file)
    assert known.find(secret) is not None
    file.unlink()
    with capture_logs() as log:
        assert [known.find(secret) for _ in range(3)] == [None] * 3
    assert len(log) == 1
    keys.create(file, name="b", role="reader")
    assert known.find(secret) is None


def test_a_folder_that_is_away_is_said_once(file: Path) -> None:
    secret = keys.create(file, name="a", role="reader")
    known = Keys(file)
    assert known.find(secret) is not None
    file.parent.rename(file.parent.with_name("elsewhere"))
    file.parent.write_text("a file where the folder was")
    with capture_logs() as log:
        assert [known.find(secret) for _ in range(3)] == [known.find(secret)] * 3
    assert len(log) == 1


def test_a_revoked_name_is_not_used_again(file: Path) -> None:
    keys.create(file, name="a", role="reader")
    keys.revoke(file, "a")
    with pytest.raises(ValueError, match="a key named a was revoked"):
        keys.create(file, name="a", role="operator")
    keys.create(file, name="b", role="reader")
    with pytest.raises(ValueError, match="was revoked"):
        keys.create(file, name="a", role="operator")
    with pytest.raises(ValueError, match="there is no key named a"):
        keys.revoke(file, "a")


@pytest.mark.parametrize("name", ["", "x" * 81, "two\nlines"])
def test_a_name_fits_where_it_is_kept(file: Path, name: str) -> None:
    with pytest.raises(ValueError, match="at most 80"):
        keys.create(file, name=name, role="reader")


def test_what_could_not_be_read_is_read_again_though_the_file_looks_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = keys.create(file, name="a", role="reader")
    found = Keys(file)
    assert found.find(secret)
    keys.revoke(file, "a")

    def refuses(_: Path) -> list[keys.Key]:
        raise PermissionError

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(keys, "read", refuses)
        assert [found.find(secret) is None for _ in range(3)] == [False] * 3
    assert len(logs) == 1
    assert found.find(secret) is None


@pytest.mark.parametrize("name", ["c ", "c\u200b", "\uff43", " ", "\u202ex", "c\u00a0"])
def test_a_name_that_looks_like_another_or_like_nothing_is_not_taken(file: Path, name: str) -> None:
    keys.create(file, name="c", role="reader")
    keys.revoke(file, "c")
    with pytest.raises(ValueError, match=r"name|seen"):
        keys.create(file, name=name, role="reader")
