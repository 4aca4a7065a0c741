"""The plan as a mail tells it: a line for each session, with what was told of it before (S6, S2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.notifications.letters.domain.content import Plan, PlanSession
from services.notifications.letters.domain.kinds import Language

FORMS = {"physical": "fysisk", "digital": "digital"}  # in both language forms; one that is not decided is not said
CANCELLED = {"nb": "Avlyst", "nn": "Avlyst"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A session that stands in the plan."""

    session: str
    title: str
    format: str
    when: str  # in the language form of the mail
    place: str | None


def told(plan: Plan, lines: Iterable[Line], before: Iterable[PlanSession], language: Language) -> Plan:
    """The plan with its sessions, in order. What was told `before` and stands in it no more is said to be cancelled."""
    last = {it.id: it for it in before}
    now = [_line(it, last) for it in lines]
    standing = {it.id for it in now}
    gone = [
        replace(it, told=CANCELLED[language], before=it.told)
        for it in last.values()
        if it.id not in standing and it.told != CANCELLED[language]
    ]
    return replace(plan, sessions=(*now, *gone))


def _line(it: Line, last: Mapping[str, PlanSession]) -> PlanSession:
    where = ", ".join(filter(None, [FORMS.get(it.format), it.place]))
    when = it.when.replace(". ", ".\N{NO-BREAK SPACE}")
    text = "\n".join(filter(None, [when, where]))
    before = last[it.session].told if it.session in last else ""
    return PlanSession(id=it.session, title=it.title, told=text, before=before if last else text)
