"""Municipalities × milestones, and the plan."""

from __future__ import annotations

from typing import Any

import pytest

from pages.frame.api import Refused
from pages.programmes.facts import changes, ore, refused_form, shown
from pages.programmes.milestones import Cell, Found, Table
from pages.programmes.plan import lines
from tests.unit.pages.samples import (
    CODE,
    OF_MOLDE,
    TODAY,
    agreement,
    application,
    group,
    invoice,
    session,
    unbilled,
)

SIGNED = agreement(state="signed", signed_on="2024-08-15")
VISIT = {"kind": "guidance_visit", **OF_MOLDE}
MEETING = {"kind": "contract_meeting", **OF_MOLDE, "number": None}


def table(**lists: Any) -> Table:
    of_registration = {"applications": [application()], "groups": [group()], "agreements": [SIGNED]}
    elsewhere: dict[str, Any] = {"sessions": [], "invoices": [], "unbilled": []}
    return Table(Found(code=CODE, today=TODAY, **(of_registration | elsewhere | lists)))


def cells(**lists: Any) -> dict[str, Cell]:
    found = table(**lists)
    return dict(zip(found.columns, found.rows[0].cells, strict=True))


def test_who_needs_nobody_has_nothing_coloured() -> None:
    lines_of_plan = [session(kind="guidance_visit", number=n, when={"months": ["2025-05"]}) for n in range(1, 6)]
    visits = [
        session(**VISIT, number=1, state="completed"),
        session(**VISIT, number=6, when={"months": ["2025-05"]}),
    ]
    found = cells(
        sessions=[*lines_of_plan, *visits, session(**MEETING, state="completed")],
        invoices=[invoice()],
        unbilled=[unbilled(), unbilled(instalment=3, why="waived")],
    )
    assert not [it for it in found.values() if it.is_due]
    assert {heading: it.text for heading, it in found.items()} == {
        "Søknad": "tatt opp",
        "Gruppe": "4 deltakere",
        "Veileder": "Siri Lund",
        "Avtale": "signert 15. august 2024",
        "Kontraktsmøte": "holdt",
        "Besøk": "1 av 5",
        "Rate 1": "faktura FK1-7",
        "Rate 2": "–",
        "Rate 3": "ettergitt",
    }


@pytest.mark.parametrize(
    ("column", "text", "lists"),
    [
        ("Søknad", "må vurderes", {"applications": [application(state="received")]}),
        (
            "Gruppe",
            "mangler koordinator",
            {"groups": [group(missing_codes=["coordinator_is_missing"], coordinator=None)]},
        ),
        ("Veileder", "mangler", {"groups": [group(advisor=None)]}),
        ("Avtale", "sendt 3. februar 2025, ikke signert", {"agreements": [agreement()]}),
        ("Kontraktsmøte", "19.–20. februar 2025, ikke registrert", {"sessions": [session(**MEETING)]}),
        ("Besøk", "besøk 3 er ikke registrert", {"sessions": [session(**VISIT)]}),
        ("Rate 2", "ingen samling", {"unbilled": [unbilled(why="no_session")], "sessions": [session(instalment=3)]}),
        ("Rate 2", "for sen: ikke fakturert", {"unbilled": [unbilled(is_late=True, is_pressing=True)]}),
        (
            "Rate 1",
            "faktura FK1-7, en annen avgift",
            {"invoices": [invoice()], "unbilled": [unbilled(instalment=1, why="invoiced_at_another_fee")]},
        ),
    ],
)
def test_what_needs_someone_is_coloured_and_said(column: str, text: str, lists: Any) -> None:
    found = cells(**lists)
    assert found[column].text == text
    assert [heading for heading, it in found.items() if it.is_due] == [column]


def test_an_instalment_whose_session_is_not_planned_yet_needs_nobody() -> None:
    to_come = session(instalment=1, when={"months": ["2025-05"]})
    found = cells(sessions=[to_come], unbilled=[unbilled(why="no_session"), unbilled(why="no_session", instalment=3)])
    assert (found["Rate 2"], found["Rate 3"]) == (Cell(text="ingen samling"), Cell(text="ingen samling"))


def test_an_invoice_of_before_documents_had_names_is_called_by_its_number() -> None:
    assert cells(invoices=[invoice(document_number=None)])["Rate 1"].text == "faktura 7"


def test_what_was_credited_and_is_not_due_any_more_links_to_its_credit_note() -> None:
    found = cells(invoices=[invoice(credited_by=2)])
    assert found["Rate 1"] == Cell(text="kreditert", link=f"/program/{CODE}/kreditnota/2")


def test_whose_agreement_is_over_needs_nobody() -> None:
    over = agreement(state="ended", ends_on="2025-02-21")
    lacking = group(missing_codes=["coordinator_is_missing"], coordinator=None, advisor=None)
    found = cells(agreements=[over], groups=[lacking])
    assert found["Avtale"].text == "avsluttet 21. februar 2025"
    assert not [it for it in found.values() if it.is_due]


