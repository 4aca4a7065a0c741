"""What a service or the pages can be told, a container can be told: by docker-compose.yml, or by what is laid over it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from deploy.demo.cast import REFUSED_ONCE
from deploy.parts import PARTS, Part
from pages.settings import Settings as SettingsOfPages
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
OPERATIONS = (ROOT / "docs" / "architecture" / "operations.md").read_text(encoding="utf-8")
PREFIX = "KULTURSKOLE_"
# Those that are not docker-compose.yml's to ask for, and why.
NOT_ASKED_FOR = {
    **dict.fromkeys(
        (
            *("database_url", "database_password_file", "serving_role", "nats_url", "nats_user", "nats_password_file"),
            *("nats_ca_file", "keys_file", "feeds_secret_file", "host", "gateways"),
        ),
        "the containers themselves decide it",
    ),
    "port": "inside a container it is 8000; outside, KULTURSKOLE_PORT is the gateway's",
    **dict.fromkeys(("nats_password", "smtp_password", "access_point_token"), "a secret is given as a file"),
    "simulated_clock": "deploy/compose.demo.yml: for the demo alone",
    "smtp_starttls": "off for the sink, on in deploy/compose.smtp.yml: never off for a server that delivers",
    **dict.fromkeys(
        ("smtp_host", "smtp_port", "smtp_user", "smtp_password_file", "mail_sender", "smtp_ehlo", "smtp_tls"),
        "deploy/compose.smtp.yml: who sends mail that arrives says through what",
    ),
    **dict.fromkeys(
        ("access_point", "access_point_url", "access_point_timeout", "access_point_token_file"),
        "deploy/compose.access-point.yml: who sends EHF says through what",
    ),
    "access_point_folder": "deploy/compose.access-point-folder.yml: the folder has to be mounted as well",
    "trial_mails": "the embedded start alone has such a folder",
    "smtp_ca_file": "deploy/compose.smtp-ca.yml: the file has to be mounted as well",
    **dict.fromkeys(
        [f"seller_{it}" for it in ("name", "organisation_number", "street", "postal_code", "city", "account")],
        "deploy/compose.smtp.yml: who sends invoices that arrive must not be an invented seller",
    ),
}
OF_PAGES_NOT_ASKED_FOR = {
    **dict.fromkeys(("session_secret_file", "api_url", "host", "gateways"), "the containers themselves decide it"),
    "port": "inside a container it is 8000; outside, KULTURSKOLE_PORT is the gateway's",
    "refusals_a_minute": "of the services; the pages count wrong keys",
}


def settings_of(part: Part) -> type[ServiceSettings]:
    return cast("type[ServiceSettings]", part.settings)


def of_container(part: Part) -> dict[str, str]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert f"x-{part.name}: &{part.name}\n  <<: *environment\n" in text
    return block("x-environment", text) | block(f"x-{part.name}", text)


def block(name: str, text: str) -> dict[str, str]:
    (lines,) = re.findall(rf"^{name}: &\w+\n((?: .*\n)+)", text, re.MULTILINE)
    return handed_through(lines)


def handed_through(lines: str) -> dict[str, str]:
    """The variables, by setting, with what holds where they are not set, or, but for those to which empty says something, empty."""
    return {it.lower(): default for it, default in re.findall(rf"{PREFIX}(\w+): \$\{{{PREFIX}\1:?-(.*?)\}}", lines)}


def of_pages() -> dict[str, str]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    (lines,) = re.findall(r"^  pages:\n((?:    .*\n)+)", text, re.MULTILINE)
    return handed_through(lines)


@pytest.mark.parametrize("part", PARTS, ids=lambda it: it.name)
def test_each_setting_reaches_the_container_or_says_why_not(part: Part) -> None:
    fields, there = set(settings_of(part).model_fields), of_container(part)
    assert fields - set(there) == fields & set(NOT_ASKED_FOR)
    assert not set(there) & set(NOT_ASKED_FOR)


@pytest.mark.parametrize("part", PARTS, ids=lambda it: it.name)
def test_a_container_that_is_told_nothing_has_what_the_service_has_by_itself(part: Part) -> None:
    needed = {"database_url": "sqlite+aiosqlite:///x.db", "keys_file": "keys.json"}
    by_itself = settings_of(part).model_validate(needed)
    there = of_container(part)
    if "public_url" in there:  # where the gateway is published
        assert there.pop("public_url").startswith(f"{by_itself.model_dump()['public_url'].rpartition(':')[0]}:${{")
    told = settings_of(part).model_validate(needed | there)
    for name in there:
        assert (getattr(told, name) or None) == (getattr(by_itself, name) or None), name


def test_each_setting_of_the_pages_reaches_their_container_or_says_why_not() -> None:
    fields, there = set(SettingsOfPages.model_fields), of_pages()
    assert fields - set(there) == set(OF_PAGES_NOT_ASKED_FOR)
    # Where nobody says another, the pages are where the gateway is published.
    assert there.pop("public_url").startswith("http://127.0.0.1:${KULTURSKOLE_PORT:-8000")
    defaults = {name: SettingsOfPages.model_fields[name].default for name in there}
    assert there == {name: str(default) for name, default in defaults.items()}


def test_what_is_asked_for_elsewhere_is_asked_for_there() -> None:
    for name, why in NOT_ASKED_FOR.items():
        if (file := re.match(r"deploy/\S+\.yml", why)) is not None:
            assert f"{PREFIX}{name.upper()}: " in (ROOT / file[0]).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("part", PARTS, ids=lambda it: it.name)
def test_operations_list_what_a_container_can_be_told(part: Part) -> None:
    for name in of_container(part):
        assert f"`{PREFIX}{name.upper()}`" in OPERATIONS


def test_operations_list_what_the_pages_can_be_told() -> None:
    for name in (*of_pages(), *OF_PAGES_NOT_ASKED_FOR):
        assert f"`{PREFIX}{name.upper()}`" in OPERATIONS, name


def test_what_delivers_nowhere_is_the_demos_alone_and_refuses_whom_the_embedded_demos_does() -> None:
    files = [ROOT / "docker-compose.yml", *(ROOT / "deploy").glob("**/*.yml"), *(ROOT / "deploy").glob("**/*.yaml")]
    assert [it.name for it in files if "fake" in it.read_text(encoding="utf-8")] == ["compose.demo.yml"]
    overlay = (ROOT / "deploy" / "compose.demo.yml").read_text(encoding="utf-8")
    assert re.findall(r'--refuse-first, "(.*?)"', overlay) == [REFUSED_ONCE]
