"""The one address that links, the check of a form's origin and the cookie go by, and the secret of sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pages.frame.session import cookie_for
from pages.settings import Settings


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "session-secret"
    file.write_text("s" * 32 + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("https://kulturskole.example", "https://kulturskole.example"),
        ("https://Kulturskole.Example:8443/", "https://kulturskole.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_address_is_held_as_browsers_write_an_origin(given: str, held: str, secret: Path) -> None:
    assert Settings(public_url=given, session_secret_file=secret).public_url == held


@pytest.mark.parametrize("given", ["http://kulturskole.example", "http://192.168.1.2:8000", "http://127.0.0.1.example"])
def test_over_http_nobody_but_this_machine_is_served(given: str, secret: Path) -> None:
    with pytest.raises(ValidationError, match="http: is for this machine alone"):
        Settings(public_url=given, session_secret_file=secret)


@pytest.mark.parametrize(
    "given", ["", "kulturskole.example", "ftp://x.example", "https://x.example/sti", "https://x.example?a"]
)
def test_what_no_link_can_begin_with_is_refused(given: str, secret: Path) -> None:
    with pytest.raises(ValidationError, match="without a path"):
        Settings(public_url=given, session_secret_file=secret)


def test_over_https_the_cookie_is_this_hosts_and_never_sent_unencrypted() -> None:
    assert cookie_for("https://kulturskole.example").header("sealed").split("; ") == [
        *("__Host-session=sealed", "Path=/", "HttpOnly", "SameSite=Lax", "Secure")
    ]
    assert cookie_for("http://127.0.0.1:8000").header("").split("; ") == [
        *("session=", "Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=0")
    ]


def test_a_secret_that_is_too_short_is_refused(secret: Path) -> None:
    settings = Settings(public_url="http://127.0.0.1:8000", session_secret_file=secret)
    assert settings.session_secret() == "s" * 32
    secret.write_text("s" * 31 + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="at least 32 characters"):
        settings.session_secret()
