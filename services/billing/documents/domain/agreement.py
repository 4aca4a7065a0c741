"""Who is invoiced: the agreement, its payer and its programme, as billing knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Programme:
    code: str
    name: str
    days_to_pay: int  # from the day of issue until the due day


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who pays, as an invoice names it."""

    organisation_number: str
    name: str
    street: str
    postal_code: str
    city: str
    language_form: str
    endpoint: str | None = None  # where its EHF go; none: to its organisation number


@dataclass(frozen=True, kw_only=True)
class Agreement:
    id: str
    event_id: str  # the newest news of it
    party: str  # organisation number
    buyer: Buyer | None  # none until the party is known
    fee_ore: int
    payer_reference: str
    order_reference: str | None = None
    accounting_cost: str | None = None
    signed_on: date | None
    ends_on: date | None  # the first day on which it is no longer in force
