"""What speaks against a session's exact days, and is told before they are saved: never a refusal for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from services.scheduling.sessions.domain.session import Session
from shared.errors import Conflict, NotAccepted

WarningCode = Literal[
    "public_holiday",
    "weekend",
    "day_to_avoid",
    "visit_on_joint_session",
    "advisor_in_two_places",
    "party_not_in_programme",
]


@dataclass(frozen=True, kw_only=True)
class PlanWarning:
    """Two are the same where their code, day and sessions are."""

    code: WarningCode
    text: str = field(compare=False)  # in English; who shows it has the words for its code
    values: Mapping[str, str | date] = field(compare=False)  # that the words need
    day: date  # in Norway
    sessions: tuple[str, ...]  # the ids of one, or of the two that collide, lowest first

    @property
    def about(self) -> str:
        """What tells it from others of its code."""
        return f"{self.day} {','.join(self.sessions)}"


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What whoever asks has seen, and wants to be saved nevertheless."""

    codes: frozenset[str] = frozenset()
    because: str | None = None


NOTHING_SEEN = Acceptance()


def days_of(session: Session) -> Iterator[date]:
    """Its exact days; none where only weeks or months are known, of which nothing is warned (S2), or where it is cancelled."""
    days = session.when.days
    if days is None or session.state == "cancelled":
        return
    for n in range((days.last - days.first).days + 1):
        yield days.first + timedelta(days=n)


def in_order(warnings: Iterable[PlanWarning]) -> list[PlanWarning]:
    return sorted(set(warnings), key=lambda it: (it.day, it.code, it.sessions))


def check_accepted(
    warnings: Iterable[PlanWarning], acceptance: Acceptance, names: Mapping[str, str] | None = None
) -> None:
    """Raises NotAccepted, with all of them, where one is not accepted by its code.

    `names` are those of sessions, by id, where several are changed at once: each warning then says which it is about.
    """
    found = in_order(warnings)
    if all(it.code in acceptance.codes for it in found):
        return
    msg = "warnings speak against this; to save it nevertheless, name their codes in `accepted`"
    told = [_told(it, names or {}) for it in found]
    raise NotAccepted(msg, code="warnings_are_not_accepted", field="accepted", warnings=told)


def _told(it: PlanWarning, names: Mapping[str, str]) -> Conflict:
    of = " / ".join(names[id] for id in it.sessions if id in names)
    text, values = (f"{of}: {it.text}", {"of": of}) if of else (it.text, {})
    return Conflict(text, code=it.code, field="accepted", values={**it.values, **values})
