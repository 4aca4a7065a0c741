"""What of the fee is due for an agreement (B2, B3, B5)."""

from __future__ import annotations

from services.billing.documents.domain.agreement import Agreement
from services.billing.occasions.domain.deliveries import Delivery, Occasions


def makes_due(delivery: Delivery, agreement: Agreement) -> bool:
    """Whether a delivery makes its instalment due to an agreement: signed, and in force after the delivery's last day (B3).

    It does not matter when it was signed: who signs late owes what fell due before (B5).
    """
    if agreement.signed_on is None:
        return False
    return agreement.ends_on is None or agreement.ends_on > delivery.last_day


def due(agreement: Agreement, occasions: Occasions) -> dict[int, Delivery]:
    """By instalment, the earliest delivery that makes it due."""
    found: dict[int, Delivery] = {}
    for delivery in occasions.deliveries:
        if makes_due(delivery, agreement):
            found.setdefault(delivery.instalment, delivery)  # deliveries come earliest first
    return found
