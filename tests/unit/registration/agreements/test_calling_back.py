from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.registration.agreements.domain.amending import Changes, amended
from services.registration.agreements.domain.calling_back import called_back
from services.registration.agreements.domain.ending import ended
from services.registration.agreements.domain.signing import signed
from shared.errors import Conflict
from tests.unit.registration.agreements.samples import SENT, SIGNED, TODAY

HALF_SIGNED = signed(SENT, "municipal_director", "Molde", date(2024, 8, 15), TODAY)


def test_an_agreement_is_called_back_while_nobody_has_signed() -> None:
    it = called_back(SENT, TODAY)
    assert it == replace(SENT, called_back_on=TODAY)
    assert called_back(it, date(2024, 11, 1)) is it
    with pytest.raises(Conflict, match=r"R6.*municipal_director has signed, on 2024-08-15"):
        called_back(HALF_SIGNED, TODAY)


def test_a_withdrawal_calls_back_what_is_not_signed_as_a_whole() -> None:
    assert called_back(HALF_SIGNED, TODAY, is_withdrawn=True).called_back_on == TODAY
    with pytest.raises(Conflict, match=r"R6.*signed, since 2024-08-15"):
        called_back(SIGNED, TODAY, is_withdrawn=True)


def test_what_was_called_back_has_no_end() -> None:
    assert called_back(ended(SENT, TODAY, "Nei."), TODAY) == called_back(SENT, TODAY)


def test_what_was_called_back_is_neither_signed_nor_amended_nor_ended() -> None:
    it = called_back(SENT, TODAY)
    with pytest.raises(Conflict, match="called back on 2024-10-15"):
        signed(it, "council_director", "Trondheim", TODAY, TODAY)
    with pytest.raises(Conflict, match="called back on 2024-10-15"):
        amended(it, Changes(references={"payer_reference": "KS-2"}, signatories={}), TODAY)
    with pytest.raises(Conflict, match="called back on 2024-10-15"):
        ended(it, TODAY, "Nei.")
