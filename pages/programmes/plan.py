"""The plan as it stands: a line for each session of all, and one for what is held with each party, with these under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pages.frame.needs import OF_ONE_PARTY, Answer, is_past, stands_for_others
from pages.frame.templates import when
from pages.frame.words import in_norwegian_order, name_of, which, word


@dataclass(frozen=True, kw_only=True)
class Held:
    """A session with one party."""

    link: str
    name: str  # of the party
    text: str
    is_due: bool


@dataclass(kw_only=True)
class Line:
    name: str
    when: str  # with the precision that it has
    format: str
    place: str
    state: str
    is_due: bool
    instalment: int | None
    link: str  # none for what has no line of its own in the plan
    is_joint: bool
    held: list[Held] = field(default_factory=list)  # with one party each
    completed: int = 0  # of these


def lines(sessions: Sequence[Answer], today: date) -> list[Line]:
    """In the order of the plan; visits stand under their number's line, meetings with one party each under one line."""
    found: list[Line] = []
    under: dict[tuple[str, int | None], Line] = {}
    with_party: dict[tuple[str, int | None], list[Answer]] = defaultdict(list)
    for it in sessions:
        place = (it["kind"], it["number"])
        if it["kind"] not in OF_ONE_PARTY:
            found.append(_line(it, today))
            continue
        if it["party"] is not None:
            with_party[place].append(it)
        if place not in under:
            found.append(under.setdefault(place, _line_for_many(it)))
        if stands_for_others(it):
            _say(under[place], it)
    for place, those in with_party.items():
        line = under[place]
        line.completed = sum(it["state"] == "completed" for it in those)
        line.held = sorted((_held(it, today) for it in those), key=lambda it: in_norwegian_order(it.name))
    return found


def _line(it: Answer, today: date) -> Line:
    return Line(
        name=name_of(it),
        when=when(it["when"]),
        format=word(it["format"], "format"),
        place=it["place"] or "",
        state="ikke registrert som gjennomført" if is_past(it, today) else word(it["state"], "session"),
        is_due=is_past(it, today),
        instalment=it["instalment"],
        link=f"/samling/{it['id']}",
        is_joint=it["kind"] == "joint_session",
    )


def _line_for_many(it: Answer) -> Line:
    """Where the plan has none; what it has is said of it when it comes by."""
    return Line(
        name=which(it), when="", format="", place="", state="", is_due=False, instalment=None, link="", is_joint=False
    )


def _say(line: Line, it: Answer) -> None:
    line.name = name_of(it)
    line.when = when(it["when"])
    line.link = f"/samling/{it['id']}"
    line.state = word(it["state"], "session") if it["state"] == "cancelled" else ""


def _held(it: Answer, today: date) -> Held:
    state = "ikke registrert som gjennomført" if is_past(it, today) else word(it["state"], "session")
    return Held(
        link=f"/samling/{it['id']}",
        name=it["party_name"] or it["party"],
        text=f"{when(it['when'])}, {state}",
        is_due=is_past(it, today),
    )
