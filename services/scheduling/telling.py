"""A session, and a plan, as others hear of them, and what became of a person who was erased."""

from __future__ import annotations

from services.scheduling.domain.plan import Plan, Revision
from services.scheduling.domain.session import Session
from shared.contracts import scheduling as events
from shared.contracts.erasure import Kept, PersonInPlan


def session(it: Session) -> events.Session:
    """A session as an event's entity, without title and place where it is held with one party: who needs these asks."""
    public = it.party is None
    return events.Session(
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        kind=it.kind,
        format=it.format,
        title=it.title if public else None,
        number=it.number,
        instalment=it.instalment,
        when=it.when,
        place=it.place if public else None,
        venue=it.venue if public else None,
        city=it.city if public else None,
        state=it.state,
        freed_instalment=it.freed_instalment,
    )


def plan(it: Plan, revision: Revision) -> events.Plan:
    """A plan as an event's entity, with what its last revision was."""
    return events.Plan(
        version=it.version,
        programme=it.programme,
        revision=it.revision,
        published_on=it.published_on,
        revised_on=revision.day if revision.number > 1 else None,
        reason=revision.reason,
        sessions=revision.sessions,
        changed=revision.changed,
    )


def forgotten(person: str) -> PersonInPlan:
    """Nobody is known here; whoever is named in what people write of a session is named until that is changed (N2)."""
    return PersonInPlan(version=1, id=person, emptied=(), kept=(Kept(what="texts_of_sessions", why="free_text"),))
