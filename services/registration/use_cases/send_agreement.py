"""Send an agreement to be signed: to who is accepted and whose group is complete (R3, R5, R6, A6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.registration.domain.agreement import (
    COUNCIL_DIRECTOR,
    Agreement,
    Role,
    Signatory,
    check_period,
    check_signatories,
)
from services.registration.domain.application import check_accepted
from services.registration.domain.group import check_complete
from services.registration.domain.person import COUNCIL, Contact
from services.registration.repository import agreements, applications, groups, parties, programmes
from services.registration.use_cases import tell
from services.registration.use_cases.know_person import know_person
from shared.database import Database
from shared.errors import Conflict
from shared.events import registration as events
from shared.ids import new_id


async def send_agreement(
    database: Database,
    programme: str,
    party: str,
    *,
    period_start: date,
    period_end: date,
    signatories: Mapping[Role, Contact],
    by: str,
) -> Agreement:
    """A party has one agreement in a programme; the same one twice is one.

    Its fee and the payer's reference are those of this moment. Raises NotFound, RuleBroken or Conflict.
    """
    async with database.transaction() as connection:
        its = await programmes.get(connection, programme, lock=True)
        whose = await parties.get(connection, party)
        check_signatories(whose.kind, signatories)
        application = check_accepted(await applications.find(connection, programme, party))
        people = [
            Signatory(
                role=role,
                person=(
                    await know_person(connection, COUNCIL if role == COUNCIL_DIRECTOR else party, contact, by=by)
                ).id,
            )
            for role, contact in sorted(signatories.items())
        ]
        sent = Agreement(
            id=new_id(),
            version=1,
            programme=programme,
            party=party,
            period_start=period_start,
            period_end=period_end,
            fee_ore=its.fee_for(whose.kind),
            payer_reference=application.payer_reference,
            signatories=tuple(people),
        )
        standing = await agreements.find(connection, programme, party)
        if standing is not None:
            if _content(standing) == _content(sent):
                return standing
            msg = "the party has an agreement in this programme already, with other content"
            raise Conflict(msg, rule="A6", field="party")
        check_period(sent)
        check_complete(await groups.of_party(connection, programme, whose))
        await agreements.add(connection, sent, by=by)
        await tell.tell(connection, events.AGREEMENT_SENT, tell.agreement(sent))
        return sent


def _content(it: Agreement) -> tuple[object, ...]:
    """What the request said; the rest follows from it, or came later."""
    return it.period_start, it.period_end, {(one.role, one.person) for one in it.signatories}
