"""What came of the demo: figures counted from what the APIs answer, and compared with what they must be."""

from __future__ import annotations

import asyncio
from typing import Any

from deploy.at_rest import BETWEEN, NeverAtRest, until_at_rest
from deploy.client import Client
from deploy.demo import calendar
from deploy.demo.cast import municipalities
from deploy.demo.play import all_of
from deploy.demo.story import HAS_NEW_REFERENCE, LEFT, NEW_REFERENCE, TERMINATED
from shared.contracts.catalogue import PUBLISHERS
from shared.money import kroner

EXPECTED = {
    "applications": 15,
    "accepted": 12,
    "waiting_list": 1,
    "declined": 1,
    "withdrawn": 1,
    "agreements_signed": 12,
    "physical_sessions_completed": 3,
    "digital_sessions_completed": 3,
    "invoices": 35,
    "credit_notes": 1,
    "documents": 36,  # each as PDF and EHF
    # Volda and Ørsta three invoices each, Orkland the first, which was refused; copies are not counted.
    "delivered_ehf": 29,
    "delivered_mail": 7,
    "undelivered": 0,
    "total_ore": 22_666_668,  # credit notes subtracted
    "levanger_references": ["KS-5037", NEW_REFERENCE, NEW_REFERENCE],  # on its invoices, by number (R6)
    "issued_stands": True,  # as `kulturskole billing verify` finds (B8)
    "calendar_of_volda": {"entries": 20, "differing": 0},  # its feed, read back and compared with the plan (S6)
    "events_parked": 0,
}
WITHIN = 300.0  # seconds, for deliveries: whoever did not answer is asked again after a minute
FEE, TWO_INSTALMENTS = 2_000_000, 2 * 666_667  # øre (B1, B2)


async def counted(client: Client, programme: str) -> dict[str, Any]:
    """The figures of summary.json but for the documents that were kept and the time it took, and the mails that could not be sent."""
    await _until_delivered(client, programme)
    states = await until_at_rest(client)
    answers = await all_of(client.get(f"/{service}/summary", programme=programme) for service in PUBLISHERS)
    figures = {name: value for answer in answers for name, value in answer.items()}
    figures["events_published"] = sum(state["last_sequence"] for state in states)
    figures["levanger_references"] = await _references(client, programme, HAS_NEW_REFERENCE)
    figures["issued_stands"] = (await client.get(f"/billing/programmes/{programme}/verification"))["holds"]
    figures["calendar_of_volda"] = await calendar.compared(client, programme)
    figures["events_parked"] = sum(state["parked"] for state in states)
    wanted = (
        *(name for name in EXPECTED if name != "documents"),
        "first_number",
        "last_number",
        "mails",
        "mails_by_kind",
        "failed",
        "events_published",
    )
    return {name: figures[name] for name in wanted}


async def _until_delivered(client: Client, programme: str) -> None:
    """Until nothing is under way to its payer. Raises NeverAtRest.

    A service is at rest too while it waits until it may ask an access point again.
    """
    under_way = 0
    try:
        async with asyncio.timeout(WITHIN):
            while True:
                under_way = (await client.get("/billing/summary", programme=programme))["under_way"]
                if not under_way:
                    return
                await asyncio.sleep(BETWEEN)
    except TimeoutError:
        msg = f"{under_way} documents were still under way after {WITHIN:.0f} s"
        raise NeverAtRest(msg) from None


async def _references(client: Client, programme: str, name: str) -> list[str]:
    """What stands on a municipality's invoices as the payer's reference, the first invoice first."""
    (party,) = [one.organisation_number for one in municipalities() if one.name == name]
    invoices = f"/billing/programmes/{programme}/invoices"
    numbers = [it["number"] for it in (await client.get(invoices, limit=100))["items"] if it["party"] == party]
    return [(await client.get(f"{invoices}/{number}"))["payer_reference"] for number in numbers]


def wrong(figures: dict[str, Any], books: dict[str, Any]) -> list[str]:
    """What differs from what it must be, a line each."""
    found = [f"{name} er {figures[name]} og skulle vært {it}" for name, it in EXPECTED.items() if figures[name] != it]
    numbers = figures["last_number"] - figures["first_number"] + 1 if figures["invoices"] else 0
    if numbers != figures["invoices"]:
        found.append(f"fakturaserien har {figures['invoices']} fakturaer og {numbers} numre")
    if figures["failed"] or not figures["mails"]:
        found.append(f"{figures['mails']} e-poster er sendt, {figures['failed']} kom ikke frem")
    return found + _wrong_books(books)


def _wrong_books(books: dict[str, Any]) -> list[str]:
    paid = {
        one.organisation_number: TWO_INSTALMENTS if one.name in (TERMINATED, LEFT) else FEE
        for one in municipalities()
        if one.takes_part
    }
    net = {party: sum(it["net_ore"] for it in instalments.values()) for party, instalments in books["parties"].items()}
    found = [
        f"{party} er fakturert {net.get(party)} øre og ikke {it}" for party, it in paid.items() if net.get(party) != it
    ]
    found += [f"{party} er fakturert uten avtale" for party in net if party not in paid]
    found += [f"serien {name} har hull" for name, series in books["series"].items() if not series["unbroken"]]
    if not books["credit_notes_pair_with_invoices"] or not books["credit_notes_name_their_event"]:
        found.append("en kreditnota mangler sin faktura eller sin grunn")
    return found


def text(figures: dict[str, Any]) -> str:
    """For the screen, in Norwegian."""
    it = figures
    rows = (
        ("Søknader", it["applications"]),
        ("Svar på dem", f"{it['accepted']} tatt opp, {it['waiting_list']} venter, {it['declined']} avslag"),
        ("Trukket av søkeren", it["withdrawn"]),
        ("Avtaler underskrevet", it["agreements_signed"]),
        ("Fysiske fellessamlinger", it["physical_sessions_completed"]),
        ("Digitale fellessamlinger", it["digital_sessions_completed"]),
        ("Fakturaer", f"{it['invoices']}, nummer {it['first_number']}–{it['last_number']}"),
        ("Kreditnotaer", it["credit_notes"]),
        ("Dokumenter", f"{it['documents']}, hvert som PDF og EHF"),
        ("Levert", f"{it['delivered_ehf']} som EHF, {it['delivered_mail']} på e-post, {it['undelivered']} ikke"),
        ("Fakturert minus kreditert", f"{kroner(it['total_ore'])} kr"),
        ("E-poster", it["mails"]),
        ("Voldas kalender", _of_calendar(**it["calendar_of_volda"])),
        ("Hendelser", f"{it['events_published']} publisert, {it['events_parked']} parkert"),
        ("Tid", f"{it['wall_seconds']:.1f} s"),
    )
    return "\n".join(f"  {name:<26}{value}" for name, value in rows)


def _of_calendar(*, entries: int, differing: int) -> str:
    """
    >>> _of_calendar(entries=20, differing=0)
    '20 oppføringer, med planens dager'
    """
    told = "med planens dager" if not differing else f"hvor {differing} dager er andre enn planens"
    return f"{entries} oppføringer, {told}"
