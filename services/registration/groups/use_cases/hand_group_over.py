"""Hand a party's group over to its successor, with its advisor: a step of carrying an agreement over (R12)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.groups import repository as groups
from services.registration.groups.use_cases.change_group import save_group
from services.registration.parties.domain.party import Party
from shared.contracts import registration as events
from shared.errors import Conflict


async def hand_group_over(
    connection: AsyncConnection, programme: str, predecessor: Party, successor: Party, *, by: str
) -> None:
    """The same people, those who left among them; the predecessor's group is empty then. Under the programme's lock.

    Raises Conflict for a successor that has had a group itself.
    """
    before = await groups.of_party(connection, programme, predecessor)
    if before.version == 0:
        return
    if (await groups.of_party(connection, programme, successor)).participants:
        msg = "the successor has had a group of its own in this programme"
        raise Conflict(msg, code="successor_has_had_a_group", rule="R12", field="party")
    await groups.hand_people_over(connection, programme, predecessor, successor)
    emptied = await groups.of_party(connection, programme, predecessor)
    nobody = replace(emptied, coordinator=None, advisor=None, tenures=())
    await save_group(connection, emptied, nobody, events.GROUP_CHANGED, by=by)
    joined = await groups.of_party(connection, programme, successor)
    goes_on = replace(joined, coordinator=before.coordinator, advisor=before.advisor, tenures=before.tenures)
    await save_group(connection, joined, goes_on, events.GROUP_CHANGED, by=by)
