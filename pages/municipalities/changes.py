"""The forms of a party's page: what each asks the API for, and what is said when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pages.frame.api import segment
from pages.frame.forms import body_of

Values = Mapping[str, str]

GROUP = "/registration/programmes/{programme}/groups/{party}"
PARTICIPANT = GROUP + "/participants/{it}"
AGREEMENT = "/registration/agreements/{agreement}"
AGREEMENT_ID = "agreement"  # a hidden field: what is refused of it has no place in a form
OF_OWNER, ALONE = "represents_school_owner", "without_advisor"  # ticks
CONTACT = ("name", "email", "phone")
SIGNATORIES = ("council_director", "municipal_director", "head_of_culture_school", "leader")
ADDRESS = ("address.street", "address.postal_code", "address.city")
FINDING = "findings."  # what a concern may name: a tick's name begins with it
JOINED_BEFORE = "was"  # a hidden field: the day on which a participant joined, as it is known
OF_SIGNATORIES = [f"signatories.{role}.{it}" for role in SIGNATORIES for it in CONTACT]


@dataclass(frozen=True, kw_only=True)
class Change:
    """`path` is the API's: with the page's programme and party, what of a list it is about (`it`), and fields of the form.

    `day` is the field with a day that goes with the path.
    """

    method: str = "POST"
    path: str
    body: Callable[[Values], Any] = lambda _: None
    day: str = ""
    said: str
    foresees: Callable[[Values], Mapping[str, str]] | None = None  # the change as billing is asked what it would send


def _of(*names: str, **how: Any) -> Callable[[Values], Any]:
    return lambda values: body_of(values, *names, **how)


def _facts(values: Values) -> dict[str, Any]:
    return body_of(
        values,
        *("name", "official_name", "municipality_number", "county", "language_form", "takes_invoices_by"),
        *("by_mail_if_refused", "invoice_endpoint", "invoice_email"),
        *ADDRESS,
        ticks=("by_mail_if_refused",),
        nulls=("official_name", "county", "invoice_endpoint", "invoice_email"),
        required=("name", "municipality_number", "language_form", "takes_invoices_by", *ADDRESS),
    )


def _participant(values: Values) -> dict[str, Any]:
    """The day that is known stays known."""
    required = ("joined_on",) if values.get(JOINED_BEFORE) else ()
    names = ("role", "represents_school_owner", "joined_on")
    return body_of(values, *names, ticks=(OF_OWNER,), nulls=("role",), required=required)


def _agreement(values: Values) -> dict[str, Any]:
    """Of those who sign, the ones that the form has."""
    body = body_of(
        values,
        *("party", "period_start", "period_end", "without_advisor"),
        *(it for it in OF_SIGNATORIES if it in values),
        ticks=(ALONE,),
    )
    asked: dict[str, Any] = {
        it.split(".")[1]: {} for it in OF_SIGNATORIES if it in values
    }  # for each, though all of it is empty
    return body | {"signatories": asked | body.get("signatories", {})}


OPTIONAL = ("order_reference", "accounting_cost")  # of what the payer wants on its invoices


def _amendment(values: Values) -> dict[str, Any]:
    names = ("payer_reference", *OPTIONAL, "period_start", "period_end", *OF_SIGNATORIES)
    return body_of(
        values,
        *(it for it in names if it in values),
        nulls=OPTIONAL,
        required=[it for it in names if not it.endswith(".phone") and it not in OPTIONAL],
    )


def _concern(values: Values) -> dict[str, Any]:
    """With the findings that are ticked, by their codes."""
    named = [name.removeprefix(FINDING) for name, value in values.items() if name.startswith(FINDING) and value]
    return body_of(values, "raised_by", "description", "raised_on") | ({"findings": named} if named else {})


def _an_end(values: Values) -> Mapping[str, str]:
    return {"agreement": values.get(AGREEMENT_ID, ""), "ends_on": values.get("ends_on", "").strip()}


def _a_waiver(values: Values) -> Mapping[str, str]:
    return {"agreement": values.get(AGREEMENT_ID, ""), "waived": values.get("instalment", "").strip()}


CHANGES = {
    "fakta": Change(method="PATCH", path="/registration/parties/{party}", body=_facts, said="fakta-endret"),
    "deltaker": Change(
        path=GROUP + "/participants",
        body=_of(*CONTACT, "role", "represents_school_owner", "on", ticks=(OF_OWNER,)),
        said="deltaker-lagt-til",
    ),
    "rett-deltaker": Change(
        method="PATCH",
        path=PARTICIPANT,
        body=_participant,
        said="deltaker-rettet",
    ),
    "bytt-deltaker": Change(path=PARTICIPANT + "/successor", body=_of(*CONTACT, "role", "on"), said="deltaker-byttet"),
    "fjern-deltaker": Change(method="DELETE", path=PARTICIPANT, day="on", said="deltaker-fjernet"),
    "koordinator": Change(path=GROUP + "/coordinator", body=_of("participant", "on"), said="koordinator-valgt"),
    "veileder": Change(path=GROUP + "/advisor", body=_of("advisor", "on"), said="veileder-knyttet"),
    "uten-veileder": Change(method="DELETE", path=GROUP + "/advisor", day="on", said="veileder-fjernet"),
    "kontaktliste": Change(
        path="/registration/programmes/{programme}/contact-lists", body=_of("party"), said="kontaktliste-sendt"
    ),
    "send-avtale": Change(path="/registration/programmes/{programme}/agreements", body=_agreement, said="avtale-sendt"),
    "endre-avtale": Change(method="PATCH", path=AGREEMENT, body=_amendment, said="avtale-endret"),
    "bytt-signatar": Change(method="PATCH", path=AGREEMENT, body=_amendment, said="signatar-byttet"),
    "kall-tilbake": Change(method="DELETE", path=AGREEMENT, said="avtale-kalt-tilbake"),
    "signer": Change(
        path=AGREEMENT + "/signatures",
        body=_of("signatory", "place", "signed_on", "fingerprint"),
        said="signatur-registrert",
    ),
    "rett-signatur": Change(
        method="PUT", path=AGREEMENT + "/signatures/{it}", body=_of("place", "signed_on"), said="signatur-rettet"
    ),
    "fjern-signatur": Change(method="DELETE", path=AGREEMENT + "/signatures/{it}", said="signatur-fjernet"),
    "avslutt": Change(
        path=AGREEMENT + "/end", body=_of("ends_on", "reason"), said="avtale-avsluttet", foresees=_an_end
    ),
    "si-opp": Change(
        path=AGREEMENT + "/termination",
        body=_of("concern", "ends_on", "note"),
        said="avtale-sagt-opp",
        foresees=_an_end,
    ),
    "gjelder-likevel": Change(path=AGREEMENT + "/end-taken-back", body=_of("reason"), said="avtale-gjelder-likevel"),
    "viderefor": Change(path=AGREEMENT + "/successor", body=_of("party"), said="avtale-viderefort"),
    "meld-bekymring": Change(path=AGREEMENT + "/concerns", body=_concern, said="bekymring-meldt"),
    "avklar-bekymring": Change(
        path="/registration/concerns/{it}/resolution", body=_of("note"), said="bekymring-avklart"
    ),
    "ettergi": Change(
        path="/billing/agreements/{agreement}/waivers",
        body=_of("instalment", "reason", ints=("instalment",)),
        said="rate-ettergitt",
        foresees=_a_waiver,
    ),
    "angre-ettergivelse": Change(path="/billing/waivers/{it}/withdrawal", said="ettergivelse-angret"),
}


def path_of(change: Change, programme: str, party: str, it: str, values: Values) -> str:
    """The API's path, with all that was given as one part each."""
    given = {"programme": programme, "party": party, "it": it, "agreement": values.get(AGREEMENT_ID, "")}
    path = change.path.format_map({name: segment(value) or "-" for name, value in given.items()})
    day = values.get(change.day, "").strip() if change.day else ""
    return f"{path}?{change.day}={segment(day)}" if day else path
