"""What a receipt says of an erasure: by service what was emptied, what is kept, why and until when (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

Reason = Literal["asked_for", "time_is_over", "not_needed"]

# Of registration itself: who was what when stays with an id alone, and what people wrote is searched for the whole name.
KEPT_HERE = (("id_in_history", "history"), ("texts", "written_otherwise"))
# Of agreements, by whether the version was signed.
DOCUMENTS = (
    (True, "agreement_documents", "contracts_stay_as_signed"),
    (False, "unsigned_documents", "shows_what_was_sent"),
)
YEARS_OF_DOCUMENTS = 5  # after the year in which the agreement's period ends (B8)


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """`reason` is none where an event alone is left of it. `erased_at` is the domain's time."""

    person: str
    reason: Reason | None
    erased_at: datetime
    emptied: Mapping[str, int]
    by: str  # the name of the key


@dataclass(frozen=True, kw_only=True)
class Emptied:
    what: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Kept:
    what: str
    why: str
    until: date | None = None  # none: until somebody changes or removes it


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Of one service. `has_answered` is false while that is pending."""

    service: str
    has_answered: bool
    holds_people: bool = True
    emptied: Sequence[Emptied] = ()
    kept: Sequence[Kept] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    erasure: Erasure
    services: Sequence[Answer]
    outside: Sequence[Kept]  # of all services' databases

    @property
    def is_pending(self) -> bool:
        return not all(it.has_answered for it in self.services)


def receipt(
    erasure: Erasure,
    told: Mapping[str, Mapping[str, Any] | None],
    *,
    erased_on: date,
    backups_kept_days: int,
    has_archive: bool,
    named_until: Mapping[bool, date],
) -> Receipt:
    """`told` has what each other service that holds people answered; none where it has not. `has_archive`: PostgreSQL's log of
    changes may be archived with its back-ups, and holds what was emptied as long as they do. `named_until` is the last day of all
    agreements with documents that name the person, by whether anybody signed these; without those of which there are none.
    """
    here = Answer(
        service="registration",
        has_answered=True,
        emptied=[Emptied(what=what, count=count) for what, count in erasure.emptied.items()],
        kept=[*(Kept(what=what, why=why) for what, why in KEPT_HERE), *_documents(named_until)],
    )
    until = erased_on + timedelta(days=backups_kept_days)
    archive = [Kept(what="write_ahead_log", why="brings_a_database_back", until=until)] if has_archive else []
    return Receipt(
        erasure=erasure,
        services=[
            here,
            *(_answer(service, it) for service, it in told.items()),
            Answer(service="billing", has_answered=True, holds_people=False),
        ],
        outside=[
            Kept(what="backups", why="brings_a_database_back", until=until),
            *archive,
            Kept(what="mails_delivered", why="left_the_system"),
            Kept(what="texts_in_events", why="about_public_bodies"),
            Kept(what="names_of_keys", why="says_who_did_what"),
        ],
    )


def _documents(named_until: Mapping[bool, date]) -> list[Kept]:
    """What was signed is kept as it was signed, with who signed it, as long as what was invoiced by it (B8, R6); and as long what was
    sent and signed by nobody, since it was replaced or called back.
    """
    return [
        Kept(what=what, why=why, until=date(named_until[is_signed].year + YEARS_OF_DOCUMENTS, 12, 31))
        for is_signed, what, why in DOCUMENTS
        if is_signed in named_until
    ]


def _answer(service: str, told: Mapping[str, Any] | None) -> Answer:
    if told is None:
        return Answer(service=service, has_answered=False)
    return Answer(
        service=service,
        has_answered=True,
        emptied=[Emptied(what=it["what"], count=it["count"]) for it in told["emptied"]],
        kept=[Kept(what=it["what"], why=it["why"], until=_day(it.get("until"))) for it in told["kept"]],
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
