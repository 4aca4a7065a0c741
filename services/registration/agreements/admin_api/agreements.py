"""Agreements: their signatures, their successors, and their end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import MISSING, BaseModel, Field

from services.registration.agreements import documents
from services.registration.agreements import repository as agreements
from services.registration.agreements.domain.agreement import Agreement, Role, State
from services.registration.agreements.repository import Shown
from services.registration.agreements.use_cases.amend_agreement import amend_agreement
from services.registration.agreements.use_cases.call_back_agreement import call_back_agreement
from services.registration.agreements.use_cases.correct_signature import correct_signature, take_signature_back
from services.registration.agreements.use_cases.end_agreement import end_agreement
from services.registration.agreements.use_cases.find_document import find_document
from services.registration.agreements.use_cases.send_agreement import send_agreement
from services.registration.agreements.use_cases.sign_agreement import sign_agreement
from services.registration.agreements.use_cases.succeed_agreement import succeed_agreement
from services.registration.agreements.use_cases.take_end_back import take_end_back
from services.registration.agreements.use_cases.terminate_agreement import terminate_agreement
from services.registration.agreements.use_cases.withdraw_application import withdraw_application
from services.registration.applications.admin_api import ApplicationView
from services.registration.applications.admin_api import view as application_view
from services.registration.applications.domain.application import Application
from services.registration.people.admin_api import ContactBody
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import SHA256, EntityId, Fingerprint, OrganisationNumber, Reference
from shared.database import Database
from shared.web.api import (
    AN_ID,
    Administrator,
    AfterId,
    Body,
    Bool,
    DatabaseOf,
    Day,
    IdInPath,
    Limit,
    Line,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Prose,
    Words,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged
from shared.web.files import answer_with, file_of

router = APIRouter()

IF_MATCH = if_match(Agreement)
REFERENCES = ("payer_reference", "order_reference", "accounting_cost")
AnyVersion = Annotated[
    str | None,
    Query(pattern=SHA256, description="of another version than the one that stands", examples=["0" * 64]),
]
RoleInPath = Annotated[str, Path(max_length=40, description="as who", examples=["municipal_director"])]


class NewAgreement(Body):
    """A municipality's is signed by council_director, municipal_director and head_of_culture_school; a county
    branch's by council_director and leader (A4). The last day of the period is included."""

    model_config = example(
        party="921221967",
        period_start="2024-08-01",
        period_end="2025-12-31",
        signatories={
            "council_director": {"name": "Kjersti Holm", "email": "kjersti.holm@raadet.example"},
            "municipal_director": {"name": "Per Moen", "email": "per.moen@molde.example"},
            "head_of_culture_school": {"name": "Kari Vik", "email": "kari.vik@molde.example"},
        },
    )

    party: OrganisationNumber
    period_start: Day
    period_end: Day
    signatories: dict[Role, ContactBody]
    without_advisor: Bool = Field(False, description="it goes although no advisor is attached (R8)")


class AgreementChanges(Body):
    """Only what is given changes: the references while the agreement is in force, one who signs until that one has
    signed, the period until the first signature (R6)."""

    model_config = example(payer_reference="KS-1506-B", order_reference="4500012345")

    payer_reference: Reference | MISSING = Field(MISSING, description="stands on the invoices issued after that")
    order_reference: Reference | MISSING | None = Field(
        MISSING, description="the payer's order, where it wants that on its invoices; null takes it away"
    )
    accounting_cost: Reference | MISSING | None = Field(
        MISSING, description="what the payer posts the fee to, where it wants that on its invoices; null takes it away"
    )
    period_start: Day | MISSING = MISSING
    period_end: Day | MISSING = MISSING
    signatories: dict[Role, ContactBody] | MISSING = Field(MISSING, description="those who are to sign instead")


class Withdrawal(Body):
    model_config = example(reason="Kommunen har ikke råd i år.")

    reason: Prose | None = None


class NewSignature(Body):
    """With the last of them the agreement is signed (R6)."""

    model_config = example(signatory="municipal_director", place="Molde", signed_on="2024-08-15")

    signatory: Role
    place: Line
    signed_on: Day
    fingerprint: Fingerprint | None = Field(
        None, description="the fingerprint on the document that was signed: that of another version is refused"
    )


class CorrectedSignature(Body):
    """Where and when it was really signed."""

    model_config = example(place="Molde", signed_on="2024-08-14")

    place: Line
    signed_on: Day


class SucceedingParty(Body):
    """Who goes on with it: a party of the same kind that takes no part in the programme yet."""

    model_config = example(party="942110464")

    party: OrganisationNumber


class Termination(Body):
    """The end of an agreement that was not followed (R10)."""

    model_config = example(concern=AN_ID, ends_on="2024-10-15", note="Ingen endring etter samtalene.")

    concern: EntityId = Field(description="the id of a concern about this agreement")
    ends_on: Day = Field(
        description="the first day on which it is no longer in force; given before the period starts, that is its first day"
    )
    note: Prose | None = None