def test_who_sees_no_applications_sees_those_who_have_a_session_or_an_invoice() -> None:
    other = {"party": "2", "party_name": None}
    found = table(applications=None, groups=None, agreements=None, invoices=[invoice(), invoice(**other)])
    assert found.columns == ["Kontraktsmøte", "Besøk", "Rate 1", "Rate 2", "Rate 3"]
    assert [it.name for it in found.rows] == ["2", "Molde"]


def test_a_service_that_is_away_leaves_its_columns_out() -> None:
    assert table(sessions=None, unbilled=None).columns == ["Søknad", "Gruppe", "Veileder", "Avtale"]


def test_municipalities_stand_in_norwegian_order_and_those_who_do_not_take_part_in_none() -> None:
    names = ("Ålesund", "Ørland", "Averøy", "Ærøy")
    applications = [application(party=name, party_name=name) for name in names]
    declined = application(party="x", state="declined")
    found = table(applications=[*applications, declined])
    assert [it.name for it in found.rows] == ["Averøy", "Ærøy", "Ørland", "Ålesund"]


def test_visits_stand_under_their_line_of_the_plan_and_meetings_under_one() -> None:
    line = session(id="line", kind="guidance_visit", title="Veiledningsbesøk 3", when={"months": ["2025-02"]})
    found = lines([session(**MEETING, id="m"), session(id="joint"), session(**VISIT, id="v"), line], TODAY)
    assert [(it.name, it.link, it.when) for it in found] == [
        ("Kontraktsmøte", "", ""),
        ("Fellessamling 3", "/samling/joint", "19.–20. februar 2025"),
        ("Veiledningsbesøk 3", "/samling/line", "februar 2025"),
    ]
    assert [it.is_due for it in found] == [False, True, False]
    assert [(it.link, it.name, it.is_due) for it in found[2].held] == [("/samling/v", "Molde", True)]
    assert (found[0].completed, len(found[0].held)) == (0, 1)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("20000", 2_000_000),
        ("20 000", 2_000_000),
        ("20\N{NO-BREAK SPACE}000 kr", 2_000_000),
        ("20.000", 2_000_000),
        ("6666,7", 666_670),
        ("0", 0),
        ("20.5", "20.5"),
        ("-5", "-5"),
        ("mye", "mye"),
        ("1" * 5000, "1" * 5000),
    ],
)
def test_kroner_are_typed_as_people_write_them(typed: str, amount: int | str) -> None:
    assert ore(typed) == amount


def test_what_branches_pay_is_typed_where_it_is_another_fee() -> None:
    programme = {"fee_ore": 2_000_000, "county_branch_fee_ore": 2_000_000, "contact_person": None}
    assert shown(programme)["county_branch_fee_kr"] == ""
    assert shown(programme | {"county_branch_fee_ore": 1_000_000})["county_branch_fee_kr"] == "10 000"


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing() -> None:
    programme = {
        "code": CODE,
        "name": "Regionalt",
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "fee_ore": 2_000_050,
        "county_branch_fee_ore": 1_000_000,
        "applications_from": None,
        "applications_until": "2024-05-01",
        "days_to_pay": 30,
        "contact_person": {"name": "Ingrid Moe", "email": "ingrid@raadet.example", "phone": "+47 900 00 003"},
    }
    in_fields = {name: "" if it is None else str(it) for name, it in shown(programme).items() if it is not False}
    assert changes(in_fields) == {name: it for name, it in programme.items() if name != "code"} | {"unusual": False}


def test_only_what_the_form_had_is_changed_and_a_required_field_that_was_emptied_is_not_left_out() -> None:
    assert changes({}) == {"unusual": False}
    emptied = changes({"name": " ", "period_end": "", "fee_kr": "", "days_to_pay": "", "county_branch_fee_kr": ""})
    assert emptied == {
        "name": "",
        "period_end": "",
        "fee_ore": "",
        "days_to_pay": "",
        "county_branch_fee_ore": None,
        "unusual": False,
    }


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        (
            {"fee_kr": "9 000 000"},
            "less_than_equal",
            "Det høyeste som godtas, er 1 000 000 kroner.",
        ),
        ({"fee_kr": ""}, "int_parsing", "Feltet må fylles ut."),
        ({}, "missing", "Feltet må fylles ut."),
        ({"fee_kr": "mye"}, "int_parsing", "Skriv et beløp i kroner, for eksempel 20 000 eller 6 666,67."),
    ],
)
def test_what_is_wrong_with_a_fee_is_said_in_kroner(values: dict[str, str], code: str, says: str) -> None:
    why = Refused(422, {"errors": [{"field": "fee_ore", "code": code, "values": {"le": 100_000_000}}]})
    assert refused_form("endre", values, why).faults == {"fee_kr": says}
