"""Who takes part in the demo: real municipalities, invented people."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
WAITING_LIST, DECLINED = ("Hitra",), ("Frøya",)  # all others are accepted,
WITHDRAWN = ("Rauma",)  # and these withdraw before there is an agreement
TAKE_MAIL, NO_MAIL_INSTEAD = ("Volda", "Ørsta"), ("Melhus",)  # all others take EHF, or mail where it is refused (B8)
REFUSED_ONCE = "0192:921233418"  # Orkland: the access point refuses the first document to it
ADVISORS = ("Tuva Lie Sandnes", "Jonas Brekke", "Eli-Anne Myhre")
COUNCIL = "kulturskoleradet.example"
COUNCIL_DIRECTOR = "Kjersti Nygård Holm"
CONTACT_PERSON = "Ingrid Moe Solberg"
POSTAL_CODES = {
    "Trondheim": ("7013", "Trondheim"),
    "Stjørdal": ("7500", "Stjørdal"),
    "Steinkjer": ("7713", "Steinkjer"),
    "Levanger": ("7600", "Levanger"),
    "Verdal": ("7650", "Verdal"),
    "Namsos": ("7800", "Namsos"),
    "Orkland": ("7300", "Orkanger"),
    "Melhus": ("7224", "Melhus"),
    "Kristiansund": ("6509", "Kristiansund N"),
    "Molde": ("6413", "Molde"),
    "Volda": ("6100", "Volda"),
    "Ørsta": ("6150", "Ørsta"),
    "Hitra": ("7240", "Hitra"),
    "Frøya": ("7260", "Sistranda"),
    "Rauma": ("6300", "Åndalsnes"),
}
FIRST_NAMES = (
    *("Anne", "Bjørn", "Camilla", "Dag", "Elin", "Frode", "Guro", "Håvard", "Ida", "Jostein", "Kari", "Lars"),
    *("Marit", "Nils", "Oda", "Per", "Ragnhild", "Sindre", "Torill", "Ulrik", "Vigdis", "Yngve", "Åse"),
)
LAST_NAMES = (
    *("Aune", "Bakken", "Dahl", "Eide", "Fossum", "Grønning", "Haugen", "Indergård", "Jenssen", "Krogstad"),
    *("Lund", "Moen", "Nordvik", "Opdal", "Pettersen", "Rønning", "Solberg", "Tangen", "Vik", "Ødegård", "Åsen"),
)
# By role; the first is who the municipality's mails go to until the group has a coordinator.
ROLES = ("Kulturskoleleder", "Kommunalsjef for oppvekst", "Kulturskolelærer", "Rektor", "Kommunedirektør")
HEAD, SCHOOL_OWNER, TEACHER, PRINCIPAL, DIRECTOR = range(len(ROLES))
GROUP = (HEAD, SCHOOL_OWNER, TEACHER, PRINCIPAL)
QUESTIONS = ("development_as_whole", "development_area", "dialogue_with_branch")  # R2
ANSWERS = {
    False: (
        "{school} skal bli en del av hele oppveksttilbudet i kommunen.",
        "Arbeidet følger utviklingsområdet til fylkesavdelingen i {county}.",
        "Vi har avtalt med fylkesavdelingen hvordan erfaringene deles.",
    ),
    True: (
        "{school} skal bli ein del av heile oppveksttilbodet i kommunen.",
        "Arbeidet følgjer utviklingsområdet til fylkesavdelinga i {county}.",
        "Vi har avtalt med fylkesavdelinga korleis erfaringane blir delte.",
    ),
}


@dataclass(frozen=True)
class Person:
    name: str
    domain: str

    @property
    def email(self) -> str:
        return f"{_plain(self.name)}@{self.domain}"

    def contact(self) -> dict[str, Any]:
        return {"name": self.name, "email": self.email}


@dataclass(frozen=True, kw_only=True)
class Municipality:
    """One that applies. The methods give request bodies."""

    place: int  # in the order of the file
    number: str
    name: str
    official_name: str
    county: str
    organisation_number: str
    language_form: str

    @property
    def outcome(self) -> str:
        if self.name in WAITING_LIST:
            return "waiting_list"
        return "declined" if self.name in DECLINED else "accepted"

    @property
    def takes_part(self) -> bool:
        return self.outcome == "accepted" and self.name not in WITHDRAWN

    @property
    def domain(self) -> str:
        """Of its people's addresses."""
        return f"{_plain(self.name)}.example"

    @property
    def school(self) -> str:
        return f"{self.name} {'kulturskule' if self.writes_nynorsk else 'kulturskole'}"

    @property
    def writes_nynorsk(self) -> bool:
        return self.language_form == "nynorsk"

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """One for each of ROLES."""
        return tuple(
            Person(
                f"{FIRST_NAMES[(5 * self.place + role) % len(FIRST_NAMES)]} "
                f"{LAST_NAMES[(8 * self.place + 3 * role) % len(LAST_NAMES)]}",
                self.domain,
            )
            for role in range(len(ROLES))
        )

    @property
    def coordinator(self) -> int:
        """Whom the group elects; mostly who applied, so that invitations go on to the same person."""
        return TEACHER if self.place % 4 == 1 else HEAD

    def party(self) -> dict[str, Any]:
        postal_code, city = POSTAL_CODES[self.name]
        return {
            "organisation_number": self.organisation_number,
            "kind": "municipality",
            "municipality_number": self.number,
            "county": self.county,
            "name": self.name,
            "official_name": self.official_name,
            "language_form": self.language_form,
            "address": {"street": "Rådhuset", "postal_code": postal_code, "city": city},
            "takes_invoices_by": "email" if self.name in TAKE_MAIL else "ehf",
            "by_mail_if_refused": self.name not in NO_MAIL_INSTEAD,
        }

    def application(self) -> dict[str, Any]:
        return {
            "party": self.organisation_number,
            "answers": {
                question: answer.format(school=self.school, county=self.county)
                for question, answer in zip(QUESTIONS, ANSWERS[self.writes_nynorsk], strict=True)
            },
            "contact_person": self.people[HEAD].contact(),
            "payer_reference": f"KS-{self.number}",
        }

    def assessment(self) -> dict[str, Any]:
        in_dialogue = self.outcome != "declined"
        reasons = {True: "Beskrevet og begrunnet i søknaden.", False: "Fylkesavdelingen kjenner ikke til arbeidet."}
        verdicts = zip(QUESTIONS, (True, True, in_dialogue), strict=True)
        answers = {question: {"met": met, "reason": reasons[met]} for question, met in verdicts}
        return {**answers, "outcome": self.outcome}

    def participants(self) -> list[dict[str, Any]]:
        return [
            {**self.people[role].contact(), "role": ROLES[role], "represents_school_owner": role == SCHOOL_OWNER}
            for role in GROUP
        ]

    def signatories(self) -> dict[str, Any]:
        return {
            "council_director": Person(COUNCIL_DIRECTOR, COUNCIL).contact(),
            "municipal_director": self.people[DIRECTOR].contact(),
            "head_of_culture_school": self.people[HEAD].contact(),
        }


def municipalities() -> list[Municipality]:
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return [
            Municipality(
                place=place,
                number=row["number"],
                name=row["name"],
                official_name=f"{row['official_name']} kommune",
                county=row["county"],
                organisation_number=row["org_number"],
                language_form=row["language_form"],
            )
            for place, row in enumerate(csv.DictReader(file))
        ]


def advisors() -> list[dict[str, Any]]:
    return [Person(name, COUNCIL).contact() | {"phone": f"+47 22 00 00 1{n}"} for n, name in enumerate(ADVISORS)]


def contact_person() -> dict[str, Any]:
    """The council's, for the programme."""
    return Person(CONTACT_PERSON, COUNCIL).contact() | {"phone": "+47 22 00 00 01"}


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    return name.lower().translate(
        {ord(letter): plain for letter, plain in zip("æøå ", ("ae", "o", "a", "."), strict=True)}
    )
