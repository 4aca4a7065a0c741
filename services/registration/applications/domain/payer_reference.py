"""The payer's reference that every later invoice needs (R2, N2)."""

from __future__ import annotations

from stdnum.no import fodselsnummer

from shared.errors import RuleBroken


def check_payer_reference(reference: str) -> None:
    """Raises RuleBroken for a national identity number: from events, where the reference stands, nothing can be erased (N2)."""
    if fodselsnummer.is_valid(reference):
        msg = "a national identity number is personal data, and no payer's reference"
        raise RuleBroken(msg, code="national_identity_number", rule="N2", field="payer_reference")
