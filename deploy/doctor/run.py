"""Everything that is looked at: of one service by its environment, or of all that `up` keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from deploy import versions
from deploy.doctor import broker, certificates, databases, outside
from deploy.doctor.disk import free
from deploy.doctor.finding import Finding, fine, unknown, wrong
from deploy.doctor.settings import settings_of
from deploy.nats_config import OPERATOR
from deploy.parts import PARTS, Part
from deploy.state import InUse, State
from deploy.subscribers.folder import Folder
from services.billing.settings import Settings as OfBilling
from services.notifications.settings import Settings as OfNotifications
from shared.messaging.streams import Durable, durables
from shared.settings import ServiceSettings


async def of_service(name: str) -> list[Finding]:
    """By the environment that a service is started with: in its container, say."""
    part = next(it for it in PARTS if it.name == name)
    settings, found = settings_of(part)
    found = [_version(), *found]
    if settings is None:
        return [*found, unknown("everything else", name, "it is looked at when the settings are valid")]
    found += [it async for it in databases.look(name, settings.database_url)]
    user, password = settings.nats_user or name, _read(settings.nats_secret)
    found += await broker.look(settings.nats_url, user, password or "", durables([part.consumers]))
    found += await certificates.of_nats(settings.nats_url, settings.nats_ca_file)
    if settings.nats_ca_file:
        found.append(certificates.of_authority("KULTURSKOLE_NATS_CA_FILE", name, settings.nats_ca_file))
    found.append(
        unknown("disk", "NATS", "its storage is another machine's", "watch it there: a full one stops all publishing")
    )
    return found + [it async for it in _outside(settings)]


async def of_state(folder: Path) -> list[Finding]:
    """What `up` keeps, whether or not it runs."""
    state = State(folder)
    if not state.nats_config.exists():
        do = "say with --state where it is, or which service this is the environment of"
        return [wrong("settings", str(folder), "nothing is kept here", do)]
    found = [_version()]
    try:
        passwords = json.loads((state.folder / "passwords.json").read_text())
        nats_url = Folder(state.subscribers).url
    except (OSError, ValueError) as error:
        do = "put them back (kulturskole restore); where they are missing the next start makes new ones"
        return [*found, wrong("settings", str(folder), f"passwords, or who subscribes, cannot be read: {error}", do)]
    for part in PARTS:
        settings, said = settings_of(part, **_given(state, part, passwords, nats_url))
        found += said
        if settings is not None:
            found += [it async for it in databases.look(part.name, settings.database_url)]
        if isinstance(settings, OfBilling):
            found.append(await outside.access_point(settings))
    found.append(free("NATS", state.nats_store if state.nats_store.exists() else state.folder))
    if not _runs(state):
        return [*found, unknown("nats", OPERATOR, f"nothing runs on {folder}", "kulturskole up")]
    wanted = _all_durables(Folder(state.subscribers))
    found += await broker.look(nats_url, OPERATOR, passwords[OPERATOR], wanted)
    for part in PARTS:
        found += await broker.look(nats_url, part.name, passwords[part.name], durables([part.consumers]))
    return found


async def of_nats(url: str, password: str, ca_file: Path | None, subscribers: Folder) -> list[Finding]:
    """All that is provisioned, subscribers' durables too, as the operator sees it."""
    found = [_version(), *await broker.look(url, OPERATOR, password, _all_durables(subscribers))]
    found += await certificates.of_nats(url, ca_file)
    if ca_file:
        found.append(certificates.of_authority("KULTURSKOLE_NATS_CA_FILE", "NATS", ca_file))
    return found


def content(found: Sequence[Finding]) -> dict[str, Any]:
    words = {True: "ok", False: "wrong", None: "unknown"}
    lines = [{"part": it.part, "of": it.of, "is": words[it.ok], "says": it.says, "do": it.do} for it in found]
    return {
        "ok": is_well(found),
        "version": versions.of_code(),
        "contracts": versions.of_contracts(),
        "findings": lines,
    }


def is_well(found: Sequence[Finding]) -> bool:
    """What could not be looked at is not held against it."""
    return not any(it.ok is False for it in found)


def _all_durables(subscribers: Folder) -> list[Durable]:
    theirs = subscribers.subscribers() if subscribers.is_made else []
    return durables(part.consumers for part in PARTS) + [durable for it in theirs for durable in it.durables()]


def _version() -> Finding:
    return fine("version", "kulturskole", f"{versions.of_code()}, contracts {versions.of_contracts()}")


async def _outside(settings: ServiceSettings) -> AsyncIterator[Finding]:
    if isinstance(settings, OfNotifications):
        async for it in outside.mail(settings):
            yield it
    if isinstance(settings, OfBilling):
        yield await outside.access_point(settings)


def _given(state: State, part: Part, passwords: dict[str, str], nats_url: str) -> dict[str, Any]:
    """As `up` gives it to a service."""
    return {
        "database_url": state.database_url(part.name),
        "database_password_file": None,
        "nats_url": nats_url,
        "nats_user": part.name,
        "nats_password": passwords[part.name],
        "nats_password_file": None,
        "keys_file": state.keys,
        **({"feeds_secret_file": state.feeds_secret} if part.name == "scheduling" else {}),
    }


def _runs(state: State) -> bool:
    """Whether `up` does, on this folder."""
    try:
        state.open()
    except InUse:
        return True
    state.close()
    return False


def _read(secret: Callable[[], str | None]) -> str | None:
    """None where its file cannot be read, which the settings say."""
    try:
        return secret()
    except OSError:
        return None
