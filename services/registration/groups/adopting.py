"""A group taken back from its own event: the inverse of `telling.py`, which counts its people and names none (N2)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups import repository as groups
from services.registration.groups.domain.group import Participant
from services.registration.groups.domain.lost import Counts, lacking, who_coordinates, with_counts
from services.registration.parties import repository as parties
from services.registration.people.adopting import add_lost_person, ensure_advisor, ensure_person
from services.registration.people.repository import lost_people, remove
from shared.contracts import registration as events
from shared.contracts.envelope import Event
from shared.ids import new_id
from shared.messaging.recover import BY, Adoptions


async def group(connection: AsyncConnection, event: Event[events.Group]) -> None:
    """Raises NotFound for a party that is not known."""
    it = event.data
    before = await groups.of_party(connection, it.programme, await parties.get(connection, it.party))
    if before.version >= it.version:
        return
    counts = Counts(
        size=it.size,
        coordinator_elected=it.coordinator_elected,
        school_owner_represented=it.school_owner_represented,
    )
    joining = [
        Participant(
            id=new_id(),
            person=await add_lost_person(connection, it.party),
            role=None,
            represents_school_owner=False,
        )
        for _ in range(lacking(before, counts))
    ]
    if it.advisor:
        await ensure_advisor(connection, it.advisor)
    people = [one.person for one in (*before.participants, *joining)]
    lost = await lost_people(connection, people)
    after = with_counts(before, counts, lost, joining)
    after = replace(after, version=it.version, advisor=it.advisor)
    elected = who_coordinates(after, it.coordinator, lost, before.coordinator) if it.coordinator else None
    if it.coordinator and elected:
        await ensure_person(connection, it.coordinator, it.party)
        after = replace(after.with_participant(replace(elected, person=it.coordinator)), coordinator=elected.id)
    await groups.save(connection, before, after, by=BY)
    if elected and elected.person != it.coordinator:
        await remove(connection, elected.person)  # stood for who is known by an id now


ADOPTIONS: Adoptions = dict.fromkeys((events.GROUP_CHANGED, events.ADVISOR_ATTACHED, events.ADVISOR_DETACHED), group)
