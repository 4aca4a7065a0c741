"""What a document says in words, as a Norwegian reads it."""

from __future__ import annotations

FEE, FEE_IN_NYNORSK = "Deltakeravgift", "Deltakaravgift"


def fee(language_form: str) -> str:
    """What the fee is called, with which a document says what was delivered."""
    return FEE_IN_NYNORSK if language_form == "nynorsk" else FEE


def is_nynorsk(delivered: str) -> bool:
    """Whether a document is in nynorsk, by what it says was delivered: it names no language form.

    >>> is_nynorsk(fee("nynorsk") + " Framtidas kulturskule, rate 1 av 3")
    True
    """
    return delivered.startswith(FEE_IN_NYNORSK)


def not_registered_for_vat(language_form: str) -> str:
    """Why an amount carries no VAT (A7)."""
    if language_form == "nynorsk":
        return "Seljaren er ikkje registrert i Meirverdiavgiftsregisteret."
    return "Selgeren er ikke registrert i Merverdiavgiftsregisteret."
