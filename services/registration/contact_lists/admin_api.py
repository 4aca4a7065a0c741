"""Contact lists: when each party's was exchanged, what it lacks, and exchanging it now."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.registration.contact_lists import repository as contact_lists
from services.registration.contact_lists.domain.contact_list import lacking
from services.registration.contact_lists.repository import Listed
from services.registration.contact_lists.use_cases.exchange_contact_lists import exchange_contact_lists
from services.registration.programmes import repository as programmes
from shared.contracts.envelope import OrganisationNumber
from shared.web.api import (
    PARTY_NAME,
    Administrator,
    After,
    Body,
    DatabaseOf,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInPath,
    Reader,
    View,
    example,
    page_of,
)

router = APIRouter(prefix="/registration", tags=["contact lists"])


class ContactListView(BaseModel):
    programme: str
    party: str
    party_name: str = Field(description=PARTY_NAME)
    version: int = Field(description="0: nothing was told of it")
    exchanged_on: date | None = Field(description="last; null: not yet")
    complete: bool = Field(description="whether it lacked nothing when it was exchanged, or asked for, last")
    asked_before: int | None = Field(
        description="how many days before the period what it lacks was asked for last; null: not"
    )
    missing_codes: list[str] = Field(description="what it lacks now, by codes, as those of refusals")


class Exchange(Body):
    """That of a party, or of all whose agreement was sent and stands."""

    model_config = example(party="921221967")

    party: OrganisationNumber | None = Field(None, description="whose alone")


class ExchangedView(View):
    exchanged: int = Field(description="how many are sent to the party's contact person and its advisor")
    unchanged: int = Field(description="how many were exchanged today already, and are the same")


@router.get("/programmes/{programme}/contact-lists")
async def list_contact_lists(
    programme: ProgrammeInPath,
    database: DatabaseOf,
    _: Reader,
    *,
    party: PartyInQuery = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[ContactListView]:
    """List the contact lists of those who take part, by organisation number (R7): when each was exchanged, and what it lacks."""
    async with database.reading() as connection:
        opened = await programmes.get(connection, programme)
        found = await contact_lists.of_programme(connection, programme, party=party, after=after, limit=limit + 1)
    return page_of([_view(it, opened.contact_person) for it in found], limit, lambda it: it.party)


@router.post("/programmes/{programme}/contact-lists", operation_id="exchange_contact_lists")
async def exchange(
    programme: ProgrammeInPath, database: DatabaseOf, key: Administrator, which: Exchange | None = None
) -> ExchangedView:
    """Exchange contact lists now: each party's contact person and its advisor get the council's contacts and the party's group (A8).

    The same again on the same day changes nothing, unless somebody has changed since.
    """
    party = which.party if which else None
    return ExchangedView.model_validate(await exchange_contact_lists(database, programme, party, by=key.name))


def _view(it: Listed, contact_person: str | None) -> ContactListView:
    told = {name: getattr(it.list, name) for name in ("version", "exchanged_on", "complete", "asked_before")}
    return ContactListView(
        programme=it.list.programme,
        party=it.list.party,
        party_name=it.group.party_name,
        missing_codes=lacking(it.group.group, contact_person),
        **told,
    )
