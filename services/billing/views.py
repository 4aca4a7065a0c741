"""What billing's API answers. Amounts are in øre, days are calendar days in Norway."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.deliveries import ReleaseReason
from services.billing.domain.instalments import CreditReason
from services.billing.domain.unbilled import Why
from shared.web.api import Body


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class InvoiceView(View):
    programme: str
    number: int
    kid: str
    party: str
    agreement: str
    instalment: int
    attempt: int = Field(description="1, and one more each time the one before was credited")
    session: str | None = Field(description="what made it due: a session")
    release: str | None = Field(description="what made it due: a release by hand")
    amount_ore: int
    issued_on: date
    due_on: date
    credited_by: int | None = Field(description="the number of the credit note, if there is one")


class CreditNoteView(View):
    programme: str
    number: int
    invoice: int = Field(description="the number of the invoice that it credits in full")
    party: str
    agreement: str
    instalment: int
    attempt: int
    reason: CreditReason
    because: str = Field(description="the id of the event that made the invoice wrong")
    amount_ore: int
    issued_on: date


class NewRelease(Body):
    instalment: Annotated[int, Field(ge=1, le=3)]
    effective_on: date = Field(description="counts as a session completed on that day (B6); not in the future")
    reason: ReleaseReason


class ReleaseView(View):
    id: str
    version: int
    programme: str
    instalment: int
    effective_on: date
    reason: ReleaseReason
    withdrawn: bool


class UnbilledView(View):
    party: str
    agreement: str
    instalment: int
    why: Why
    explanation: str = Field(description="in Norwegian")


class UnbilledList(View):
    items: list[UnbilledView]


class SummaryView(View):
    invoices: int
    credit_notes: int
    total_ore: int = Field(description="what was invoiced less what was credited")
    first_number: int | None = Field(description="of the invoices")
    last_number: int | None
