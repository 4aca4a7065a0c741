"""What the pages of mails show, put together from the answers of the APIs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pages.frame.words import word
from shared.clock import OSLO
from shared.when import Days, When
from shared.when_text import when_text

NO_SUCH_MAILBOX = (550, 551, 553)  # of SMTP, mostly a wrong address
TOO_BIG_OR_FULL = 552
FIRST_FOR_GOOD = 500
DAY, MOMENT = "%Y%m%d", "%Y%m%dT%H%M%S"
ONE_DAY = timedelta(days=1)


def why_it_failed(reply: int | None) -> str:
    """What an SMTP server answered to a mail that failed, in words, and what helps."""
    if reply is None:
        return "Mottakerens e-posttjener svarte ikke."
    if reply in NO_SUCH_MAILBOX:
        return f"E-posttjeneren tok ikke imot til denne adressen (svar {reply}). Se om adressen er riktig."
    if reply == TOO_BIG_OR_FULL:
        return f"Postkassen er full (svar {reply}). Prøv igjen senere, eller ta kontakt på en annen måte."
    if reply < FIRST_FOR_GOOD:
        return f"E-posttjeneren utsatte den gang på gang i to døgn (svar {reply})."
    return f"E-posttjeneren avviste den (svar {reply}). Den som driver systemet, finner mer i loggen."


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Mails that failed for one reason."""

    why: str
    reply: int | None
    can_be_tried: bool  # and needs someone
    mails: Sequence[Mapping[str, Any]]


def failures(mails: Iterable[Mapping[str, Any]]) -> list[Failure]:
    """Mails that failed, by why; first those that can be tried again."""
    found: dict[tuple[bool, str, int | None], list[Mapping[str, Any]]] = {}
    for it in mails:
        late = it["reason"]
        key = (True, word(late, "late"), None) if late else (False, why_it_failed(it["reply"]), it["reply"])
        found.setdefault(key, []).append(it)
    ordered = sorted(found.items(), key=lambda it: it[0][0])
    return [
        Failure(why=why, reply=reply, can_be_tried=not is_late, mails=those) for (is_late, why, reply), those in ordered
    ]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for the same: so many, since when the oldest does."""

    what: str
    why: str
    party: str | None
    party_name: str | None
    since: str
    count: int
    id: str | None  # by which it can be given up
    reason: str | None
    needs_someone: bool


NEEDS_SOMEONE = ("recipient", "refused", "set_aside")


def waiting(found: Iterable[Mapping[str, Any]], programme: str) -> list[Waiting]:
    """What waits in a programme: first what waits for someone, and what waits for the same in one line."""
    groups: dict[tuple[str, str, str | None, str | None], list[Mapping[str, Any]]] = {}
    for it in found:
        if it["programme"] == programme and it["why"] != "given_up":
            # What waits its turn, or for an agreement, is many and needs nobody: said by its number alone.
            party = None if it["why"] in ("sending", "agreement") else it["party"]
            groups.setdefault((it["what"], it["why"], party, it["id"]), []).append(it)
    shown = [
        Waiting(
            what=what,
            why=why,
            party=party,
            party_name=those[0]["party_name"] if party else None,
            since=min(it["since"] for it in those),
            count=len(those),
            id=id,
            reason=those[0]["reason"],
            needs_someone=why in NEEDS_SOMEONE,
        )
        for (what, why, party, id), those in groups.items()
    ]
    return sorted(shown, key=lambda it: (not it.needs_someone, it.since))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A calendar entry as whoever gets it reads it."""

    does: str  # what it does in a calendar
    title: str
    when: str
    where: str
    link: str


def entry(written: str) -> Entry | None:
    """What an entry of ours (RFC 5545) says; None for one that is not written as ours are."""
    lines = re.sub(r"\r?\n[ \t]", "", written).splitlines()
    said: dict[str, str] = {}
    inside = ""
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN":
            inside = value
        elif inside == "VEVENT" or name == "METHOD":
            said.setdefault(name, value)
    try:
        when = _when(said["DTSTART"], said.get("DTEND"))
    except (KeyError, ValueError):
        return None
    does = "tar samlingen ut av kalenderen" if said.get("METHOD") == "CANCEL" else "legger samlingen i kalenderen"
    if does.startswith("legger") and said.get("SEQUENCE", "0") != "0":
        does = "endrer det som står i kalenderen"
    return Entry(
        does=does,
        title=_text(said.get("SUMMARY", "")),
        when=when,
        where=_text(said.get("LOCATION", "")),
        link=_text(said.get("URL", "")),
    )


def _when(begin: str, end: str | None) -> str:
    if "T" not in begin:
        first = datetime.strptime(begin, DAY).date()  # noqa: DTZ007 - a day has no time zone
        last = datetime.strptime(end, DAY).date() - ONE_DAY if end else first  # noqa: DTZ007
        return when_text(When(days=Days(first=first, last=last)))
    from_day, from_time = _at(begin)
    to_day, to_time = _at(end) if end else (from_day, None)
    return when_text(When(days=Days(first=from_day, last=to_day, starts_at=from_time, ends_at=to_time)))


def _at(written: str) -> tuple[date, str]:
    at = datetime.strptime(written, MOMENT).replace(tzinfo=OSLO)
    return at.date(), f"{at:%H:%M}"


def _text(written: str) -> str:
    return re.sub(r"\\(.)", lambda it: "\n" if it[1] in "nN" else it[1], written)
