"""Agreements and concerns taken back from their own events: the inverse of `telling.py`. Who signed, and prose, is missing."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Signatory, check_period
from services.registration.agreements.domain.concern import Concern
from services.registration.agreements.domain.signing import SIGNATORIES, scope_of
from services.registration.applications import repository as applications
from services.registration.development_plans.use_cases.hand_plan_over import hand_plan_over
from services.registration.groups import repository as groups
from services.registration.mapping.use_cases.hand_mapping_over import hand_mapping_over
from services.registration.parties import repository as parties
from services.registration.people.adopting import add_lost_person
from shared.clock import day_of
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.messaging.recover import BY, Adoptions

TOLD = (
    "version",
    "party",
    "predecessor",
    "period_start",
    "period_end",
    "fee_ore",
    "payer_reference",
    "order_reference",
    "accounting_cost",
    "signed_on",
    "called_back_on",
    "ends_on",
    "kind_of_end",
    "fingerprint",
)


async def agreement(connection: AsyncConnection, event: Event[events.Agreement]) -> None:
    """Raises RuleBroken, or NotFound for a party that is not known."""
    it = event.data
    before = await agreements.find_by_id(connection, it.id)
    if before is not None and before.version >= it.version:
        return
    told = {name: getattr(it, name) for name in TOLD}
    if before is None:
        sent_on = day_of(event.time) if event.type == events.AGREEMENT_SENT.type else None
        found = Agreement(id=it.id, programme=it.programme, signatories=(), sent_on=sent_on, **told)
        found = replace(found, signatories=await _lost_signatories(connection, it.party))
    else:
        found = replace(before, **told)
    if before is None or before.ends_on != it.ends_on:
        found = replace(found, end_note=None, ended_over=await _ended_over(connection, found))
    if before is not None and event.type == events.AGREEMENT_AMENDED.type and _nothing_told_differs(before, found):
        # So somebody else is to sign, who is not told: one of those who had not signed.
        found = replace(found, signatories=await _lost_where_unsigned(connection, found))
    if it.signed_on is not None:
        # Signed as a whole, so each of them has, by that day; where, and on which day before it, is not told.
        signed = tuple(replace(one, signed_on=one.signed_on or it.signed_on) for one in found.signatories)
        found = replace(found, signatories=signed)
    check_period(found)
    if before is None:
        await agreements.add(connection, found, by=BY)
    else:
        await agreements.save(connection, before, found, by=BY)
        if before.party != found.party:
            of = [await parties.get(connection, number) for number in (before.party, found.party)]
            await groups.hand_people_over(connection, found.programme, *of)
            await hand_mapping_over(connection, found.programme, before.party, found.party, by=BY)
            await hand_plan_over(connection, found.programme, before.party, found.party, at=event.time, by=BY)
    await applications.say_payer_reference(connection, it.programme, it.party, it.payer_reference)


async def concern(connection: AsyncConnection, event: Event[events.Concern]) -> None:
    """What it says is missing; it is dated on the day on which it was told."""
    it = event.data
    standing = await agreements.find_concern(connection, it.id)
    found = standing or Concern(
        id=it.id,
        version=0,
        agreement=it.agreement,
        raised_by="municipality" if it.raised_by == "municipality" else "council",
        description=None,
        raised_on=day_of(event.time),
        findings=tuple([code for code in it.findings if code != "other"]),
    )
    if found.version >= it.version:
        return
    found = replace(found, version=it.version, is_resolved=it.state == "resolved")
    if standing is None:
        await agreements.add_concern(connection, found, by=BY)
    else:
        await agreements.save_concern(connection, found, by=BY)


async def _lost_signatories(connection: AsyncConnection, party: str) -> tuple[Signatory, ...]:
    kind = (await parties.get(connection, party)).kind
    return tuple(
        [
            Signatory(role=role, person=await add_lost_person(connection, scope_of(role, party)))
            for role in sorted(SIGNATORIES[kind])
        ]
    )


def _nothing_told_differs(before: Agreement, after: Agreement) -> bool:
    return all(getattr(before, name) == getattr(after, name) for name in TOLD if name not in ("version", "fingerprint"))


async def _lost_where_unsigned(connection: AsyncConnection, it: Agreement) -> tuple[Signatory, ...]:
    return tuple(
        [
            one
            if one.signed_on
            else replace(one, person=await add_lost_person(connection, scope_of(one.role, it.party)))
            for one in it.signatories
        ]
    )


async def _ended_over(connection: AsyncConnection, it: Agreement) -> str | None:
    """Termination follows a concern that is not resolved (R10): where there is one alone, it is that one."""
    if it.kind_of_end != "terminated":
        return None
    open_ = [one.id for one in await agreements.concerns(connection, it.id) if not one.is_resolved]
    return open_[0] if len(open_) == 1 else None


ADOPTIONS: Adoptions = dict.fromkeys(
    (
        events.AGREEMENT_SENT,
        events.AGREEMENT_SIGNED,
        events.AGREEMENT_AMENDED,
        events.AGREEMENT_CALLED_BACK,
        events.AGREEMENT_SUCCEEDED,
        events.AGREEMENT_ENDED,
        events.AGREEMENT_END_TAKEN_BACK,
    ),
    agreement,
) | dict.fromkeys((events.CONCERN_RAISED, events.CONCERN_RESOLVED), concern)