class End(Body):
    """The end of an agreement on a day that both agreed on (R10)."""

    model_config = example(ends_on="2025-01-01", reason="Stillingen er nedlagt.")

    ends_on: Day = Field(description="the first day on which it is no longer in force")
    reason: Prose


class TakenBack(Body):
    model_config = example(reason="Registrert på feil avtale.")

    reason: Prose | None = None


class SignatoryView(BaseModel):
    signatory: Role
    person: str = Field(description="an id, by which the person is corrected")
    name: str | None = Field(description="null, as the address, where it is lost and to be said anew")
    email: str | None
    place: str | None
    signed_on: date | None
    fingerprint: str | None = Field(description="of the document that was signed; null where that is not known")


class AgreementView(BaseModel):
    id: str
    version: int
    programme: str
    party: str
    party_name: str
    state: State = Field(description="`ended` where an end is recorded, be it ahead")
    predecessor: str | None = Field(description="the party that had it before (R12)")
    period_start: date
    period_end: date
    fee_ore: int
    payer_reference: str
    order_reference: str | None
    accounting_cost: str | None
    signatories: list[SignatoryView]
    sent_on: date | None = Field(description="null where it is not known")
    signed_on: date | None = Field(description="when the last of them signed")
    called_back_on: date | None = Field(description="the day on which it was called back: then it is none (R6)")
    ends_on: date | None = Field(description="the first day on which it is no longer in force")
    kind_of_end: Literal["terminated", "agreed"] | None
    end_note: Words | None
    fingerprint: str | None = Field(
        description="the SHA-256 of what its document says, which stands on it; null where it was sent before there were documents"
    )


@router.post("/programmes/{programme}/agreements", status_code=201, operation_id="send_agreement")
async def send(
    programme: ProgrammeInPath, body: NewAgreement, database: DatabaseOf, key: Administrator
) -> AgreementView:
    """Send a party its agreement to sign (R6)."""
    sent = await send_agreement(
        database,
        programme,
        body.party,
        period_start=body.period_start,
        period_end=body.period_end,
        signatories={role: it.contact() for role, it in body.signatories.items()},
        without_advisor=body.without_advisor,
        by=key.name,
    )
    return await view(database, sent)


