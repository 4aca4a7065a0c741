"""`kulturskole backup` and `kulturskole restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.command import (
    CANNOT,
    DEFAULT_PASSWORD_FILE,
    DEFAULT_STATE,
    NATS_HERE,
    Json,
    NatsUrl,
    PasswordFile,
    StateFolder,
    answer,
    embedded_parts,
)

Folder = Annotated[Path, typer.Argument(help="of the back-up")]
# Not KULTURSKOLE_DATABASE_URL: in a service's container that is one service's.
Urls = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="KULTURSKOLE_BACKUP_DATABASE_URL",
        help="in place of --state: of all four, with {service} where the service's name is to be",
    ),
]
UrlsPasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--database-password-file",
        envvar="KULTURSKOLE_BACKUP_DATABASE_PASSWORD_FILE",
        help="holds the databases' password; {service} as above",
    ),
]
Secrets = Annotated[
    Path,
    typer.Option(
        "--secrets", envvar="KULTURSKOLE_BACKUP_SECRETS", help="the folder that `bootstrap` made; not with --state"
    ),
]
HERE = Path("secrets")


def backup(
    folder: Annotated[Path, typer.Argument(help="made by this; it must not be there yet")],
    *,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="passwords and keys are kept elsewhere")
    ] = False,
    state: StateFolder = DEFAULT_STATE,
    database_url: Urls = None,
    database_password_file: UrlsPasswordFile = None,
    secrets: Secrets = HERE,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Copy all four databases, and what opens them, while everything runs; with the sum of each file."""
    from deploy.backups import saying  # noqa: PLC0415 - loads the four services, which others need not wait for
    from deploy.backups.copying import back_up  # noqa: PLC0415 - likewise

    urls = (database_url, database_password_file)
    place = _place(state, *urls, secrets=secrets, nats_url=nats_url, password_file=password_file)
    made = asyncio.run(back_up(place, folder, secrets=not without_secrets))
    content = {"folder": str(folder), **made.model_dump(mode="json")}
    answer(content, *saying.of_backup(folder, made), as_json=as_json)


def restore(
    folder: Folder,
    *,
    do: Annotated[bool, typer.Option("--do", help="without it: say what would be done, and change nothing")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="lose what stands in the databases now; else they must be empty")
    ] = False,
    load_only: Annotated[
        bool, typer.Option("--load-only", help="leave it to `kulturskole recover` to bring them up to date")
    ] = False,
    state: StateFolder = DEFAULT_STATE,
    database_url: Urls = None,
    database_password_file: UrlsPasswordFile = None,
    secrets: Secrets = HERE,
    nats_url: NatsUrl = NATS_HERE,
    password_file: PasswordFile = DEFAULT_PASSWORD_FILE,
    as_json: Json = False,
) -> None:
    """Put a back-up back while all services are stopped: load, migrate, and recover from the streams what was told since."""
    from deploy.backups import saying  # noqa: PLC0415 - likewise
    from deploy.backups.bringing_up import bring_up, check_streams  # noqa: PLC0415 - likewise
    from deploy.backups.restoring import load  # noqa: PLC0415 - likewise

    urls = (database_url, database_password_file)
    place = _place(state, *urls, secrets=secrets, nats_url=nats_url, password_file=password_file)

    async def run() -> Any:
        if do and not load_only:
            await check_streams(place)
        report = await load(folder, place, do=do, replace=replace)
        if do and not load_only:
            await bring_up(report, place)
        return report

    with embedded_parts():
        report = asyncio.run(run())
    answer(saying.content(report), *saying.of_restore(report), as_json=as_json)
    if report.not_recovered or any(it.invalid for it in report.recovered):
        raise typer.Exit(CANNOT)


def _place(
    state: Path, url: str | None, url_password: Path | None, *, secrets: Path, nats_url: str, password_file: Path
) -> Any:
    from deploy.backups.places import of_state, of_urls  # noqa: PLC0415 - loads the drivers of databases

    return of_state(state) if url is None else of_urls(url, url_password, secrets, nats_url, password_file)
