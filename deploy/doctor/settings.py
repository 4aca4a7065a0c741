"""Whether a service would start with what it is told, and whether the files that this names can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from deploy.doctor.finding import Finding, fine, wrong
from deploy.parts import Part
from shared.clock import real_now
from shared.settings import ServiceSettings
from shared.web import keys

DO = "docs/architecture/operations.md says what each is"


def settings_of(part: Part, **given: Any) -> tuple[ServiceSettings | None, list[Finding]]:
    """Those of a service, from its environment and what is `given`; none where they are not valid."""
    try:
        found = part.settings(**given)
        make_url(found.database_url)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return None, [wrong("settings", part.name, _said(it["loc"], it["msg"]), DO) for it in faults]
    except OSError as error:
        return None, [_unreadable(part.name, error)]
    except (KeyError, SQLAlchemyError):
        says = "KULTURSKOLE_DATABASE_URL is missing, or no URL of a database"
        return None, [wrong("settings", part.name, says, DO)]
    return found, [*_files(part.name, found), *_keys(part.name, found)]


def _files(service: str, settings: ServiceSettings) -> Iterator[Finding]:
    """What a setting names as a file is read by the service only when it is needed."""
    named = {name: it for name, it in settings if name.endswith("_file") and name != "keys_file" and it is not None}
    faults = []
    for name, file in named.items():
        try:
            if not Path(file).read_bytes().strip():
                faults.append(wrong("settings", service, f"{_variable(name)}: {file} is empty", DO))
        except OSError as error:
            faults.append(_unreadable(service, error, name))
    yield from faults or [fine("settings", service, "valid, and the files that they name can be read")]


def _keys(service: str, settings: ServiceSettings) -> Iterator[Finding]:
    do = "kulturskole keys create NAME --role operator"
    try:
        found = keys.read(settings.keys_file)
    except (OSError, ValueError) as error:
        yield wrong("keys", service, f"{settings.keys_file} cannot be read: {type(error).__name__}", do)
        return
    alive = [it for it in found if not it.is_expired(real_now())]
    if alive:
        yield fine("keys", service, f"{len(alive)} in {settings.keys_file}")
    else:
        yield wrong("keys", service, f"no key in {settings.keys_file} opens anything", do)


def _unreadable(service: str, error: OSError, name: str | None = None) -> Finding:
    says = f"{error.filename} cannot be read ({error.strerror})"
    return wrong("settings", service, f"{_variable(name)}: {says}" if name else says, DO)


def _said(places: tuple[int | str, ...], message: str) -> str:
    says = message.removeprefix("Value error, ")
    return f"{_variable(str(places[0]))}: {says}" if places else says


def _variable(name: str) -> str:
    return f"KULTURSKOLE_{name.upper()}"
