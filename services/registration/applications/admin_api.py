"""Applications and what is found about them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import MISSING, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import repository as applications
from services.registration.applications.domain.application import Answers, Application, State
from services.registration.applications.domain.assessment import Assessment, Outcome, Verdict
from services.registration.applications.repository import Shown
from services.registration.applications.use_cases.assess_application import assess_application
from services.registration.applications.use_cases.change_application import change_application
from services.registration.applications.use_cases.receive_application import receive_application
from services.registration.people.admin_api import ContactBody, PersonView, person_view
from services.registration.people.domain.person import Contact
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import EntityId, OrganisationNumber, Reference
from shared.database import Database
from shared.web.api import (
    Administrator,
    AfterId,
    Body,
    Bool,
    DatabaseOf,
    IdInPath,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Prose,
    Words,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["applications"])

AREA = "the id of a development area that the county branch of the party's county has adopted (R2)"


class AnswersBody(Body):
    """The three things that the selection looks at (R2)."""

    development_as_whole: Prose
    development_area: Prose
    dialogue_with_branch: Prose


class NewApplication(Body):
    model_config = example(
        party="921221967",
        answers={
            "development_as_whole": "Vi vil utvikle kulturskolen sammen med resten av oppveksttilbudet.",
            "development_area": "Vi knytter oss til fylkesavdelingens område «Kulturskolen i lokalmiljøet».",
            "dialogue_with_branch": "Vi møter fylkesavdelingen hvert halvår.",
        },
        contact_person={"name": "Kari Vik", "email": "kari.vik@molde.example"},
        payer_reference="KS-1506",
    )

    party: OrganisationNumber
    answers: AnswersBody
    contact_person: ContactBody
    payer_reference: Reference = Field(description="a code, which every invoice to the party carries")
    development_area: EntityId | None = Field(None, description=AREA)


class AnswersChanges(Body):
    """Only those that are given change."""

    development_as_whole: Prose | MISSING = MISSING
    development_area: Prose | MISSING = MISSING
    dialogue_with_branch: Prose | MISSING = MISSING


class ApplicationChanges(Body):
    """Only what is given changes: answers and area until it is decided, the others until an agreement is sent (R2)."""

    model_config = example(
        answers={"dialogue_with_branch": "Vi møter fylkesavdelingen hver måned."},
        contact_person={"name": "Kari Vik", "email": "kari.vik@molde.example"},
        payer_reference="KS-1506-2",
    )

    answers: AnswersChanges | MISSING = MISSING
    contact_person: ContactBody | MISSING = Field(MISSING, description="somebody else; a name or address is corrected")
    payer_reference: Reference | MISSING = MISSING
    development_area: EntityId | MISSING | None = Field(MISSING, description=AREA)


class VerdictBody(Body):
    met: Bool
    reason: Prose


class AssessmentBody(Body):
    """A verdict on each answer, with a reason, and what follows (R2)."""

    model_config = example(
        development_as_whole={"met": True, "reason": "Planen gjelder hele tilbudet."},
        development_area={"met": True, "reason": "Knyttet til området og godt begrunnet."},
        dialogue_with_branch={"met": True, "reason": "Fylkesavdelingen bekrefter det."},
        outcome="accepted",
    )

    development_as_whole: VerdictBody
    development_area: VerdictBody
    dialogue_with_branch: VerdictBody
    outcome: Outcome
    in_spite_of_criteria: Bool = Field(default=False, description="true, with a reason, to accept where one is not met")
    reason: Prose | None = Field(None, description="why it is decided so")

    def assessment(self) -> Assessment:
        given = vars(self)
        verdicts = {name: Verdict(**vars(it)) for name, it in given.items() if isinstance(it, VerdictBody)}
        return Assessment(**given | verdicts)


class ApplicationView(BaseModel):
    id: str
    version: int
    programme: str
    party: str
    party_name: str
    state: State
    answers: AnswersBody | None = Field(description="null where they are lost; the application is to be sent again")
    contact_person: PersonView
    payer_reference: str | None = Field(description="null where it is lost")
    development_area: str | None = Field(description=AREA)
    development_area_name: str | None = Field(description="null also where it is lost")
    assessment: AssessmentBody | None = Field(
        description="the last one; null where none was made since it was received"
    )
    withdrawal_reason: Words | None
    waiting_list_place: int | None = Field(description="as told, from 1; null off the list and out of the queue")
    offered_until: date | None = Field(
        description="the last day on which the offer is answered; null while there is none"
    )


@router.post("/programmes/{programme}/applications", status_code=201, operation_id="receive_application")
async def receive(
    programme: ProgrammeInPath, body: NewApplication, database: DatabaseOf, key: Administrator
) -> ApplicationView:
    """Receive a party's application (R1, R2)."""
    received = await receive_application(
        database,
        programme,
        body.party,
        answers=Answers(**vars(body.answers)),
        contact_person=body.contact_person.contact(),
        payer_reference=body.payer_reference,
        development_area=body.development_area,
        by=key.name,
    )
    return await view(database, received)


