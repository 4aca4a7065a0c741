"""Why there is no VAT, as a Norwegian reads it."""

from __future__ import annotations


def not_registered_for_vat(language_form: str) -> str:
    """Why an amount carries no VAT (A7)."""
    if language_form == "nynorsk":
        return "Seljaren er ikkje registrert i Meirverdiavgiftsregisteret."
    return "Selgeren er ikke registrert i Merverdiavgiftsregisteret."
