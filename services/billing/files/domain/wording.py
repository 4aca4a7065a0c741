"""What a document says besides its content, in the language form in which it was issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.billing.documents.domain.content import Content
from services.billing.documents.domain.series import Kind
from services.billing.documents.domain.wording import is_nynorsk, not_registered_for_vat

Language = Literal["nb", "nn"]

# Why an invoice is taken back, by the credit note's reason.
REASONS: dict[Language, dict[str, str]] = {
    "nb": {
        "agreement_ended": "Avtalen gjaldt ikke lenger den dagen raten ble fakturert for.",
        "completion_revoked": "Registreringen av samlingen som gjennomført er trukket tilbake.",
        "release_withdrawn": "Faktureringen av raten er trukket tilbake.",
        "instalment_waived": "Raten er ettergitt og skal ikke betales.",
        "wrong_reference": "Fakturaen hadde feil referanse.",
        "wrong_buyer": "Fakturaen var stilt til feil kjøper.",
        "mistake": "Fakturaen var feil.",
    },
    "nn": {
        "agreement_ended": "Avtala gjaldt ikkje lenger den dagen raten vart fakturert for.",
        "completion_revoked": "Registreringa av samlinga som gjennomført er trekt tilbake.",
        "release_withdrawn": "Faktureringa av raten er trekt tilbake.",
        "instalment_waived": "Raten er ettergitt og skal ikkje betalast.",
        "wrong_reference": "Fakturaen hadde feil referanse.",
        "wrong_buyer": "Fakturaen var stila til feil kjøpar.",
        "mistake": "Fakturaen var feil.",
    },
}


def language_of(it: Content) -> Language:
    return "nn" if is_nynorsk(it.delivered) else "nb"


def why_credited(it: Content) -> str:
    """Why a credit note takes its invoice back. Empty for an invoice, and for a reason that is not known here."""
    return REASONS[language_of(it)].get(it.reason or "", "")


def why_no_vat(it: Content) -> str:
    """Why the amount carries no VAT; that the seller is not registered (A7), where an old content does not say it."""
    return it.no_vat_because or not_registered_for_vat("nynorsk" if is_nynorsk(it.delivered) else "bokmål")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of a document on paper."""

    invoice: str
    credit_note: str
    number: dict[Kind, str]
    issued_on: dict[Kind, str]
    due_on: str
    payer_reference: str
    order_reference: str
    accounting_cost: str
    delivered: str
    amount: str
    time: str
    place: str
    vat: str
    to_pay: str
    credited: str
    account: str
    kid: str
    takes_back: str
    takes_back_undated: str
    nothing_to_pay: str
    organisation_number: str
    ask: str
    attached: str


WORDS: dict[Language, Words] = {
    "nb": Words(
        invoice="Faktura",
        credit_note="Kreditnota",
        number={"invoice": "Fakturanummer", "credit_note": "Kreditnotanummer"},
        issued_on={"invoice": "Fakturadato", "credit_note": "Dato"},
        due_on="Forfallsdato",
        payer_reference="Deres referanse",
        order_reference="Deres bestilling",
        accounting_cost="Kontering",
        delivered="Beskrivelse",
        amount="Beløp",
        time="Levert",
        place="Sted",
        vat="Merverdiavgift",
        to_pay="Å betale",
        credited="Kreditert beløp",
        account="Kontonummer",
        kid="KID",
        takes_back="Krediterer i sin helhet faktura {called} av {day}.",
        takes_back_undated="Krediterer i sin helhet faktura {called}.",
        nothing_to_pay="Er fakturaen ikke betalt, skal den ikke betales. Er den betalt, betales beløpet tilbake.",
        organisation_number="Org.nr.",
        ask="Spørsmål om dokumentet",
        attached="Samme dokument som EHF",
    ),
    "nn": Words(
        invoice="Faktura",
        credit_note="Kreditnota",
        number={"invoice": "Fakturanummer", "credit_note": "Kreditnotanummer"},
        issued_on={"invoice": "Fakturadato", "credit_note": "Dato"},
        due_on="Forfallsdato",
        payer_reference="Dykkar referanse",
        order_reference="Dykkar bestilling",
        accounting_cost="Kontering",
        delivered="Skildring",
        amount="Beløp",
        time="Levert",
        place="Stad",
        vat="Meirverdiavgift",
        to_pay="Å betale",
        credited="Kreditert beløp",
        account="Kontonummer",
        kid="KID",
        takes_back="Krediterer i sin heilskap faktura {called} av {day}.",
        takes_back_undated="Krediterer i sin heilskap faktura {called}.",
        nothing_to_pay="Er fakturaen ikkje betalt, skal han ikkje betalast. Er han betalt, blir beløpet betalt tilbake.",
        organisation_number="Org.nr.",
        ask="Spørsmål om dokumentet",
        attached="Det same dokumentet som EHF",
    ),
}
