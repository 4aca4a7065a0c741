"""A programme's waiting list, its order, and the offers of its places (R2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registration.applications import offers
from services.registration.applications import repository as applications
from services.registration.applications.admin_api import ApplicationView, view
from services.registration.applications.domain.application import Application
from services.registration.applications.domain.offer import Offer, Outcome
from services.registration.applications.domain.waiting_list import WaitingList
from services.registration.applications.domain.why_no_offer import Reason, Why, why_no_offer
from services.registration.applications.repository import Shown
from services.registration.applications.use_cases.answer_offer import accept_offer, refuse_offer
from services.registration.applications.use_cases.offer_place import offer_place
from services.registration.applications.use_cases.order_waiting_list import order_waiting_list
from services.registration.programmes import repository as programmes
from shared import clock
from shared.web.api import (
    AN_ID,
    Administrator,
    Body,
    Bool,
    DatabaseOf,
    Day,
    IdInPath,
    ProgrammeInPath,
    Prose,
    Words,
    example,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/registration", tags=["applications"])

Id = Annotated[str, Field(max_length=40)]


class NewOffer(Body):
    model_config = example(answer_by="2024-06-17")

    answer_by: Day = Field(description="the last day; from tomorrow on, and within the programme's period")
    out_of_turn: Bool = Field(False, description="true, with a reason, for who is not the first in the queue")
    in_spite_of_criteria: Bool = Field(False, description="true, with a reason, where a criterion is not met")
    reason: Prose | None = None


class Refusal(Body):
    model_config = example(reason="Kommunestyret vedtok det ikke.")

    reason: Prose | None = Field(None, description="why the party says no")


class Order(Body):
    model_config = example(applications=(AN_ID,))

    applications: tuple[Id, ...] = Field(
        max_length=500,
        description="the ids of all who are in the queue, in order; who is out of it is put back by being named",
    )


class OfferView(BaseModel):
    offered_on: date
    answer_by: date = Field(description="the last day")
    place: int | None = Field(description="that it had on the waiting list; null where it was out of the queue")
    in_spite_of_criteria: bool
    reason: Words | None = Field(description="why it was made in spite of criteria, or out of turn")
    outcome: Outcome | None = Field(description="what became of it; null while it stands")
    ended_on: date | None


class WhyView(BaseModel):
    code: Reason
    text: Words


class WaitingView(BaseModel):
    application: str
    party: str
    party_name: str
    place: int | None = Field(description="in the queue, from 1; null for who is out of it since an offer lapsed")
    why_no_offer: list[WhyView] = Field(description="what stands in the way, or that nobody has offered yet")
    offers: list[OfferView] = Field(description="that it had, in the order in which they were made")


class OfferedView(BaseModel):
    application: str
    party: str
    party_name: str
    offered_until: date | None
    offers: list[OfferView]


class WaitingListView(BaseModel):
    programme: str
    places: int | None = Field(description="that the programme has; null: as many as are accepted")
    accepted: int
    offered: int
    taken: int = Field(description="accepted or offered; never more than there are places")
    free: int | None = Field(description="null where the programme has no number of places")
    waiting: list[WaitingView] = Field(description="in order; last those who are out of the queue")
    offers_out: list[OfferedView] = Field(description="who has an offer, by the day to answer by")


@router.get("/programmes/{programme}/waiting-list")
async def show_waiting_list(programme: ProgrammeInPath, database: DatabaseOf, _: Administrator) -> WaitingListView:
    """Show a programme's places, and who waits for one: in order, and why each has no offer (R2)."""
    async with database.reading() as connection:
        return await _shown(connection, programme)


@router.put(
    "/programmes/{programme}/waiting-list", operation_id="order_waiting_list", dependencies=[if_match(WaitingList)]
)
async def order(programme: ProgrammeInPath, body: Order, database: DatabaseOf, key: Administrator) -> WaitingListView:
    """Put the waiting list in order, as a whole (R2)."""
    await order_waiting_list(database, programme, body.applications, by=key.name)
    async with database.reading() as connection:
        return await _shown(connection, programme)


@router.post("/applications/{application}/offer", operation_id="offer_place", dependencies=[if_match(Application)])
async def offer(application: IdInPath, body: NewOffer, database: DatabaseOf, key: Administrator) -> ApplicationView:
    """Offer a free place to who waits, normally to the first in the queue (R2)."""
    return await view(database, await offer_place(database, application, **vars(body), by=key.name))


@router.post(
    "/applications/{application}/offer/acceptance", operation_id="accept_offer", dependencies=[if_match(Application)]
)
async def accept(application: IdInPath, database: DatabaseOf, key: Administrator) -> ApplicationView:
    """Record that the party says yes to its offer: it is accepted (R2)."""
    return await view(database, await accept_offer(database, application, by=key.name))


@router.post(
    "/applications/{application}/offer/refusal", operation_id="refuse_offer", dependencies=[if_match(Application)]
)
async def refuse(
    application: IdInPath, database: DatabaseOf, key: Administrator, body: Refusal | None = None
) -> ApplicationView:
    """Record that the party says no to its offer: its application is withdrawn (R2)."""
    reason = body.reason if body else None
    return await view(database, await refuse_offer(database, application, reason, by=key.name))


async def _shown(connection: AsyncConnection, code: str) -> WaitingListView:
    programme = await programmes.get(connection, code)
    places = await programmes.places_of(connection, programme)
    found = {it.application.id: it for it in await applications.shown_waiting(connection, code)}
    standing = await applications.waiting(connection, code)
    made = await offers.of(connection, list(found))
    today = await clock.today(connection)

    def why(it: Application) -> list[Why]:
        last = found[it.id].assessment
        return why_no_offer(it, last, made[it.id], standing=standing, programme=programme, places=places, today=today)

    waiting = [
        _waiting(found[it.id], made[it.id], standing.place_of(it), why(it))
        for it in (*standing.queue, *standing.out_of_queue)
    ]
    out = [it for it in found.values() if it.application.state == "offered"]
    out.sort(key=lambda it: (it.application.offered_until or date.max, it.application.id))
    shown = WaitingListView(
        programme=code,
        places=places.places,
        accepted=places.accepted,
        offered=places.offered,
        taken=places.taken,
        free=places.free,
        waiting=waiting,
        offers_out=[_offered(it, made[it.application.id]) for it in out],
    )
    return tagged(standing, shown)


def _waiting(it: Shown, made: Sequence[Offer], place: int | None, why: Sequence[Why]) -> WaitingView:
    return WaitingView(
        application=it.application.id,
        party=it.application.party,
        party_name=it.party_name,
        place=place,
        why_no_offer=[WhyView(code=one.reason, text=one.text) for one in why],
        offers=[OfferView(**vars(one)) for one in made],
    )


def _offered(it: Shown, made: Sequence[Offer]) -> OfferedView:
    return OfferedView(
        application=it.application.id,
        party=it.application.party,
        party_name=it.party_name,
        offered_until=it.application.offered_until,
        offers=[OfferView(**vars(one)) for one in made],
    )
