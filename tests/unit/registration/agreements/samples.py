"""An agreement as it was sent and as it was signed, and a concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.registration.agreements.domain.agreement import Agreement, Signatory
from services.registration.agreements.domain.concern import Concern

TODAY = date(2024, 10, 15)
SENT = Agreement(
    id="agreement",
    version=1,
    programme="regionalt-2024-2025",
    party="942110464",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    payer_reference="KS-5001",
    signatories=(
        Signatory(role="council_director", person="a"),
        Signatory(role="head_of_culture_school", person="b"),
        Signatory(role="municipal_director", person="c"),
    ),
)
SIGNED = replace(SENT, signed_on=date(2024, 8, 15))
CONCERN = Concern(
    id="concern",
    version=1,
    agreement="agreement",
    raised_by="council",
    description="Gruppen har ikke møtt.",
    raised_on=date(2024, 10, 10),
)
