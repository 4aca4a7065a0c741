"""What the services say of a session, asked again until billing has heard of its last change."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from pages.frame import heeding
from pages.frame.api import AWAY, Away, Missing, Refused, parts
from pages.frame.forms import refused
from pages.frame.visitor import Visitor
from pages.gatherings.view import JOINT, UNHEARD, NotForeseen, Seen, may_become, sent_of

SERVICE = "scheduling"  # whose a session is
# Seconds between two questions, five together: a commit is heard of in a fraction of the first.
PAUSES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 1.0, 1.0, 1.0)


async def ask(visitor: Visitor, id: str, *, expected: int | None = None) -> Seen:
    """A session with what the page shows of it; the last answers where billing has not heard of its last change in five seconds.

    `expected` is how many of its invoices are to stand once what follows from its last change is issued: that is waited for as
    well. Raises Away where scheduling does not answer.
    """
    found = await _ask_once(visitor, id)
    for pause in PAUSES:
        if found.is_heard and not _is_under_way(found, expected):
            break
        await asyncio.sleep(pause)
        found = await _ask_once(visitor, id)
    return found


async def _ask_once(visitor: Visitor, id: str) -> Seen:
    api = visitor.api
    first = await parts(looked=api.look(f"/scheduling/sessions/{id}"), clock=api.get("/scheduling/operations/clock"))
    if first["looked"] is AWAY:
        raise Away(SERVICE)
    session, etag = first["looked"]
    today = date.fromisoformat(first["clock"]["today"]) if first["clock"] else None
    asked: dict[str, Any] = {"programme": api.get(f"/registration/programmes/{session['programme']}")}
    if session["when"]["days"] and session["state"] == "planned":
        asked["warnings"] = api.get(f"/scheduling/sessions/{id}/warnings")
    if session["party"] and session["state"] == "completed" and visitor.may("administrator"):
        asked["minutes"] = api.look(f"/scheduling/sessions/{id}/minutes")
    if session["kind"] == JOINT:
        asked["invoices"] = _invoices(visitor, session["programme"])
        change = may_become(session, today)
        if change and visitor.may("administrator"):
            asked["preview"] = _preview(visitor, session["programme"], {change: id})
    found = await parts(**asked)
    return Seen(
        session=session,
        etag=etag,
        today=today,
        programme=found["programme"] or {"code": session["programme"], "name": session["programme"]},
        preview=found.get("preview"),
        invoices=found.get("invoices"),
        warnings=heeding.shown(found["warnings"]["warnings"]) if found.get("warnings") else [],
        minutes=found.get("minutes"),
    )


async def _preview(visitor: Visitor, programme: str, change: dict[str, str]) -> Any:
    try:
        return await visitor.api.get(f"/billing/programmes/{programme}/preview", **change)
    except Missing:
        return UNHEARD
    except Refused as why:  # by what billing knows, which may be old
        return NotForeseen(" ".join(refused("", {}, why).wrong))


async def _invoices(visitor: Visitor, programme: str) -> list[Any]:
    """None of a programme that billing has not heard of yet."""
    try:
        return await visitor.api.all(f"/billing/programmes/{programme}/invoices")
    except Missing:
        return []


def _is_under_way(found: Seen, expected: int | None) -> bool:
    if expected is None or not isinstance(found.invoices, list):
        return False
    standing = sent_of(found.session["id"], found.invoices).standing
    return standing < expected if found.session["state"] == "completed" else standing > expected
