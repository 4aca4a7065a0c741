"""Notifications' JSON routes: what was sent, what failed, and what waits for what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.notifications.letters import repository as mails
from services.notifications.letters.domain.kinds import KINDS
from services.notifications.letters.domain.letter import Failed, Late, Mail
from services.notifications.letters.use_cases.resend_mail import resend_mail
from services.notifications.letters.use_cases.retry_mail import retry_mail
from services.notifications.letters.use_cases.retry_mails import retry_mails
from shared.web.api import (
    A_PROGRAMME,
    AN_ID,
    PARTY_NAME,
    Administrator,
    AfterId,
    Body,
    DatabaseOf,
    Email,
    IdInPath,
    Int,
    Limit,
    Page,
    PartyInQuery,
    ProgrammeInQuery,
    Reader,
    View,
    example,
    page_of,
)
from shared.web.etags import if_match, tagged

router = APIRouter(prefix="/notifications", tags=["mails"])

State = Literal["queued", "sent", "failed"]
Kind = StrEnum("Kind", {it: it for it in KINDS})  # type: ignore[misc]  # they are made of the list


class RecipientView(BaseModel):
    """Empty where it is lost."""

    person: str | None
    name: str
    address: str


class MailView(BaseModel):
    id: str
    version: int
    kind: str
    programme: str
    party: str = Field(description="empty where it is about the programme as a whole")
    party_name: str | None = Field(description=PARTY_NAME)
    state: State
    event: str | None = Field(description="the id of the event that it is about, or")
    session: str | None = Field(description="the id of the session whose calendar entry it carries")
    made_at: datetime
    sent_at: datetime | None
    tries: int
    reply: int | None = Field(description="the SMTP code of the last refusal")
    reason: Late | None = Field(description="why it is not tried again, of one that failed")
    repeats: str | None = Field(description="the id of the mail that it is sent again as")
    recipient: RecipientView | None = Field(None, description="for who asks for it")


class FailingView(BaseModel):
    mails: list[MailView] = Field(description="one an address, by address")


class Retry(Body):
    model_config = example(address="kari.vik@molde.example")

    address: Email | None = Field(
        None, description="where it failed for a wrong one; correct the person in registration too"
    )


class Resend(Body):
    model_config = example(address="kari.vik@molde.example")

    address: Email | None = Field(
        None, description="where it goes this time; left out, to where its person is written to by now"
    )


class RetryAll(Body):
    """Those of which all holds that is given."""

    model_config = example(programme=A_PROGRAMME)

    programme: str | None = Field(None, max_length=40, description="a programme's code")
    kind: str | None = Field(None, max_length=40, description="a kind of mail")
    reply: Int | None = Field(None, ge=200, le=599, description="the SMTP code of the last refusal")


class RetriedView(View):
    queued: int = Field(description="how many are tried again")
    overtaken: int = Field(
        description="how many are not, since a later mail about the same matter has overtaken them, or the session is over"
    )
    lost: int = Field(description="how many are not, since what they said is lost")


class Summary(BaseModel):
    mails: int = Field(description="that were sent")
    failed: int
    mails_by_kind: dict[str, int] = Field(description="that were sent, by their kinds")


@router.get("/mails", responses={404: {}})
async def list_mails(
    database: DatabaseOf,
    _: Administrator,
    *,
    programme: Annotated[str | None, Query(max_length=40, examples=[A_PROGRAMME])] = None,
    state: Annotated[State | None, Query(examples=["sent"])] = None,
    party: PartyInQuery = None,
    person: Annotated[str | None, Query(max_length=40, description="a person's id", examples=[AN_ID])] = None,
    kind: Annotated[Kind | None, Query(examples=["invoice"])] = None,
    address: Annotated[Email | None, Query(description="where it went", examples=["kari.vik@molde.example"])] = None,
    with_addresses: Annotated[bool, Query(description="shows who each went to", examples=[True])] = False,
    newest_first: Annotated[bool, Query(description="the other way round", examples=[True])] = False,
    after: AfterId = None,
    limit: Limit = 50,
) -> Page[MailView]:
    """List the mails in the order in which they were made.

    Who they went to is shown to who asks for it.
    """
    wanted = {
        "programme": programme,
        "party": party,
        "person": person,
        "state": state,
        "kind": kind,
        "address": address,
    }
    async with database.reading() as connection:
        found = await mails.listed(connection, after=after, limit=limit + 1, newest_first=newest_first, **wanted)
        if not found and programme is not None:
            await mails.check_programme_is_known(connection, programme)
    return page_of([view(*it, with_addresses=with_addresses) for it in found], limit, lambda it: it.id)


@router.get("/failing-addresses")
async def show_failing_addresses(database: DatabaseOf, _: Administrator) -> FailingView:
    """Show the addresses that a mail server refuses for good, each with the last mail to it.

    Until a later mail to it was sent, or the person has another.
    """
    async with database.reading() as connection:
        found = await mails.failing(connection)
    return FailingView(mails=[view(*it, with_addresses=True) for it in found])


@router.get("/summary")
async def show_summary(database: DatabaseOf, _: Reader, programme: ProgrammeInQuery) -> Summary:
    """Show how many mails of a programme were sent, of which kinds, and how many failed."""
    async with database.reading() as connection:
        counts = await mails.count_by_state_and_kind(connection, programme)
    sent, failed = counts.get("sent", {}), counts.get("failed", {})
    return Summary(mails=sum(sent.values()), failed=sum(failed.values()), mails_by_kind=sent)


@router.post("/mails/retry", operation_id="retry_mails")
async def retry_all(database: DatabaseOf, key: Administrator, which: RetryAll | None = None) -> RetriedView:
    """Have failed mails tried again together: all, or those of a programme, of a kind or of an SMTP code."""
    found = await retry_mails(database, Failed(**vars(which or RetryAll())), by=key.name)
    return RetriedView.model_validate(found)


@router.post("/mails/{id}/retry", operation_id="retry_mail", dependencies=[if_match(Mail)])
async def retry(id: IdInPath, database: DatabaseOf, key: Administrator, given: Retry | None = None) -> MailView:
    """Have a failed mail tried again."""
    await retry_mail(database, id, address=given.address if given else None, by=key.name)
    async with database.reading() as connection:
        found = await mails.named(connection, id)
    return tagged(found.mail, view(*found))


@router.post("/mails/{id}/resend", status_code=201, operation_id="resend_mail")
async def resend(id: IdInPath, database: DatabaseOf, key: Administrator, given: Resend | None = None) -> MailView:
    """Send a mail again that was sent, to where its person is written to by now, or to another address.

    Once: what it was sent again as, is what is sent the next time. 409 for one that was sent again before, that what came
    later has overtaken, or whose session is over.
    """
    sent_again = await resend_mail(database, id, address=given.address if given else None, by=key.name)
    async with database.reading() as connection:
        found = await mails.named(connection, sent_again.id)
    return tagged(found.mail, view(*found, with_addresses=True))


def view(mail: Mail, party_name: str | None, late: Late | None, *, with_addresses: bool = False) -> MailView:
    others = ("event", "recipient", "party_name", "reason")
    return MailView(
        **{name: getattr(mail, name) for name in MailView.model_fields if name not in others},
        event=mail.event_id,
        party_name=party_name,
        reason=late,
        recipient=RecipientView(person=mail.person, name=mail.name, address=mail.address) if with_addresses else None,
    )
