"""Why an instalment is not invoiced, or not as the fee of now says (B1, B6: it can be seen at any time)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from services.billing.documents.domain.agreement import Agreement
from services.billing.documents.domain.invoice import Invoice
from services.billing.instalments.domain.difference import NOTHING_WAIVED, Waived, difference, standing
from services.billing.instalments.domain.preflight import Lack, preflight
from services.billing.occasions.domain.deliveries import Occasions
from shared.money import INSTALMENTS, split_fee
from shared.norwegian import day_in_words

Why = Literal[
    "rule_raised",
    "waived",
    "not_signed",
    "no_session",
    "session_not_completed",
    "agreement_ended",
    "invoiced_at_another_fee",
    "nothing_to_pay",
    "waits_for_approval",
    "set_aside",
    "about_to_be_issued",
    Lack,
]

OTHER_FEE = (
    "Raten er fakturert med en annen avgift enn den som gjelder nå. "
    "Krediteres fakturaen, faktureres det som gjelder nå."
)


@dataclass(frozen=True, kw_only=True)
class Unbilled:
    instalment: int
    why: Why
    explanation: str  # in Norwegian


def unbilled(
    agreement: Agreement,
    occasions: Occasions,
    issued: Sequence[Invoice],
    waived: Waived = NOTHING_WAIVED,
    *,
    programme_is_known: bool,
    held: Collection[int] = (),
    failed_with: str | None = None,
) -> list[Unbilled]:
    """Why each instalment of the agreement that has no invoice, or only credited ones, is not invoiced (B6).

    One whose invoice is of another fee than the one of now is among them: nothing takes it back by itself (B1). One whose invoice
    lacks several things is there once for each.
    `held` are its instalments of which documents wait for an approval. `failed_with` is what was raised, where all of the
    programme is set aside.
    """
    stands = standing(issued)
    try:
        gap = difference(agreement, occasions, issued, waived)
        lacking = preflight(agreement, gap, issued, programme_is_known=programme_is_known)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing is issued because of it, and that is to be seen
        return [_why(n, "rule_raised", rule_raised(error)) for n in range(1, INSTALMENTS + 1) if n not in stands]
    claimed = {claim.instalment for claim in gap.issue}
    amounts = split_fee(agreement.fee_ore)
    found = []
    for n in range(1, INSTALMENTS + 1):
        if n in stands:
            if stands[n].amount_ore != amounts[n - 1]:
                found.append(_why(n, "invoiced_at_another_fee", OTHER_FEE))
            continue
        if n in lacking:
            found += [_why(n, it.why, it.explanation) for it in lacking[n]]
        elif n in claimed and n in held:
            found.append(_why(n, "waits_for_approval", "Raten skal faktureres, men venter på godkjenning."))
        elif n in claimed:
            found.append(_owed(n, failed_with))
        else:
            found.append(_not_owed(agreement, occasions, waived, n))
    return found


def rule_raised(error: Exception) -> str:
    """What is said of an agreement for which the rule raises, in Norwegian."""
    return f"Regelen feiler for denne avtalen ({type(error).__name__}); raten faktureres ikke før det er rettet."


def _owed(n: int, failed_with: str | None) -> Unbilled:
    if failed_with is not None:
        return _why(
            n, "set_aside", f"Raten skal faktureres, men programmet er satt til side ({failed_with}); loggen sier mer."
        )
    return _why(n, "about_to_be_issued", "Raten skal faktureres; fakturaen kommer vanligvis straks.")


def _not_owed(agreement: Agreement, occasions: Occasions, waived: Waived, n: int) -> Unbilled:
    if n in waived:
        return _why(n, "waived", "Raten er ettergitt.")
    if agreement.signed_on is None:
        return _why(n, "not_signed", "Avtalen er ikke signert.")
    if split_fee(agreement.fee_ore)[n - 1] == 0:
        return _why(n, "nothing_to_pay", "Raten er på 0 kroner.")
    planned = occasions.planned(n)
    to_come = [it for it in planned if agreement.ends_on is None or (it.last_day or it.not_before) < agreement.ends_on]
    if to_come:
        explanation = " eller ".join(f"{it.title or 'Fysisk fellessamling'} ({it.planned})" for it in to_come)
        return _why(n, "session_not_completed", f"Ikke gjennomført: {explanation}.")
    if planned or any(delivery.instalment == n for delivery in occasions.deliveries):
        return _ended(agreement, n)
    explanation = "Ingen fysisk fellessamling er knyttet til raten, og den er ikke frigitt for hånd."
    return _why(n, "no_session", explanation)


def _ended(agreement: Agreement, n: int) -> Unbilled:
    end = f"fra og med {day_in_words(agreement.ends_on)}" if agreement.ends_on else "lenger"
    return _why(n, "agreement_ended", f"Avtalen gjelder ikke {end}; denne raten skal ikke betales.")


def _why(n: int, why: Why, explanation: str) -> Unbilled:
    return Unbilled(instalment=n, why=why, explanation=explanation)
