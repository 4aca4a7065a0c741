"""Send an agreement to be signed, to a party that is accepted and has a complete group and an advisor (R3, R5, R6, R8, A6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from services.registration.agreements import documents, telling
from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Role, Signatory, check_period
from services.registration.agreements.domain.signing import check_signatories, scope_of
from services.registration.applications import repository as applications
from services.registration.applications.domain.application import check_accepted
from services.registration.groups import repository as groups
from services.registration.groups.domain.completeness import check_complete, check_has_advisor
from services.registration.parties import repository as parties
from services.registration.people.domain.person import Contact
from services.registration.people.use_cases.know_person import know_person
from services.registration.programmes import repository as programmes
from services.registration.programmes.domain.closing import check_is_open
from services.registration.programmes.domain.programme import check_has_contact_person
from shared import clock
from shared.contracts import registration as events
from shared.database import Database
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import outbox


async def send_agreement(
    database: Database,
    programme: str,
    party: str,
    *,
    period_start: date,
    period_end: date,
    signatories: Mapping[Role, Contact],
    without_advisor: bool = False,
    by: str,
) -> Agreement:
    """A party has one agreement in a programme; the same one twice is one.

    Its fee (in øre) and the payer's reference are those of now, and stay. Raises NotFound, RuleBroken or Conflict.
    """
    async with database.transaction() as connection:
        opened = await programmes.get(connection, programme, lock=True)
        applicant = await parties.get(connection, party)
        check_signatories(applicant.kind, signatories)
        application = check_accepted(await applications.find(connection, programme, party))
        if application.payer_reference is None:
            msg = "the application's payer's reference is lost and is to be said anew"
            raise Conflict(msg, code="payer_reference_is_lost", rule="R2", field="party")
        people = [
            Signatory(role=role, person=(await know_person(connection, scope_of(role, party), contact, by=by)).id)
            for role, contact in sorted(signatories.items())
        ]
        sent = Agreement(
            id=new_id(),
            version=1,
            programme=programme,
            party=party,
            period_start=period_start,
            period_end=period_end,
            fee_ore=opened.fee_for(applicant.kind),
            payer_reference=application.payer_reference,
            signatories=tuple(people),
            sent_on=await clock.today(connection),
        )
        standing = await agreements.find(connection, programme, party)
        if standing is not None:
            if _content(standing) == _content(sent):
                return standing
            msg = "the party has an agreement in this programme already, with other content"
            raise Conflict(msg, code="has_another_agreement", rule="A6", field="party")
        check_is_open(opened)
        check_period(sent)
        check_has_contact_person(opened)
        group = await groups.of_party(connection, programme, applicant)
        check_complete(group)
        if not without_advisor:
            check_has_advisor(group)
        document = await documents.compose(connection, sent)
        sent = replace(sent, fingerprint=document.fingerprint)
        await agreements.add(connection, sent, by=by)
        await documents.keep(connection, sent.id, document)
        await outbox.tell(connection, events.AGREEMENT_SENT, telling.agreement(sent))
        return sent


def _content(it: Agreement) -> tuple[object, ...]:
    """What a request to send an agreement says. All else follows from it, or comes later, and is not compared."""
    return it.period_start, it.period_end, {(one.role, one.person) for one in it.signatories}
