"""How what a mail says is stored, as JSON, and read again however long ago it was stored."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from services.notifications.letters.domain.content import (
    About,
    CalendarContent,
    Entry,
    Listed,
    MailingContent,
    PastSession,
    Someone,
    Unbilled,
    UnbilledLine,
    Undelivered,
)
from services.notifications.letters.domain.kinds import INVITATION, PURPOSES
from shared.contracts import questions

Content: TypeAlias = MailingContent | CalendarContent

PEOPLE = (
    "contacts",
    "contact",
    "of_council",
    "contact_person",
    "group",
)  # names of people, which a fingerprint leaves out

LINES = 30  # that a mail shows of what is not invoiced, and of sessions: the rest is seen on the pages
NO_TITLE = "Fysisk fellessamling"  # in both language forms

_ABOUT = TypeAdapter(About)
_MAILING = TypeAdapter(MailingContent)
_CALENDAR = TypeAdapter(CalendarContent)
_ENTRY = TypeAdapter(Entry)


def store_about(it: About) -> dict[str, Any]:
    stored: dict[str, Any] = _ABOUT.dump_python(it, mode="json")
    return stored


def store(it: Content) -> dict[str, Any]:
    adapter: TypeAdapter[Any] = _MAILING if isinstance(it, MailingContent) else _CALENDAR
    stored: dict[str, Any] = adapter.dump_python(it, mode="json")
    return stored


def read_about(kind: str, stored: dict[str, Any]) -> About:
    """What a mailing of this kind is about. Raises ValueError where it cannot be read."""
    return _ABOUT.validate_python(stored if "content_version" in stored else _from_0_1(kind, stored))


def read(kind: str, stored: dict[str, Any]) -> Content:
    """What a mail of this kind says. Raises ValueError where it cannot be read."""
    if kind not in PURPOSES:
        return _CALENDAR.validate_python(stored)
    if "content_version" not in stored:
        stored = _from_0_1(kind, stored.get("about", {})) | stored
    return _MAILING.validate_python(stored)


def read_entry(stored: dict[str, Any]) -> Entry:
    """Only the entry of what a mail about a calendar says, which is quicker: comparing calendars reads thousands."""
    return _ENTRY.validate_python(stored["entry"])


def fingerprint(kind: str, stored: dict[str, Any]) -> str:
    """The SHA-256 of what a mail of this kind tells: about a calendar its entry, else all that is stored but names of people.

    Who has the entry that should stand there can tell by it whether that was told. A field that is added and empty
    changes no fingerprint.
    """
    told = {**stored, **dict.fromkeys(PEOPLE)} if kind in PURPOSES else stored.get("entry", {})
    return sha256(json.dumps(_filled(told), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def fingerprint_of_entry(it: Entry) -> str:
    """That of a mail that tells this entry."""
    return fingerprint(INVITATION, {"entry": _ENTRY.dump_python(it, mode="json")})


def someone(answered: questions.Someone | None) -> Someone | None:
    """Somebody as registration answers, as a mail names them."""
    if answered is None:
        return None
    return Someone(name=answered.name, email=answered.email, phone=answered.phone, person=answered.person)


def listed(answered: questions.ContactListContent) -> dict[str, Any]:
    """What stands on a contact list as registration answers, as fields of a mail's content."""
    fields = Listed.__dataclass_fields__
    group = [Listed(**{name: getattr(it, name) for name in fields}) for it in answered.group]
    return {"period_start": answered.period_start, "group": tuple(group), "missing": answered.missing}


def unbilled(told: Unbilled, answered: questions.UnbilledOfProgramme) -> Unbilled:
    """What is not invoiced as billing answers: where that is nothing, it has no lines and no sessions."""
    lines = [
        UnbilledLine(
            party=it.party_name or it.party,
            instalment=it.instalment,
            why=it.why,
            since=it.since,
            issue_by=it.issue_by,
        )
        for it in answered.first[:LINES]
    ]
    sessions = [
        PastSession(title=it.title or NO_TITLE, instalment=it.instalment, last_day=it.last_day)
        for it in answered.not_completed[:LINES]
    ]
    documents = [
        Undelivered(
            kind=it.kind,
            document_number=it.document_number,
            party=it.party_name or it.party,
            is_under_way=it.is_under_way,
            why=it.why,
        )
        for it in answered.undelivered[:LINES]
    ]
    return replace(
        told,
        count=answered.count,
        lines=tuple(lines),
        not_completed=tuple(sessions),
        undelivered=tuple(documents),
    )


def _filled(it: Any) -> Any:
    """Without the fields that are empty."""
    return {name: _filled(value) for name, value in it.items() if value is not None} if isinstance(it, dict) else it


def _from_0_1(kind: str, entity: dict[str, Any]) -> dict[str, Any]:
    """What 0.1 stored (an event's whole entity, without a name or a version), under the name that it has since."""
    if PURPOSES[kind] == "invoice":
        return {"document": {**entity, "kind": kind}}
    return {kind.partition("_")[0]: entity}
