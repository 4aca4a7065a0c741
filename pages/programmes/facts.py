"""A programme's facts as a form has them: amounts in kroner, and in øre for the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pages.frame.api import Refused
from pages.frame.forms import Form, body_of, refused
from pages.frame.needs import Answer
from pages.frame.refusals import in_norwegian
from shared.money import kroner

# What the API calls a field, and the form, which has another unit.
FEES = {"fee_ore": "fee_kr", "county_branch_fee_ore": "county_branch_fee_kr"}
REQUIRED = ("name", "period_start", "period_end", "fee_ore", "days_to_pay")
CLEARED = (
    "county_branch_fee_ore",
    "applications_from",
    "applications_until",
    "places",
)  # said to be none where they are left empty
CONTACT = ("contact_person.name", "contact_person.email", "contact_person.phone")
OF_PROGRAMME = ("name", "period_start", "period_end", *FEES, *CLEARED[1:], "days_to_pay", *CONTACT)
LEAST, MOST = 100_000, 10_000_000  # øre; what lies outside is said to be meant (B1)
AN_AMOUNT = "Skriv et beløp i kroner, for eksempel 20 000 eller 6 666,67."
LONGEST = 20  # characters of an amount
KRONER = re.compile(r"([0-9]{1,3}(?:[ \xa0.]?[0-9]{3})*|[0-9]+)(?:,([0-9]{1,2}))?(?:[ \xa0]?kr)?")


def changes(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a change, of the fields that the form has. What must not be empty is handed on as it is, to be refused."""
    given = {**values, **{name: values[field] for name, field in FEES.items() if field in values}}
    names = [it for it in OF_PROGRAMME if it in given]
    body = body_of(given, *names, "unusual", ints=["days_to_pay", "places"], ticks=["unusual"], nulls=CLEARED)
    body |= {name: "" for name in REQUIRED if name in given and name not in body}
    return body | {name: ore(body[name]) for name in FEES if body.get(name) is not None}


def opened(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a new programme."""
    return body_of(values, "code") | changes(values)


def ore(typed: str) -> int | str:
    """Øre; what is no amount stays as it was typed, so that the API says so.

    >>> ore("20 000"), ore("20.000,5"), ore("mye")
    (2000000, 2000050, 'mye')
    """
    amount = KRONER.fullmatch(typed)
    if amount is None or len(typed) > LONGEST:
        return typed
    whole, rest = amount.groups()
    return int(re.sub(r"\D", "", whole)) * 100 + int((rest or "").ljust(2, "0"))


def shown(programme: Answer) -> dict[str, Any]:
    """What stands in the fields of the form before anything is typed."""
    contact = programme["contact_person"] or {"name": "", "email": "", "phone": ""}
    fee, of_branches = programme["fee_ore"], programme["county_branch_fee_ore"]
    return {
        **programme,
        "fee_kr": _typed(fee),
        "county_branch_fee_kr": "" if of_branches == fee else _typed(of_branches),
        "unusual": not all(LEAST <= it <= MOST for it in (fee, of_branches)),
        **{f"contact_person.{name}": contact[name] for name in ("name", "email", "phone")},
    }


def refused_form(name: str, values: Mapping[str, str], why: Refused) -> Form:
    """With what was typed; the API knows whole øre alone, so what an amount looks like is said here."""
    form = refused(name, values, _in_kroner(why), FEES)
    faults = dict(form.faults)
    for field in faults:
        typed = values.get(field, "").strip()
        if not typed and field in (*REQUIRED, *FEES.values()):
            faults[field] = in_norwegian("missing")
        elif field in FEES.values() and isinstance(ore(typed), str):
            faults[field] = AN_AMOUNT
    return replace(form, faults=faults)


NEW: dict[str, Any] = {
    **dict.fromkeys(("code", "name", "period_start", "period_end", "applications_from", "applications_until"), ""),
    **dict.fromkeys(CONTACT, ""),
    "fee_kr": "20 000",
    "county_branch_fee_kr": "",
    "days_to_pay": 30,
    "places": "",
    "unusual": False,
}


def _in_kroner(why: Refused) -> Refused:
    """What is wrong with a fee, with its limits in the unit of the form."""
    faults = []
    for it in why.faults:
        limits = it.get("values") or {}
        if it.get("field") in FEES:
            limits = {name: f"{_typed(at)} kroner" if isinstance(at, int) else at for name, at in limits.items()}
        faults.append({**it, "values": limits})
    return Refused(why.status, {**why.problem, "errors": faults})


def _typed(amount_ore: int) -> str:
    return kroner(amount_ore).removesuffix(",00").replace("\N{NO-BREAK SPACE}", " ")
