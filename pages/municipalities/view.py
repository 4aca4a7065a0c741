"""What a party's page makes of the answers: what its group lacks, where each instalment stands, who can sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pages.frame.api import AWAY
from pages.frame.needs import is_over, is_past, is_undelivered, lacking
from pages.frame.words import count, name_of
from pages.municipalities.asking import Answers, Row
from pages.municipalities.story import story

INSTALMENTS = (1, 2, 3)  # B2
VISITS = ("contract_meeting", "guidance_visit")
SIGNED_BY = {  # A4
    "municipality": ("council_director", "municipal_director", "head_of_culture_school"),
    "county_branch": ("council_director", "leader"),
}


def shown(found: Answers) -> dict[str, Any]:
    """What the page's template shows."""
    agreement = standing(found.agreements)
    group = found.group
    mails = found.mails if found.mails is AWAY else list(reversed(found.mails))
    return {
        "programme": found.programme,
        "party": found.party,
        "party_etag": found.party_etag,
        "here": f"/program/{found.programme['code']}/kommune/{found.party['organisation_number']}",
        "application": found.applications[-1] if found.applications else None,
        "group": group,
        "group_etag": found.group_etag,
        "lacks": lacks(group) if group else [],
        "needs": list(needs(found)),
        "left": [it for it in group["history"] if it["until_on"]] if group else [],
        "advisors": [(it["id"], it["name"] or it["email"] or "ikke kjent") for it in found.advisors],
        "agreement": agreement,
        "ends_later": bool(agreement and agreement["ends_on"] and not is_over(agreement, found.today)),
        "agreement_etag": found.agreement_etag,
        "called_back": [it for it in found.agreements if it["state"] == "called_back"],
        "signed_by": SIGNED_BY[found.party["kind"]],
        "to_sign": [it for it in agreement["signatories"] if it["signed_on"] is None] if agreement else [],
        "have_signed": [it for it in agreement["signatories"] if it["signed_on"] is not None] if agreement else [],
        "successors": successors(found.parties, found.party),
        "attended": found.attendance[0]["sessions"] if found.attendance else [],
        "findings": sorted(found.findings, key=lambda it: it["since"] or ""),
        "concerns": found.concerns,
        "contact_list": found.contact_list,
        "list_lacks": list_lacks(found.contact_list) if found.contact_list else [],
        "open_concerns": [it for it in found.concerns if it["state"] == "raised"],
        "sessions": found.sessions,
        "name_of": name_of,
        "is_past": lambda it: is_past(it, found.today),
        "visits": [it for it in found.sessions if it["kind"] in VISITS],
        "instalments": instalments(found.invoices, found.unbilled),
        "invoices": found.invoices,
        "unbilled": found.unbilled,
        "credit_notes": found.credit_notes,
        "credit_numbers": {it["number"]: it["document_number"] or it["number"] for it in found.credit_notes},
        "waivers": [it for it in found.waivers if not it["withdrawn"]],
        "waivers_away": found.waivers is AWAY,
        "mails": mails,
        "failed": [it for it in found.mails if is_undelivered(it)],
        "story": story(found),
        "story_lacks": [
            name
            for name, part in (
                ("planen", found.sessions),
                ("fakturaene", found.invoices),
                ("e-posten", found.mails),
            )
            if part is AWAY
        ],
    }


def standing(agreements: Sequence[Row]) -> Row | None:
    """The party's agreement, if one was sent and not called back (A6)."""
    return next((it for it in reversed(agreements) if it["state"] != "called_back"), None)


def lacks(group: Mapping[str, Any]) -> list[str]:
    """What the group lacks (R3, R5, R8), said in words."""
    number = len(group["participants"])
    has = {0: "ingen deltakere", 1: "én deltaker"}.get(number, f"{number} deltakere")
    words = {
        "school_owner_is_missing": "Ingen i gruppa representerer skoleeier.",
        "participants_are_missing": f"Gruppa har {has}, og skal ha minst fire.",
        "coordinator_is_missing": "Gruppa har ikke valgt koordinator.",
        "advisor_is_missing": "Ingen veileder er knyttet til.",
    }
    codes = lacking(group)
    return [text for code, text in words.items() if code in codes]


def list_lacks(contact_list: Row) -> list[str]:
    """What the contact list lacks now (R7), each as it follows *mangler*."""
    words = {
        "school_owner_is_missing": "noen fra skoleeier",
        "participants_are_missing": "minst fire deltakere",
        "coordinator_is_missing": "koordinator",
        "advisor_is_missing": "veileder",
        "contact_person_is_missing": "rådets kontaktperson for programmet",
    }
    return [text for code, text in words.items() if code in contact_list["missing_codes"]]


def needs(found: Answers) -> Iterator[tuple[str, str]]:
    """What needs somebody, in a few words, and the part of the page that it stands in."""
    agreement = standing(found.agreements)
    takes_part = any(it["state"] == "accepted" for it in found.applications)
    if any(it["state"] == "received" for it in found.applications):
        yield "Søknaden venter på vurdering", "fakta"
    if takes_part and found.group and (lacking := lacks(found.group)):
        yield (lacking[0].rstrip(".") if len(lacking) == 1 else f"Gruppa mangler {len(lacking)} ting"), "gruppa"
    if takes_part and agreement is None:
        yield "Avtalen er ikke sendt", "avtalen"
    if agreement and agreement["state"] == "sent":
        yield "Avtalen er ikke signert av alle", "avtalen"
    if any(is_past(it, found.today) for it in found.sessions):
        yield "Et møte eller besøk er ikke registrert", "besok"
    if found.findings:
        yield (
            count(len(found.findings), "forpliktelse er ikke fulgt opp", "forpliktelser er ikke fulgt opp"),
            "oppfolging",
        )
    if any(it["is_late"] for it in found.unbilled):
        yield "En rate skulle vært fakturert", "fakturaer"
    if any(it["state"] == "raised" for it in found.concerns):
        yield "En bekymring er åpen", "bekymringer"
    if any(is_undelivered(it) for it in found.mails):
        yield "E-post ble ikke levert", "e-post"


def successors(parties: Iterable[Row], party: Row) -> list[tuple[str, str]]:
    """Who could carry the agreement on: others of the same kind, by name (R12)."""
    found = [
        (it["organisation_number"], f"{it['name']} ({it['organisation_number']})")
        for it in parties
        if it["kind"] == party["kind"] and it["organisation_number"] != party["organisation_number"]
    ]
    return sorted(found, key=lambda it: it[1].casefold())


def instalments(invoices: Iterable[Row], unbilled: Iterable[Row]) -> list[dict[str, Any]]:
    """Each instalment with the invoice that stands for it, those that were credited, and why there is none, or not the right one."""
    invoices, unbilled = list(invoices), list(unbilled)
    found = []
    for n in INSTALMENTS:
        of_this = [it for it in invoices if it["instalment"] == n]
        found.append(
            {
                "number": n,
                "invoice": next((it for it in of_this if it["credited_by"] is None), None),
                "credited": [it for it in of_this if it["credited_by"] is not None],
                "why_not": [it for it in unbilled if it["instalment"] == n],
            }
        )
    return found
