"""What the pages about applications make of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pages.frame.forms import LONGEST_NUMBER, body_of

QUESTIONS = ("development_as_whole", "development_area", "dialogue_with_branch")  # R2
STATES = ("received", "waiting_list", "offered", "accepted", "declined", "withdrawn")  # as the page shows them
LAST = 1_000_000  # a place after all others
VERDICTS = {"ja": True, "nei": False}
AREA = "development_area"
CONTACT = ("contact_person.name", "contact_person.email", "contact_person.phone")


def by_state(applications: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The applications of each state, in the order in which they came in."""
    found: dict[str, list[Mapping[str, Any]]] = {state: [] for state in STATES}
    for it in applications:
        found.setdefault(it["state"], []).append(it)
    return found


def who_can_apply(
    parties: Iterable[Mapping[str, Any]], applications: Iterable[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """The parties without an application, or with one that is withdrawn: organisation number and name, by name."""
    apply = {it["party"] for it in applications if it["state"] != "withdrawn"}
    return parties_to_choose(it for it in parties if it["organisation_number"] not in apply)


def parties_to_choose(parties: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = [(it["organisation_number"], f"{it['name']} ({it['organisation_number']})") for it in parties]
    return sorted(found, key=lambda it: it[1].casefold())


def not_met(application: Mapping[str, Any]) -> list[str]:
    """The questions whose criterion is not met."""
    assessment = application["assessment"] or {}
    return [it for it in QUESTIONS if it in assessment and not assessment[it]["met"]]


def can_be_assessed(application: Mapping[str, Any], agreements: Sequence[Mapping[str, Any]]) -> bool:
    """The first time, or anew until an agreement is sent (R2)."""
    return application["state"] != "withdrawn" and not any(it["state"] != "called_back" for it in agreements)


def can_be_withdrawn(application: Mapping[str, Any], agreements: Sequence[Mapping[str, Any]]) -> bool:
    """Until the agreement is signed (R2). Who has an offer says no to that."""
    return application["state"] not in ("withdrawn", "offered") and not any(
        it["state"] in ("signed", "ended") for it in agreements
    )


def in_order(waiting: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> list[str]:
    """The waiting list's applications by the places that were typed; without one they are left out.

    Of two with the same place the one stands there that was moved to it: before the other where it moved up, else after it.
    """
    typed = []
    for it in waiting:
        value = values.get(f"plass.{it['application']}", "").strip()
        if value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER:
            before = it["place"] or LAST
            typed.append((int(value), (int(value) > before) - (int(value) < before), before, it["application"]))
    return [application for _, _, _, application in sorted(typed)]


def offered(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of an offer."""
    ticks = [it for it in ("out_of_turn", "in_spite_of_criteria") if it in values]
    return body_of(values, "answer_by", *ticks, "reason", ticks=ticks)


def of_list(application: Mapping[str, Any], standing: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the waiting list says of an application that waits, or has an offer."""
    both = (*standing["waiting"], *standing["offers_out"])
    return next((it for it in both if it["application"] == application["id"]), {})


def received(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a new application. What is empty as a whole stays, so that the API asks for each of its fields."""
    return {"answers": {}, "contact_person": {}} | body_of(
        values, "party", *(f"answers.{it}" for it in QUESTIONS), *CONTACT, "payer_reference", AREA
    )


def changed(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a change: of what can be changed by now, which is what the form had."""
    names = (*(f"answers.{it}" for it in QUESTIONS), *CONTACT, "payer_reference", AREA)
    required = [it for it in names if it not in ("contact_person.phone", AREA)]
    return body_of(values, *(it for it in names if it in values), required=required, nulls=(AREA,))


def assessed(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of an assessment. A verdict that nobody gave is left out, so that the API asks for it."""
    given = body_of(
        values,
        *(f"{it}.{part}" for it in QUESTIONS for part in ("met", "reason")),
        "outcome",
        "in_spite_of_criteria",
        "reason",
        ticks=("in_spite_of_criteria",),
    )
    for it in QUESTIONS:
        verdict = given.setdefault(it, {})
        if "met" in verdict:
            verdict["met"] = VERDICTS.get(verdict["met"], verdict["met"])
    return given


def party(values: Mapping[str, str]) -> dict[str, Any]:
    """The body of a new party."""
    return {"address": {}} | body_of(
        values,
        "organisation_number",
        "kind",
        "municipality_number",
        "county",
        "name",
        "official_name",
        "language_form",
        "address.street",
        "address.postal_code",
        "address.city",
        "takes_invoices_by",
    )
