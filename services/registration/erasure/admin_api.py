"""All that is known of a person, as JSON; a person erased, with a receipt; and whose time is over (N2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.registration.erasure.domain.receipt import Reason, Receipt
from services.registration.erasure.use_cases.erase_person import erase_person
from services.registration.erasure.use_cases.export_person import Export, export_person
from services.registration.erasure.use_cases.keep_no_longer import keep_no_longer, whose_time_is_over
from services.registration.erasure.use_cases.show_receipt import pending_receipts, show_receipt
from services.registration.people.admin_api import PersonView, PointingView, person_view, pointing_view
from services.registration.people.domain.person import Person
from services.registration.settings import Settings
from shared.web.api import Administrator, AskOf, Body, DatabaseOf, IdInPath, Int, View, example
from shared.web.etags import if_match

router = APIRouter(prefix="/registration", tags=["people"])


async def settings_of(request: Request) -> Settings:
    """Registration's settings. Async, as `database_of` is."""
    settings: Settings = request.app.state.service.settings
    return settings


SettingsOf = Annotated[Settings, Depends(settings_of)]


class ErasureBody(Body):
    model_config = example(reason="asked_for")

    reason: Reason = Field(description="the person asked for it, its time is over, or nobody needs the person any more")


class RetentionBody(Body):
    """As many as the list showed: where it has others by now, nobody is erased."""

    model_config = example(count=0)

    count: Int = Field(ge=0, le=100_000, description="how many the list of those whose time is over has")


class EmptiedView(View):
    what: str = Field(description="a code")
    count: int


class KeptView(View):
    what: str = Field(description="a code, as is why")
    why: str
    until: date | None = Field(description="the last day; null until somebody changes or removes it")


class AnswerView(View):
    service: str
    has_answered: bool
    holds_people: bool = Field(description="whether it knows anybody at all")
    emptied: list[EmptiedView]
    kept: list[KeptView]


class ReceiptView(BaseModel):
    """What became of an erasure, service by service."""

    person: str
    reason: str | None = Field(description="a code; null where that is lost")
    erased_at: datetime
    erased_by: str = Field(description="the name of the key")
    is_pending: bool = Field(description="whether a service has not answered yet")
    services: list[AnswerView]
    outside: list[KeptView] = Field(description="what stands outside of the services' databases")


class ErasedView(BaseModel):
    erased: list[ReceiptView]


class PendingView(BaseModel):
    pending: list[ReceiptView] = Field(description="the earliest first")


class DueView(BaseModel):
    person: PersonView
    last_day: date | None = Field(
        description="of all that they had to do with, the last day; null where nothing points to them any more"
    )


class RetentionView(BaseModel):
    """Who would be erased, and why: the last that they had to do with is over for so long."""

    days: int | None = Field(description="after that day; null where people are kept without an end")
    people: list[DueView]


class ParticipationView(View):
    programme: str
    party: str
    role: str | None
    represents_school_owner: bool
    has_left: bool


class KnownTenure(View):
    programme: str
    party: str
    was: str
    from_on: date | None
    until_on: date | None


class SignatureView(View):
    agreement: str
    programme: str
    party: str
    role: str
    place: str | None
    signed_on: date | None


class KnownDocument(View):
    agreement: str
    programme: str
    party: str
    fingerprint: str = Field(description="of which version; it is read with the agreement")
    written_on: date


class KnownAttendance(View):
    session: str
    kind: str | None = Field(description="null, as number and title, where the session is not heard of yet")
    number: int | None
    title: str | None
    programme: str
    party: str = Field(description="whose sheet it is")
    days: list[date] = Field(description="on which they were recorded as present")


class TextView(BaseModel):
    """What somebody wrote in which the person is named."""

    where: str = Field(description="`concern.description`, `minutes.text`")
    key: list[str] = Field(description="which one")
    text: Any


class InvitedView(View):
    programme: str
    party: str
    name: str
    email: str


class KnownMail(View):
    id: str
    kind: str
    programme: str
    party: str
    made_on: date
    sent_on: date | None
    state: str
    name: str
    email: str


class SessionView(View):
    session: str
    programme: str
    party: str | None
    kind: str
    when: str
    title: str | None
    place: str | None
    meeting_link: str | None


