"""A change that somebody thinks of, laid over the facts: what a preview then looks at (B3, B5, B6).

Each refuses what would refuse the change itself, as far as billing knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from services.billing.approvals.domain.news import News
from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import NOTHING_WAIVED
from services.billing.instalments.domain.to_do import Known
from services.billing.occasions.domain.deliveries import JointSession, Occasions
from services.billing.occasions.domain.release import Period, Release, check_effective_day
from services.billing.waivers.domain.waiver import Waiver
from shared.errors import Conflict, NotFound, RuleBroken

YET_TO_BE_MADE = "~"  # the id of what is not there yet: as any new id it sorts behind those that are


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known of a programme and decides what is issued in it."""

    programme: str  # its code
    period: Period | None
    today: date  # in Norway
    known: Known
    agreements: Sequence[Agreement]  # but for those that were called back
    issued: Mapping[str, Sequence[Invoice]]  # all that was ever invoiced, by agreement
    failed_with: str | None  # what was raised, where all of the programme is set aside


@dataclass(frozen=True, kw_only=True)
class Supposed:
    """The facts as they would be, and what would be looked at because of it."""

    facts: Facts
    news: News = field(default_factory=News)
    agreement: str | None = None  # the only one that would be looked at; none: all of the programme
    credited: Invoice | None = None  # by hand, as it stands until then
    nothing: str | None = None  # why nothing follows, in Norwegian: then nothing is looked at


def completed(facts: Facts, id: str) -> Supposed:
    """A session is completed (S3). Raises NotFound, RuleBroken, or Conflict for a cancelled one."""
    session = _session(facts, id, "completed")
    if session.state == "completed":
        return Supposed(facts=facts, nothing="Samlingen er allerede registrert som gjennomført.")
    if session.first_day is None or session.last_day is None:
        msg = "completing needs exact days"
        raise RuleBroken(msg, code="exact_days_are_missing", rule="S3", field="completed")
    if facts.today < session.last_day:
        msg = f"the last day, {session.last_day}, has not begun"
        raise RuleBroken(
            msg, code="last_day_has_not_begun", rule="S3", field="completed", values={"last": session.last_day}
        )
    if (nothing := _carries_nothing(session)) is not None:
        return Supposed(facts=facts, nothing=nothing)
    if session.venue is None or session.city is None:
        msg = "a session that carries an instalment has a venue and a city before it is completed"
        raise RuleBroken(msg, code="where_is_missing", rule="S3", field="completed")
    return _with_session(facts, replace(session, state="completed"))


def revoked(facts: Facts, id: str) -> Supposed:
    """A session's completion is revoked (S3, B5). Raises NotFound, or Conflict for a cancelled one."""
    session = _session(facts, id, "revoked")
    if session.state == "planned":
        return Supposed(facts=facts, nothing="Samlingen er ikke registrert som gjennomført.")
    if (nothing := _carries_nothing(session)) is not None:
        return Supposed(facts=facts, nothing=nothing)
    return _with_session(facts, replace(session, state="planned"))


def ended(facts: Facts, id: str, ends_on: date) -> Supposed:
    """An agreement's first day out of force is another (B5). Raises NotFound.

    Which ends an agreement may have is registration's to say (R10).
    """
    agreement = _agreement(facts, id)
    if agreement.ends_on == ends_on:
        return Supposed(facts=facts, nothing="Avtalen har allerede denne sluttdagen.")
    changed = replace(agreement, ends_on=ends_on)
    every = [changed if it.id == id else it for it in facts.agreements]
    return Supposed(facts=replace(facts, agreements=every), news=News(agreements={id}), agreement=id)


def released(facts: Facts, instalment: int, effective_on: date) -> Supposed:
    """An instalment is released by hand (B6); where it was and for which reason decides nothing. Raises RuleBroken or Conflict."""
    check_effective_day(effective_on, facts.today, facts.period)
    release = Release(
        id=YET_TO_BE_MADE,
        version=1,
        event_id=YET_TO_BE_MADE,
        programme=facts.programme,
        instalment=instalment,
        effective_on=effective_on,
        venue=YET_TO_BE_MADE,  # a release says where, or is refused
        city=YET_TO_BE_MADE,
        reason="other",
        withdrawn=False,
    )
    before = facts.known.occasions
    occasions = Occasions(sessions=before.sessions, releases=[*before.releases, release])
    return Supposed(facts=_after(facts, occasions), news=News(occasions={release.id}))


def credited(facts: Facts, number: int) -> Supposed:
    """An invoice is credited by hand (B5). Raises NotFound."""
    invoice = next((it for of in facts.issued.values() for it in of if it.number == number), None)
    if invoice is None:
        msg = "there is no such invoice"
        raise NotFound(msg, code="no_such_invoice", field="credited")
    if invoice.credited_by is not None:
        return Supposed(facts=facts, nothing="Fakturaen er allerede kreditert.")
    id = invoice.agreement
    of = [replace(it, credited_by=it.number) if it == invoice else it for it in facts.issued[id]]
    after = replace(facts, issued={**facts.issued, id: of})
    return Supposed(facts=after, news=News(agreements={id}), agreement=id, credited=invoice)


def waived(facts: Facts, id: str, instalment: int) -> Supposed:
    """An agreement is let off an instalment (B5). Raises NotFound."""
    agreement = _agreement(facts, id)
    before = facts.known.waived.get(id, NOTHING_WAIVED)
    if instalment in before:
        return Supposed(facts=facts, nothing="Raten er allerede ettergitt.")
    waiver = Waiver(
        id=YET_TO_BE_MADE,
        version=1,
        event_id=YET_TO_BE_MADE,
        programme=facts.programme,
        party=agreement.party,
        agreement=id,
        instalment=instalment,
        reason="other",
        withdrawn=False,
    )
    let_off = {**facts.known.waived, id: {**before, instalment: waiver}}
    after = replace(facts, known=replace(facts.known, waived=let_off))
    return Supposed(facts=after, news=News(agreements={id}), agreement=id)


def _session(facts: Facts, id: str, named: Literal["completed", "revoked"]) -> JointSession:
    """Raises NotFound, or Conflict for a cancelled one (S3)."""
    session = next((it for it in facts.known.occasions.sessions if it.id == id), None)
    if session is None:
        msg = "the programme has no such joint session, or it is not known here yet"
        raise NotFound(msg, code="no_such_session", field=named)
    if session.state == "cancelled":
        msg = "the session is cancelled; revoke its cancellation first, or plan it anew"
        raise Conflict(msg, code="session_is_cancelled", rule="S3", field=named)
    return session


def _agreement(facts: Facts, id: str) -> Agreement:
    """Raises NotFound."""
    found = next((it for it in facts.agreements if it.id == id), None)
    if found is None:
        msg = "the programme has no such agreement, or it is not known here yet, or it was called back"
        raise NotFound(msg, code="no_such_agreement", field="agreement")
    return found


def _carries_nothing(session: JointSession) -> str | None:
    """Why a session makes nothing due, in Norwegian; none where it does (B3)."""
    if session.format != "physical":
        return "Samlingen er ikke fysisk, og utløser ingen rate."
    return None if session.instalment else "Ingen rate er knyttet til samlingen."


def _with_session(facts: Facts, session: JointSession) -> Supposed:
    before = facts.known.occasions
    sessions = [session if it.id == session.id else it for it in before.sessions]
    occasions = Occasions(sessions=sessions, releases=before.releases)
    return Supposed(facts=_after(facts, occasions), news=News(occasions={session.id}))


def _after(facts: Facts, occasions: Occasions) -> Facts:
    return replace(facts, known=replace(facts.known, occasions=occasions))
