"""What keeps an instalment that is due from being invoiced, looked at before any number is taken (§ 5-1-1, § 5-1-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from stdnum.no import orgnr

from services.billing.documents.domain.agreement import Agreement, Buyer
from services.billing.documents.domain.invoice import Claim, Invoice
from services.billing.instalments.domain.difference import Difference, standing
from shared.norwegian import day_in_words

Lack = Literal[
    "fee_below_what_stands",
    "fee_changed",
    "programme_unknown",
    "party_unknown",
    "organisation_number_wrong",
    "address_incomplete",
    "reference_missing",
    "place_missing",
]


class Lacking(NamedTuple):
    """One thing that an invoice lacks."""

    why: Lack
    explanation: str  # in Norwegian: what to mend, and where


OLD_FEE = "Raten faktureres når fakturaene med den gamle avgiften er kreditert."
BELOW = Lacking("fee_below_what_stands", f"Det er allerede fakturert mer enn hele avgiften som gjelder nå. {OLD_FEE}")
CHANGED = Lacking("fee_changed", f"Avgiften er endret etter at en annen rate ble fakturert. {OLD_FEE}")
NO_PROGRAMME = Lacking(
    "programme_unknown", "Programmet er ikke kjent her ennå; raten faktureres når opplysningene om det er kommet."
)
NO_PARTY = Lacking(
    "party_unknown", "Parten er ikke kjent her ennå; raten faktureres når opplysningene om den er kommet."
)


def preflight(
    agreement: Agreement, gap: Difference, issued: Sequence[Invoice], *, programme_is_known: bool
) -> dict[int, list[Lacking]]:
    """By instalment that is due and not invoiced, all that its invoice lacks; an instalment that lacks nothing is left out.

    An invoice is issued of what has all that the law asks it to say (bokføringsforskriften § 5-1-1): where it was delivered, who
    pays, and what the payer finds it by (R2). What lacks something has no number, so none is burnt; the fact that mends it has
    its agreement looked at anew. `issued` is all that was ever invoiced for the agreement, credited or not.
    """
    if gap.fee_changed is not None:
        return {n: [_other_fee(agreement, gap, issued)] for n in gap.fee_changed}
    of_all = _of_agreement(agreement, programme_is_known=programme_is_known)
    found = {claim.instalment: [*of_all, *_of_claim(claim)] for claim in gap.issue}
    return {n: lacking for n, lacking in found.items() if lacking}


def _other_fee(agreement: Agreement, gap: Difference, issued: Sequence[Invoice]) -> Lacking:
    """What stands is of another fee: one that was lowered may be less than what is invoiced already (B1)."""
    credited = {it.invoice.number for it in gap.credit}
    stands = sum(it.amount_ore for it in standing(issued).values() if it.number not in credited)
    return BELOW if stands > agreement.fee_ore else CHANGED


def _of_agreement(agreement: Agreement, *, programme_is_known: bool) -> list[Lacking]:
    """What all its invoices lack."""
    found = [] if programme_is_known else [NO_PROGRAMME]
    found += [NO_PARTY] if agreement.buyer is None else _of_buyer(agreement.buyer)
    if not agreement.payer_reference.strip():
        found.append(
            Lacking("reference_missing", "Fakturareferansen mangler: oppgi den på avtalen, på kommunens side.")
        )
    return found


def _of_buyer(buyer: Buyer) -> list[Lacking]:
    found = []
    if not (buyer.organisation_number.isdecimal() and orgnr.is_valid(buyer.organisation_number)):  # without spaces
        text = (
            f"Organisasjonsnummeret {buyer.organisation_number} er feil: det siste sifferet stemmer ikke med de andre. "
            "Registrer parten med det riktige nummeret, og før avtalen over til den."
        )
        found.append(Lacking("organisation_number_wrong", text))
    fields = {"gateadresse": buyer.street, "postnummer": buyer.postal_code, "poststed": buyer.city}
    if missing := [name for name, text in fields.items() if not text.strip()]:
        text = f"Adressen er ikke fullstendig: oppgi {', '.join(missing)} på kommunens side."
        found.append(Lacking("address_incomplete", text))
    return found


def _of_claim(claim: Claim) -> list[Lacking]:
    """A session has a place before it is completed (S3); one of before that was asked for may have none."""
    it = claim.delivery
    missing = [name for name, text in (("lokale", it.venue), ("sted", it.city)) if not (text or "").strip()]
    if not missing:
        return []
    what = " og ".join(missing)
    if it.kind == "session":
        return [
            Lacking("place_missing", f"Stedet mangler: oppgi {what} på samlingen {it.title or 'som utløste raten'}.")
        ]
    text = f"Stedet mangler: trekk frigivelsen {day_in_words(it.last_day)} tilbake, og frigi raten på nytt med {what}."
    return [Lacking("place_missing", text)]
