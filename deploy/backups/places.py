"""Where the four databases are, and the secrets that go with them: in the folder of `up`, or where URLs say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from deploy.backups.manifest import Kind
from deploy.command import Wrong, read
from deploy.state import State
from deploy.subscribers.folder import Folder
from shared.contracts.catalogue import PUBLISHERS

SERVICE = "{service}"
# Of what `up` keeps, what opens something. The rest of its folder is made anew, or is kept elsewhere.
OF_STATE = (
    *("passwords.json", "nats-operator", "session-secret", "feeds-secret", "nats-reader.json"),
    *("keys/*.json", "subscribers/*.json", "subscribers/*.conf"),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    urls: Mapping[str, str]  # by service
    secrets: Path
    nats_url: str | None = None
    nats_password: str | None = None  # of the operator
    state: State | None = None  # where `up` keeps it

    @property
    def kind(self) -> Kind:
        return "sqlite" if make_url(next(iter(self.urls.values()))).get_backend_name() == "sqlite" else "postgresql"

    def secret_files(self) -> list[Path]:
        """In `secrets`, by their paths there. None where the folder is missing."""
        found = [it for pattern in (OF_STATE if self.state else ("**/*",)) for it in self.secrets.glob(pattern)]
        plain = [it.relative_to(self.secrets) for it in found if it.is_file()]
        return sorted(it for it in plain if not any(part.startswith(".") for part in it.parts))


def of_state(folder: Path) -> Place:
    """What `up` keeps in a folder, whether or not it runs; NATS is where it ran last."""
    state = State(folder)
    operators, subscribers = state.folder / "nats-operator", Folder(state.subscribers)
    return Place(
        urls={it: state.database_url(it) for it in PUBLISHERS},
        secrets=state.folder,
        nats_url=subscribers.url if subscribers.is_made else None,
        nats_password=operators.read_text().strip() if operators.exists() else None,
        state=state,
    )


def of_urls(url: str, password_file: Path | None, secrets: Path, nats_url: str, nats_password_file: Path) -> Place:
    """`{service}` in the URL, and in the path of the password's file, stands for each service's name. Raises Wrong."""
    if SERVICE not in url:
        msg = f"--database-url is of all four: let {SERVICE} stand where the name of a service is to be"
        raise Wrong(msg)
    return Place(
        urls={it: _url(it, url, password_file) for it in PUBLISHERS},
        secrets=secrets,
        nats_url=nats_url,
        nats_password=nats_password_file.read_text().strip() if nats_password_file.exists() else None,
    )


def _url(service: str, url: str, password_file: Path | None) -> str:
    found = make_url(url.replace(SERVICE, service))
    if password_file is not None:
        file = Path(str(password_file).replace(SERVICE, service))
        found = found.set(password=read(file, "--database-password-file"))
    return found.render_as_string(hide_password=False)
