"""A session is in its cookie alone, for eight hours since it was last used."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from pages.frame.session import SEALED, Seal, Session
from shared.web.keys import ROLES

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
KARI = Session(key="ks_1234", name="Kari", role="administrator", used_at=int(NOW.timestamp()))


def test_what_was_sealed_is_opened_by_any_process_with_the_same_secret_and_no_other() -> None:
    sealed = Seal("a secret").seal(KARI)
    assert Seal("a secret").open(sealed, NOW) == KARI
    assert Seal("another secret").open(sealed, NOW) is None
    assert "1234" not in sealed
    assert "Kari" not in sealed


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=8)])
def test_it_is_in_force_for_eight_hours(later: timedelta) -> None:
    assert Seal("a secret").open(Seal("a secret").seal(KARI), NOW + later) == KARI


@pytest.mark.parametrize("later", [timedelta(hours=8, seconds=1), timedelta(days=30), timedelta(seconds=-61)])
def test_then_it_is_over_and_so_is_one_from_the_future(later: timedelta) -> None:
    assert Seal("a secret").open(Seal("a secret").seal(KARI), NOW + later) is None


def test_what_was_changed_or_made_up_opens_nothing() -> None:
    sealed = Seal("a secret").seal(KARI)
    header, key, nonce, text, tag = sealed.split(".")
    other = "A" if text[0] != "A" else "B"
    for forged in ("", "x", "a.b.c.d.e", f"{header}.{key}.{nonce}.{other}{text[1:]}.{tag}", sealed[:-4], sealed + "æ"):
        assert Seal("a secret").open(forged, NOW) is None, forged
    stranger = OctKey.import_key(b"0" * 32)
    own = jwe.encrypt_compact(SEALED, json.dumps(asdict(KARI)), stranger)
    assert Seal("a secret").open(own, NOW) is None


@pytest.mark.parametrize("content", ["[]", "{}", "1", '{"key": "ks", "name": "x"}', "no json"])
def test_what_is_no_session_opens_nothing_though_it_is_sealed_rightly(content: str) -> None:
    seal = Seal("a secret")
    assert seal.open(jwe.encrypt_compact(SEALED, content, seal._key), NOW) is None  # noqa: SLF001 - no other way


def test_each_role_may_what_the_one_before_may() -> None:
    may = {role: [it for it in ROLES if Session(key="k", name="n", role=role, used_at=0).may(it)] for role in ROLES}
    assert may == {"reader": ["reader"], "administrator": ["reader", "administrator"], "operator": list(ROLES)}
