"""A party as others hear of it: where mails about its invoices go is not told (N2)."""

from __future__ import annotations

from services.registration.parties.domain.party import Party
from shared.contracts import registration as events

UNTOLD = ("invoice_email", "invoice_email_is_lost")


def party(it: Party) -> events.Party:
    lines = ("street", "postal_code", "city")
    address = events.PostalAddress(**{name: getattr(it, name) for name in lines})
    has_email = it.invoice_email is not None or it.invoice_email_is_lost
    told = {name: value for name, value in vars(it).items() if name not in (*lines, *UNTOLD)}
    return events.Party(**told, address=address, has_invoice_email=has_email)
