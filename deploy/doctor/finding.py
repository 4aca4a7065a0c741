"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`ok` is None where it could not be looked at. No secret stands in any of it."""

    part: str  # settings, keys, database, schema, contracts, clock, disk, nats, provisioning, mail, access point, certificate
    of: str  # a service, or what it is of besides
    ok: bool | None
    says: str
    do: str | None = None

    def line(self) -> str:
        word = {True: "ok", False: "WRONG", None: "not looked at"}[self.ok]
        return f"{word}\t{self.of}\t{self.part}: {self.says}" + (f" – {self.do}" if self.do else "")


def fine(part: str, of: str, says: str) -> Finding:
    return Finding(part=part, of=of, ok=True, says=says)


def wrong(part: str, of: str, says: str, do: str) -> Finding:
    return Finding(part=part, of=of, ok=False, says=says, do=do)


def unknown(part: str, of: str, why: str, do: str | None = None) -> Finding:
    return Finding(part=part, of=of, ok=None, says=why, do=do)