class ExportView(BaseModel):
    """All that all services know of a person; billing knows nobody."""

    person: PersonView
    exported_at: datetime
    points_to_them: list[PointingView]
    participations: list[ParticipationView]
    tenures: list[KnownTenure] = Field(description="who was what, from when until when")
    signatures: list[SignatureView]
    documents: list[KnownDocument] = Field(
        description="agreements' documents, each version, that name them as who signs"
    )
    attendance: list[KnownAttendance] = Field(description="at which sessions they were recorded as present, in time")
    texts: list[TextView] = Field(
        description="in which they are named by their whole name, address or telephone number"
    )
    invitations: list[InvitedView] = Field(description="for whose sessions they are invited")
    mails: list[KnownMail] = Field(description="that were written to them")
    sessions: list[SessionView] = Field(description="in whose title, place or link they are named")


@router.get("/people/retention", operation_id="show_retention")
async def show_retention(database: DatabaseOf, _: Administrator, settings: SettingsOf) -> RetentionView:
    """Show whose time is over, before anybody is erased."""
    found = await whose_time_is_over(database, days=settings.people_kept_days)
    shown = [DueView(person=person_view(it.person), last_day=it.last_day) for it in found]
    return RetentionView(days=settings.people_kept_days, people=shown)


@router.post("/people/retention", operation_id="keep_no_longer")
async def erase_those(
    body: RetentionBody, database: DatabaseOf, key: Administrator, settings: SettingsOf
) -> ErasedView:
    """Erase all whose time is over."""
    erased = await keep_no_longer(database, body.count, days=settings.people_kept_days, by=key.name)
    return ErasedView(erased=[await _receipt(database, it.person, settings) for it in erased])


@router.get("/people/pending-erasures", operation_id="show_pending_erasures")
async def show_pending(database: DatabaseOf, _: Administrator, settings: SettingsOf) -> PendingView:
    """Show the erasures to which a service has not answered yet."""
    found = await pending_receipts(database, backups_kept_days=settings.backups_kept_days)
    return PendingView(pending=[_receipt_view(it) for it in found])


@router.get("/people/{person}/export", operation_id="export_person", responses={503: {}})
async def export(person: IdInPath, database: DatabaseOf, ask: AskOf, _: Administrator) -> ExportView:
    """Show all that all services know of a person: 503 where one of them does not say."""
    return _export(await export_person(database, ask, person))


@router.post("/people/{person}/erasure", operation_id="erase_person", dependencies=[if_match(Person)])
async def erase(
    person: IdInPath, body: ErasureBody, database: DatabaseOf, key: Administrator, settings: SettingsOf
) -> ReceiptView:
    """Erase a person whom nothing needs: name, address, telephone number and roles, in all services."""
    await erase_person(database, person, body.reason, by=key.name)
    return await _receipt(database, person, settings)


@router.get("/people/{person}/erasure", operation_id="show_receipt")
async def show_erasure(person: IdInPath, database: DatabaseOf, _: Administrator, settings: SettingsOf) -> ReceiptView:
    """Show the receipt of an erasure: by service what was emptied, what is kept, why and until when."""
    return await _receipt(database, person, settings)


async def _receipt(database: DatabaseOf, person: str, settings: Settings) -> ReceiptView:
    return _receipt_view(await show_receipt(database, person, backups_kept_days=settings.backups_kept_days))


def _receipt_view(it: Receipt) -> ReceiptView:
    return ReceiptView(
        person=it.erasure.person,
        reason=it.erasure.reason,
        erased_at=it.erasure.erased_at,
        erased_by=it.erasure.by,
        is_pending=it.is_pending,
        services=[AnswerView.model_validate(one) for one in it.services],
        outside=_views(KeptView, it.outside),
    )


def _views(view: type[Any], found: Sequence[object]) -> list[Any]:
    return [view.model_validate(it) for it in found]


def _export(it: Export) -> ExportView:
    return ExportView(
        person=person_view(it.person),
        exported_at=it.exported_at,
        points_to_them=[pointing_view(one, it.today) for one in it.pointing],
        participations=[ParticipationView(**one) for one in it.participations],
        tenures=[KnownTenure(**one, was=one["role"]) for one in it.tenures],
        signatures=[SignatureView(**one) for one in it.signatures],
        documents=[KnownDocument(**one) for one in it.documents],
        attendance=[KnownAttendance(**one) for one in it.attendance],
        texts=[
            TextView(where=f"{one.table}.{one.column}", key=[str(part) for part in one.key], text=one.text)
            for one in it.texts
        ]
        + [TextView(where=one.where, key=list(one.key), text=one.text) for one in it.texts_of_plan],
        invitations=_views(InvitedView, it.invitations),
        mails=_views(KnownMail, it.mails),
        sessions=_views(SessionView, it.sessions),
    )
