"""Answer what stands on a party's contact list: `rpc.registration.contact_list` (R7)."""

from __future__ import annotations

from services.registration.contact_lists.domain.contact_list import lacking
from services.registration.groups import repository as groups
from services.registration.parties import repository as parties
from services.registration.people import repository as people
from services.registration.programmes import repository as programmes
from shared.contracts.questions import ContactListContent, ListedPerson, WhatContactList
from shared.database import Database


async def say_contact_list(database: Database, question: WhatContactList) -> ContactListContent:
    """As it is now. Raises NotFound for a programme or a party that is not known."""
    async with database.reading() as connection:
        programme = await programmes.get(connection, question.programme)
        group = await groups.of_party(connection, question.programme, await parties.get(connection, question.party))
        known = await people.of_ids(connection, [it.person for it in group.present])
    listed = [
        ListedPerson(
            person=person.id,
            name=person.name,
            email=person.email,
            phone=person.phone,
            role=it.role,
            coordinates=it.id == group.coordinator,
            represents_school_owner=it.represents_school_owner,
        )
        for it in group.present
        if (person := known[it.person]).name is not None
    ]
    return ContactListContent(
        period_start=programme.period_start,
        group=tuple(sorted(listed, key=lambda it: not it.coordinates)),
        missing=tuple(lacking(group, programme.contact_person)),
    )
