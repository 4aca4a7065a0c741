"""PostgreSQL's own programs, which write and read its dumps. A password goes to them by the environment, never as a word."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from deploy.command import Wrong

CHUNK = 1 << 20  # bytes
# What libpq is told, by what stands in a URL of SQLAlchemy's.
WORDS = {
    "ssl": "PGSSLMODE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
}
# Before a dump is loaded, in the same transaction: what is there may be newer than the dump, which knows nothing of it.
EMPTY = """
BEGIN;
DO $$
DECLARE it record;
BEGIN
    FOR it IN SELECT quote_ident(relname) AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    LOOP EXECUTE format('DROP TABLE IF EXISTS public.%s CASCADE', it.name); END LOOP;
    FOR it IN SELECT quote_ident(relname) AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    LOOP EXECUTE format('DROP SEQUENCE IF EXISTS public.%s CASCADE', it.name); END LOOP;
    FOR it IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', it.name); END LOOP;
END $$;
"""


def check_programs(*names: str) -> None:
    """Raises Wrong for one that is not here."""
    for name in names:
        if shutil.which(name) is None:
            msg = f"{name} is not here: install PostgreSQL's client programs, of the server's version or a newer one"
            raise Wrong(msg)


async def dump(url: str, file: Path, *, snapshot: str) -> None:
    """One database as it is in a snapshot that somebody exported, in PostgreSQL's custom format. Raises Wrong."""
    process = await _start(
        "pg_dump", url, "--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={file}"
    )
    _check("pg_dump", process, (await process.communicate())[1])


async def load(url: str, file: Path) -> None:
    """Have a database be what a dump says, and nothing else: in one transaction, so all of it or nothing. Raises Wrong.

    The COMMIT is ours, and only said once pg_restore has given all of it: a pipe that ends early would else be committed.
    """
    words = ("--no-password", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    psql = await _start("psql", url, *words, out=DEVNULL)
    reading = await _start("pg_restore", url, "--file=-", str(file))
    assert psql.stdin is not None  # for the type checker
    assert psql.stderr is not None
    assert reading.stdout is not None
    said = asyncio.create_task(psql.stderr.read())
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # psql has ended, and says why
            psql.stdin.write(EMPTY.encode())
            while chunk := await reading.stdout.read(CHUNK):
                psql.stdin.write(chunk)
                await psql.stdin.drain()
            _check("pg_restore", reading, (await reading.communicate())[1])
            psql.stdin.write(b"\nCOMMIT;\n")
            await psql.stdin.drain()
        psql.stdin.close()
        await psql.wait()
    finally:
        for process in (psql, reading):
            if process.returncode is None:
                process.kill()
                await process.wait()
    _check("psql", psql, await said)


async def _start(program: str, url: str, *words: str, out: int = PIPE) -> Process:
    return await asyncio.create_subprocess_exec(
        program, *words, env=os.environ | _environment(url), stdin=PIPE, stdout=out, stderr=PIPE
    )


def _check(program: str, process: Process, said: bytes) -> None:
    if process.returncode:
        lines = [line for line in said.decode(errors="replace").splitlines() if "error" in line.lower()]
        reason = lines[0] if lines else said.decode(errors="replace").strip() or f"it ended with {process.returncode}"
        msg = f"{program} failed: {reason}"
        raise Wrong(msg)


def _environment(url: str) -> dict[str, str]:
    it = make_url(url)
    given = {"PGHOST": it.host, "PGPORT": it.port, "PGUSER": it.username, "PGPASSWORD": it.password}
    given |= {WORDS[word]: value for word, value in it.query.items() if word in WORDS and isinstance(value, str)}
    return {name: str(value) for name, value in {**given, "PGDATABASE": it.database}.items() if value is not None}
