"""The payer's reference that every later invoice needs, and what else it may ask for on it (R2, N2)."""

from __future__ import annotations

import re

from stdnum.no import fodselsnummer

from shared.errors import RuleBroken


def check_reference(reference: str, *, field: str = "payer_reference") -> None:
    """Raises RuleBroken for what may be a person's name, which has no digit (R2), or that person's national identity number: from
    events, where references stand, nothing can be erased (N2).

    It is asked where one is taken; what was taken before this was asked stays.
    """
    if any(fodselsnummer.is_valid(it) for it in _numbers(reference)):
        msg = "a national identity number is personal data, and no reference"
        raise RuleBroken(msg, code="national_identity_number", rule="N2", field=field)
    if not any(it.isdecimal() for it in reference):
        msg = "a reference has a digit"
        raise RuleBroken(msg, code="reference_without_digit", rule="R2", field=field)


def _numbers(reference: str) -> list[str]:
    """The digits between letters, without what divides them: `010107 50160` is one number."""
    return [re.sub(r"\D", "", it) for it in re.split(r"[^\W\d_]", reference)]