@router.get("/programmes/{programme}/agreements")
async def list_agreements(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Administrator,
    *,
    party: PartyInQuery = None,
    state: Annotated[State | None, Query(examples=["signed"])] = None,
    after: AfterId = None,
    limit: Limit = 100,
) -> Page[AgreementView]:
    """List a programme's agreements in the order in which they were sent; those of a party, or in a state."""
    async with database.looking_up() as connection:
        found = await agreements.listed(connection, programme, party=party, state=state, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    return page_of([_view(it) for it in found], limit, lambda it: it.id)


# Before the next route, whose parameter would take the end of this one's for a part of it.
@router.get("/agreements/{agreement}.pdf", response_class=Response, responses=file_of(documents.MEDIA_TYPE) | {409: {}})
async def show_agreement_document(
    agreement: IdInPath,
    database: DatabaseOf,
    request: Request,
    _: Administrator,
    fingerprint: AnyVersion = None,
) -> Response:
    """Show an agreement's document, as a PDF: what is to be signed, or was.

    It is made a moment after the agreement is sent or amended, and never changes after that. 409: not made yet, or it cannot be.
    """
    async with database.looking_up() as connection:
        return await answer_with(request, connection, await find_document(connection, agreement, fingerprint))


@router.get("/agreements/{agreement}")
async def show_agreement(agreement: IdInPath, database: DatabaseOf, _: Administrator) -> AgreementView:
    """Show an agreement with its signatures."""
    async with database.looking_up() as connection:
        return _tagged(await agreements.shown(connection, agreement))


@router.patch("/agreements/{agreement}", operation_id="amend_agreement", dependencies=[IF_MATCH])
async def amend(agreement: IdInPath, body: AgreementChanges, database: DatabaseOf, key: Administrator) -> AgreementView:
    """Amend an agreement (R6)."""
    changes = {name: value for name, value in vars(body).items() if value is not MISSING}
    contacts: dict[Role, ContactBody] = changes.pop("signatories", {})
    references = {name: changes.pop(name) for name in REFERENCES if name in changes}
    signatories = {role: it.contact() for role, it in contacts.items()}
    amended = await amend_agreement(
        database, agreement, references=references, **changes, signatories=signatories, by=key.name
    )
    return await view(database, amended)


@router.delete("/agreements/{agreement}", operation_id="call_back_agreement", dependencies=[IF_MATCH])
async def call_back(agreement: IdInPath, database: DatabaseOf, key: Administrator) -> AgreementView:
    """Call back an agreement that nobody has signed; another can then be sent (R6)."""
    return await view(database, await call_back_agreement(database, agreement, by=key.name))


@router.post(
    "/applications/{application}/withdrawal",
    operation_id="withdraw_application",
    dependencies=[if_match(Application)],
)
async def withdraw(
    application: IdInPath, database: DatabaseOf, key: Administrator, body: Withdrawal | None = None
) -> ApplicationView:
    """Withdraw an application whose agreement is not signed (R2)."""
    reason = body.reason if body else None
    return await application_view(database, await withdraw_application(database, application, reason, by=key.name))


@router.post("/agreements/{agreement}/signatures", operation_id="sign_agreement", dependencies=[IF_MATCH])
async def sign(agreement: IdInPath, body: NewSignature, database: DatabaseOf, key: Administrator) -> AgreementView:
    """Record a signature (R6)."""
    signed = await sign_agreement(
        database,
        agreement,
        body.signatory,
        place=body.place,
        signed_on=body.signed_on,
        fingerprint=body.fingerprint,
        by=key.name,
    )
    return await view(database, signed)


@router.put("/agreements/{agreement}/signatures/{role}", operation_id="correct_signature", dependencies=[IF_MATCH])
async def correct(
    agreement: IdInPath, role: RoleInPath, body: CorrectedSignature, database: DatabaseOf, key: Administrator
) -> AgreementView:
    """Correct the place and date of a signature; what is signed as a whole stays so (R6)."""
    return await view(database, await correct_signature(database, agreement, role, **vars(body), by=key.name))


@router.delete("/agreements/{agreement}/signatures/{role}", operation_id="take_signature_back", dependencies=[IF_MATCH])
async def take_one_back(
    agreement: IdInPath, role: RoleInPath, database: DatabaseOf, key: Administrator
) -> AgreementView:
    """Take back a signature that was recorded for the wrong person, until all have signed (R6)."""
    return await view(database, await take_signature_back(database, agreement, role, by=key.name))


@router.post("/agreements/{agreement}/successor", operation_id="succeed_agreement", dependencies=[IF_MATCH])
async def succeed(
    agreement: IdInPath, body: SucceedingParty, database: DatabaseOf, key: Administrator
) -> AgreementView:
    """Carry an agreement over to another party, with its group, its advisor and what is planned ahead (R12)."""
    return await view(database, await succeed_agreement(database, agreement, body.party, by=key.name))


@router.post("/agreements/{agreement}/termination", operation_id="terminate_agreement", dependencies=[IF_MATCH])
async def terminate(agreement: IdInPath, body: Termination, database: DatabaseOf, key: Administrator) -> AgreementView:
    """Terminate an agreement after a concern (R10)."""
    return await view(database, await terminate_agreement(database, agreement, **vars(body), by=key.name))


@router.post("/agreements/{agreement}/end", operation_id="end_agreement", dependencies=[IF_MATCH])
async def end(agreement: IdInPath, body: End, database: DatabaseOf, key: Administrator) -> AgreementView:
    """End an agreement as both agreed (R10)."""
    return await view(database, await end_agreement(database, agreement, **vars(body), by=key.name))


@router.post("/agreements/{agreement}/end-taken-back", operation_id="take_end_back", dependencies=[IF_MATCH])
async def take_back(
    agreement: IdInPath, database: DatabaseOf, key: Administrator, body: TakenBack | None = None
) -> AgreementView:
    """Take back an end that was recorded by mistake (A6)."""
    reason = body.reason if body else None
    return await view(database, await take_end_back(database, agreement, reason, by=key.name))


async def view(database: Database, it: Agreement) -> AgreementView:
    async with database.reading() as connection:
        return _tagged(await agreements.shown(connection, it.id))


def _tagged(it: Shown) -> AgreementView:
    return tagged(it.agreement, _view(it))


def _view(shown: Shown) -> AgreementView:
    it = shown.agreement
    signatories = [
        SignatoryView(
            signatory=one.role,
            person=one.person,
            name=shown.people[one.person][0],
            email=shown.people[one.person][1],
            place=one.place,
            signed_on=one.signed_on,
            fingerprint=one.fingerprint,
        )
        for one in it.signatories
    ]
    return AgreementView(
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        party_name=shown.party_name,
        state=it.state,
        predecessor=it.predecessor,
        period_start=it.period_start,
        period_end=it.period_end,
        fee_ore=it.fee_ore,
        payer_reference=it.payer_reference,
        order_reference=it.order_reference,
        accounting_cost=it.accounting_cost,
        signatories=signatories,
        sent_on=it.sent_on,
        signed_on=it.signed_on,
        called_back_on=it.called_back_on,
        ends_on=it.ends_on,
        kind_of_end=it.kind_of_end,
        end_note=it.end_note,
        fingerprint=it.fingerprint,
    )
