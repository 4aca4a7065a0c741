"""What would be issued and credited if something were changed, asked beforehand (B5)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from services.billing.approvals.admin_api import HeldView
from services.billing.documents.admin_api import SettingsOf
from services.billing.documents.domain.credit_note import CreditReason
from services.billing.instalments.domain import changes
from services.billing.instalments.domain.unbilled import Why
from services.billing.instalments.use_cases.foresee import Change, Foresight, foresee
from shared.web.api import AN_ID, PARTY_NAME, DatabaseOf, Day, ProgrammeInPath, Reader, View, Words
from shared.web.declined import fault

router = APIRouter(tags=["preview"])

# Each change by the parameters that name it, in their order here.
CHANGES: dict[tuple[str, ...], Callable[..., changes.Supposed]] = {
    ("completed",): changes.completed,
    ("revoked",): changes.revoked,
    ("agreement", "ends_on"): changes.ended,
    ("released", "effective_on"): changes.released,
    ("credited",): changes.credited,
    ("agreement", "waived"): changes.waived,
}
ONE_OF = "x-one-of"  # in the OpenAPI document, which has no word of its own for it
ONE_CHANGE = f"say one change: {', '.join(' with '.join(names) for names in CHANGES)}"


class IssuedView(View):
    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int
    amount_ore: int


class CreditedView(IssuedView):
    invoice: int = Field(description="the number of the invoice")
    document_number: str | None = Field(description="what the invoice is called; null before there was such a number")
    reason: CreditReason | None = Field(description="null for the one that is credited by hand: that says why")


class UndoneView(View):
    """Due and not issued, or wrong and not credited."""

    party: str
    party_name: str | None = Field(description=PARTY_NAME)
    agreement: str
    instalment: int | None = Field(description="null: all of the agreement")
    why: Why
    explanation: Words = Field(description="in Norwegian")


class WaitsView(View):
    documents: int = Field(description="how many invoices and credit notes")
    why: Words | None = Field(description="in Norwegian; null where nothing would wait")
    held: list[HeldView]


class SessionSeenView(View):
    """A joint session as billing has heard of it: whoever knows a newer version waits until billing does."""

    id: str
    version: int
    state: str


class PreviewView(View):
    programme: str
    invoices: int = Field(description="that would be issued at once")
    credit_notes: int = Field(description="that would be issued at once")
    total_ore: int = Field(description="what would be issued at once less what would be credited; it may be negative")
    nothing_because: Words | None = Field(
        description="why nothing can follow from the change, in Norwegian: it is made already, or its session carries no instalment"
    )
    issued: list[IssuedView]
    credited: list[CreditedView]
    set_aside: list[UndoneView] = Field(description="what stays undone of what is looked at then, and why")
    waits: WaitsView = Field(description="what would wait for an approval; no part of the figures")
    sessions: list[SessionSeenView] = Field(description="the programme's joint sessions, in order of time")


async def change_in_query(
    *,
    completed: Annotated[
        str | None, Query(max_length=40, description="a joint session is completed", examples=[AN_ID])
    ] = None,
    revoked: Annotated[
        str | None, Query(max_length=40, description="the completion of a joint session is revoked", examples=[AN_ID])
    ] = None,
    agreement: Annotated[
        str | None, Query(max_length=40, description="the one that ends, or is let off", examples=[AN_ID])
    ] = None,
    ends_on: Annotated[
        Day | None,
        Query(description="the agreement ends: the first day on which it is not in force", examples=["2025-03-01"]),
    ] = None,
    released: Annotated[
        int | None, Query(ge=1, le=3, description="an instalment is released by hand", examples=[3])
    ] = None,
    effective_on: Annotated[
        Day | None, Query(description="when what is released counts as delivered", examples=["2024-09-30"])
    ] = None,
    credited: Annotated[
        int | None, Query(ge=1, le=999_999, description="an invoice, by its number, is credited by hand", examples=[1])
    ] = None,
    waived: Annotated[
        int | None, Query(ge=1, le=3, description="an instalment that the agreement is let off", examples=[1])
    ] = None,
) -> Change:
    """The one change that is asked about. Raises RequestValidationError where none is, or more than one."""
    every: dict[str, Any] = {
        "completed": completed,
        "revoked": revoked,
        "agreement": agreement,
        "ends_on": ends_on,
        "released": released,
        "effective_on": effective_on,
        "credited": credited,
        "waived": waived,
    }
    given = {name: it for name, it in every.items() if it is not None}
    rule = CHANGES.get(tuple(given))
    if rule is None:
        if lacking := _lacking(given):
            raise RequestValidationError([fault("query", it, msg="it is missing", code="missing") for it in lacking])
        one = [fault("query", it, msg=ONE_CHANGE, code="one_change_at_a_time") for it in given or every]
        raise RequestValidationError(one)
    return lambda facts: rule(facts, *given.values())


def _lacking(given: Collection[str]) -> list[str]:
    """What is missing of the only change that can be meant."""
    lacking = [[name for name in names if name not in given] for names in CHANGES if given and set(given) < set(names)]
    return lacking[0] if len(lacking) == 1 else []


ChangeInQuery = Annotated[Change, Depends(change_in_query)]


@router.get("/programmes/{programme}/preview", openapi_extra={ONE_OF: [list(names) for names in CHANGES]})
async def show_preview(
    programme: ProgrammeInPath, change: ChangeInQuery, database: DatabaseOf, settings: SettingsOf, _: Reader
) -> PreviewView:
    """Show what would be issued and credited if one thing were changed, without changing it (B5).

    The change is exactly one of `completed`, `revoked`, `agreement` with `ends_on`, `released` with `effective_on`, `credited`, and
    `agreement` with `waived`. What is shown holds as long as billing hears of nothing else first, and what would refuse the change refuses
    the preview, as far as billing knows of it.
    """
    return _shown(programme, await foresee(database, programme, change, approve_above=settings.approve_above))


def _shown(programme: str, it: Foresight) -> PreviewView:
    found = it.preview
    credits = [(credit.invoice, credit.reason) for credit in found.credit]
    by_hand = [(found.by_hand, None)] if found.by_hand else []
    return PreviewView(
        programme=programme,
        invoices=found.invoices,
        credit_notes=found.credit_notes,
        total_ore=found.total_ore,
        nothing_because=it.nothing,
        issued=[
            IssuedView(**it.whose(claim.agreement.id), instalment=claim.instalment, amount_ore=claim.amount_ore)
            for claim in found.issue
        ],
        credited=[
            CreditedView(
                **it.whose(invoice.agreement),
                instalment=invoice.instalment,
                amount_ore=invoice.amount_ore,
                invoice=invoice.number,
                document_number=invoice.document_number,
                reason=reason,
            )
            for invoice, reason in (*by_hand, *credits)
        ],
        set_aside=[
            UndoneView(
                **it.whose(left.agreement.id),
                instalment=left.instalment,
                why=left.why,
                explanation=left.explanation,
            )
            for left in found.left
        ],
        waits=WaitsView(
            documents=sum(held.documents for held in found.held),
            why=found.held_because,
            held=[HeldView.model_validate(vars(held) | it.whose(held.agreement)) for held in found.held],
        ),
        sessions=[SessionSeenView.model_validate(session) for session in it.sessions],
    )