@router.get("/programmes/{programme}/applications")
async def list_applications(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Administrator,
    *,
    party: PartyInQuery = None,
    state: Annotated[State | None, Query(examples=["accepted"])] = None,
    after: AfterId = None,
    limit: Limit = 100,
) -> Page[ApplicationView]:
    """List a programme's applications in the order in which they came in; those of a party, or in a state."""
    async with database.looking_up() as connection:
        found = await applications.listed(connection, programme, party=party, state=state, after=after, limit=limit + 1)
        if not found:
            await programmes.get(connection, programme)
    return page_of([_view(it) for it in found], limit, lambda it: it.id)


@router.get("/applications/{application}")
async def show_application(application: IdInPath, database: DatabaseOf, _: Administrator) -> ApplicationView:
    """Show an application with its assessment."""
    async with database.looking_up() as connection:
        return await _shown(connection, application)


@router.patch("/applications/{application}", operation_id="change_application", dependencies=[if_match(Application)])
async def change(
    application: IdInPath, body: ApplicationChanges, database: DatabaseOf, key: Administrator
) -> ApplicationView:
    """Change an application: its answers, its contact person, the payer's reference (R2)."""
    given = body.model_dump()
    if "contact_person" in given:
        given["contact_person"] = Contact(**given["contact_person"])
    return await view(database, await change_application(database, application, **given, by=key.name))


@router.post(
    "/applications/{application}/assessment", operation_id="assess_application", dependencies=[if_match(Application)]
)
async def assess(
    application: IdInPath, body: AssessmentBody, database: DatabaseOf, key: Administrator
) -> ApplicationView:
    """Assess an application and decide, or decide anew as long as no agreement is sent (R2)."""
    return await view(database, await assess_application(database, application, body.assessment(), by=key.name))


async def view(database: Database, it: Application) -> ApplicationView:
    async with database.reading() as connection:
        return await _shown(connection, it.id)


async def _shown(connection: AsyncConnection, id: str) -> ApplicationView:
    found = await applications.shown(connection, id)
    return tagged(found.application, _view(found), found.assessment)


def _view(shown: Shown) -> ApplicationView:
    it, assessment = shown.application, shown.assessment
    return ApplicationView(
        id=it.id,
        version=it.version,
        programme=it.programme,
        party=it.party,
        party_name=shown.party_name,
        state=it.state,
        answers=AnswersBody(**vars(it.answers)) if it.answers else None,
        contact_person=person_view(shown.contact_person),
        payer_reference=it.payer_reference,
        development_area=it.development_area,
        development_area_name=shown.area_name,
        assessment=_assessment_body(assessment) if assessment and it.state != "received" else None,
        withdrawal_reason=it.withdrawal_reason,
        waiting_list_place=it.waiting_list_place,
        offered_until=it.offered_until,
    )


def _assessment_body(it: Assessment) -> AssessmentBody:
    verdicts = {name: VerdictBody(**vars(one)) for name, one in vars(it).items() if isinstance(one, Verdict)}
    return AssessmentBody(**vars(it) | verdicts)
