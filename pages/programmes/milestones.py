"""Municipalities × milestones, of the lists of the four services: what needs someone is said in words, the rest in short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from pages.frame.needs import Answer, is_over, is_past, is_to_be_billed, is_unsigned_for_long, lacks
from pages.frame.templates import day, when
from pages.frame.words import count, in_norwegian_order, word

INSTALMENTS = (1, 2, 3)
TAKES_PART = ("received", "accepted")  # states of an application
NOT_YET = "–"
# Why an instalment that is not invoiced needs someone, or does not.
WHY = {
    "rule_raised": "kan ikke regnes ut",
    "waived": "ettergitt",
    "no_session": "ingen samling",
    "agreement_ended": "skal ikke betales",
    "fee_changed": "avgiften er endret",
    "fee_below_what_stands": "avgiften er satt ned",
    "organisation_number_wrong": "feil organisasjonsnummer",
    "address_incomplete": "adressen mangler noe",
    "reference_missing": "fakturareferansen mangler",
    "place_missing": "stedet mangler",
    "invoiced_at_another_fee": "en annen avgift",
    "nothing_to_pay": "0 kr",
    "party_unknown": "kommunen er ukjent",
    "programme_unknown": "programmet er ukjent",
    "waits_for_approval": "venter på godkjenning",
    "set_aside": "satt til side",
    "about_to_be_issued": "faktureres nå",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str
    is_due: bool = False
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    party: str
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True, kw_only=True)
class Found:
    """The lists of a programme; None for what is away, or not for the visitor to see."""

    code: str
    today: date
    applications: Sequence[Answer] | None = None
    groups: Sequence[Answer] | None = None
    agreements: Sequence[Answer] | None = None
    sessions: Sequence[Answer] | None = None
    invoices: Sequence[Answer] | None = None
    unbilled: Sequence[Answer] | None = None

    @property
    def path(self) -> str:
        return f"/program/{self.code}"


class Table:
    """The columns of which something is known, and a row for each party that takes part or has applied."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._applications = _by_party(it for it in found.applications or () if it["state"] in TAKES_PART)
        self._groups = _by_party(found.groups or ())
        self._agreements = _by_party(it for it in found.agreements or () if it["state"] != "called_back")
        self._meetings = _lists_by_party(found.sessions, "contract_meeting")
        self._visits = _lists_by_party(found.sessions, "guidance_visit")
        self._invoices = _by_instalment(it for it in found.invoices or () if it["credited_by"] is None)
        self._credited = _by_instalment(it for it in found.invoices or () if it["credited_by"] is not None)
        self._unbilled = _by_instalment(found.unbilled or ())
        self._number_of_visits = _number_of_visits(found.sessions or ())
        registered = found.applications is not None
        billed = found.invoices is not None and found.unbilled is not None
        columns: list[tuple[str, bool, Callable[[str], Cell]]] = [
            ("Søknad", registered, self._application),
            ("Gruppe", registered, self._group),
            ("Veileder", registered, self._advisor),
            ("Avtale", registered, self._agreement),
            ("Kontraktsmøte", found.sessions is not None, self._meeting),
            ("Besøk", found.sessions is not None, self._visited),
        ]
        columns += [(f"Rate {n}", billed, partial(self._instalment, n)) for n in INSTALMENTS]
        shown = [(heading, cell) for heading, is_known, cell in columns if is_known]
        self.columns = [heading for heading, _ in shown]
        self.rows = [
            Row(party=party, name=name, cells=[cell(party) for _, cell in shown])
            for party, name in sorted(self._names().items(), key=lambda it: in_norwegian_order(it[1]))
        ]

    def _names(self) -> dict[str, str]:
        """Whose rows there are; who sees no applications sees whoever has a session or an invoice."""
        if self._found.applications is not None:
            return {party: it["party_name"] for party, it in self._applications.items()}
        rows = [*(self._found.sessions or ()), *(self._found.invoices or ()), *(self._found.unbilled or ())]
        return {it["party"]: it["party_name"] or it["party"] for it in rows if it["party"]}

    def _is_over(self, party: str) -> bool:
        return party in self._agreements and is_over(self._agreements[party], self._found.today)

    def _application(self, party: str) -> Cell:
        it = self._applications[party]
        link = f"/soknad/{it['id']}"
        if it["state"] == "received":
            return Cell(text="må vurderes", is_due=True, link=link)
        return Cell(text=word(it["state"], "application"), link=link)

    def _group(self, party: str) -> Cell:
        it = self._groups.get(party)
        if it is None:
            return Cell(text=NOT_YET)
        lacking = [one for one in lacks(it) if one != "veileder"]
        if lacking and not self._is_over(party):
            return Cell(text="mangler " + " og ".join(lacking), is_due=True)
        return Cell(text=count(it["participants"], "deltaker", "deltakere"))

    def _advisor(self, party: str) -> Cell:
        it = self._groups.get(party)
        if it is None or (it["advisor"] is None and self._is_over(party)):
            return Cell(text=NOT_YET)
        return Cell(text="mangler", is_due=True) if it["advisor"] is None else Cell(text=it["advisor_name"] or "ukjent")

    def _agreement(self, party: str) -> Cell:
        it = self._agreements.get(party)
        if it is None:
            return Cell(text="ikke sendt" if party in self._groups else NOT_YET)
        if it["ends_on"] is not None:
            return Cell(text=f"{'avsluttet' if self._is_over(party) else 'avsluttes'} {day(it['ends_on'])}")
        if it["signed_on"] is not None:
            return Cell(text=f"signert {day(it['signed_on'])}")
        sent = f"sendt {day(it['sent_on'])}" if it["sent_on"] else "sendt"
        if is_unsigned_for_long(it, self._found.today):
            return Cell(text=f"{sent}, ikke signert", is_due=True)
        return Cell(text=sent)

    def _meeting(self, party: str) -> Cell:
        meetings = [it for it in self._meetings.get(party, []) if it["state"] != "cancelled"]
        if not meetings:
            return Cell(text=NOT_YET)
        it = next((one for one in meetings if one["state"] == "completed"), meetings[-1])
        link = f"/samling/{it['id']}"
        if it["state"] == "completed":
            return Cell(text="holdt", link=link)
        if is_past(it, self._found.today):
            return Cell(text=f"{when(it['when'])}, ikke registrert", is_due=True, link=link)
        return Cell(text=when(it["when"]), link=link)

    def _visited(self, party: str) -> Cell:
        visits = self._visits.get(party, [])
        held = sum(it["state"] == "completed" for it in visits)
        text = f"{held} av {self._number_of_visits}" if self._number_of_visits else NOT_YET
        past = next((it for it in visits if is_past(it, self._found.today)), None)
        if past is None:
            return Cell(text=text)
        which = f"besøk {past['number']}" if past["number"] else "et besøk"
        return Cell(text=f"{which} er ikke registrert", is_due=True, link=f"/samling/{past['id']}")

    def _instalment(self, n: int, party: str) -> Cell:
        invoice, unbilled = self._invoices.get((party, n)), self._unbilled.get((party, n))
        is_due = unbilled is not None and is_to_be_billed(unbilled, self._found.sessions or (), self._found.today)
        why = WHY.get(unbilled["why"], "") if unbilled else ""
        if unbilled and unbilled["is_late"]:
            why = f"for sen: {why or 'ikke fakturert'}"
        if invoice is not None:
            text = f"faktura {invoice['document_number'] or invoice['number']}"
            link = f"{self._found.path}/faktura/{invoice['number']}"
            return Cell(text=f"{text}, {why}" if is_due else text, is_due=is_due, link=link)
        if is_due:
            return Cell(text=why or "ikke fakturert", is_due=True, link=f"{self._found.path}/kommune/{party}")
        if why:
            return Cell(text=why)
        credited = self._credited.get((party, n))
        if credited is None:
            return Cell(text=NOT_YET)
        return Cell(text="kreditert", link=f"{self._found.path}/kreditnota/{credited['credited_by']}")


def _by_party(rows: Iterable[Answer]) -> dict[str, Answer]:
    """The last one of each."""
    return {it["party"]: it for it in rows}


def _by_instalment(rows: Iterable[Answer]) -> dict[tuple[str, int], Answer]:
    return {(it["party"], it["instalment"]): it for it in rows}


def _lists_by_party(sessions: Sequence[Answer] | None, kind: str) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for it in sessions or ():
        if it["kind"] == kind and it["party"]:
            found[it["party"]].append(it)
    return found


def _number_of_visits(sessions: Sequence[Answer]) -> int:
    """How many visits the plan has for each: its lines for all of them, or else what is planned with somebody."""
    visits = [it for it in sessions if it["kind"] == "guidance_visit" and it["state"] != "cancelled"]
    lines = [it for it in visits if it["party"] is None]
    return len({it["number"] for it in lines or visits})
