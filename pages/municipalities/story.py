"""A party's story in time: one list of what happened when, put together from the answers, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from pages.frame.templates import TEMPLATES
from pages.frame.words import WORDS, count, name_of, word
from pages.municipalities.asking import Answers, Row
from shared.clock import OSLO

SENT = "agreement_to_sign"  # told by mail alone of an agreement that was sent before its day was kept
# What happened, as the mails tell that it is about. What the other answers tell with its day is not told by a mail too.
TOLD_BY_MAIL = {
    "application_received": "Søknaden ble mottatt",
    "application_accepted": "Tatt opp i programmet",
    "application_waiting_list": "Satt på venteliste",
    "application_declined": "Søknaden ble avslått",
    "application_offered": "Fikk tilbud om en plass",
    "application_offer_lapsed": "Tilbudet om plass falt bort uten svar",
    SENT: "Avtalen ble sendt til signering",
    "agreement_amended": "Avtalen ble endret",
    "agreement_succeeded": "Avtalen ble overført",
    "agreement_end_taken_back": "Avtalens slutt ble angret",
    "concern_resolved": "Bekymringen ble avklart",
}
MAILED = {  # in short: how many of a kind on a day
    "session_invitation": "invitasjon",
    "session_reminder": "påminnelse",
    "session_change": "endring",
    "session_cancellation": "avlysning",
}


# Of what the day alone is known stands in the order in which one thing leads to another.
APPLICATION, PEOPLE, AGREEMENT, AMENDMENT, SESSION, CONCERN, END, DOCUMENT, MAIL = range(9)
PLACE_OF_A_MAIL = {
    SENT: AGREEMENT,
    "agreement_amended": AMENDMENT,
    "agreement_succeeded": AMENDMENT,
    "agreement_end_taken_back": END,
    "concern_resolved": CONCERN,
}


@dataclass(frozen=True, kw_only=True)
class Happening:
    day: str  # as answers write it, 2024-09-25
    text: str
    link: str = ""  # to what it is about
    place: tuple[float, ...]  # among those of a day: what it is about, and within that its moment or its number


def story(found: Answers) -> list[Happening]:
    """What has happened by now; what is known to come has not."""
    everything = [
        *_mails([it for it in found.mails if it["kind"] != SENT or not _know_when_sent(found.agreements)]),
        *_people(found.group),
        *(it for n, one in enumerate(found.agreements) for it in _agreement(n, one)),
        *_concerns(found.concerns),
        *_sessions(found.sessions),
        *_invoices(found),
    ]
    happened = [it for it in everything if date.fromisoformat(it.day) <= found.today]
    return sorted(happened, key=lambda it: (it.day, it.place, it.text), reverse=True)


def _know_when_sent(agreements: list[Row]) -> bool:
    return all(it["sent_on"] for it in agreements)


def _mails(mails: list[Row]) -> Iterator[Happening]:
    """What mails tell of stands once, however many it went to; calendar entries as their number on a day."""
    seen: set[tuple[str, str | None]] = set()
    in_short: list[tuple[str, str]] = []
    last: dict[tuple[str, str], float] = {}
    for it in mails:
        kind, link = it["kind"], f"/e-post/{it['id']}"
        made_at = datetime.fromisoformat(it["made_at"])
        day, moment = made_at.astimezone(OSLO).date().isoformat(), made_at.timestamp()
        if it["repeats"]:
            again = f"E-post sendt på nytt: {word(kind, 'mail_kind')}"
            yield Happening(day=day, text=again, link=link, place=(MAIL, moment))
        elif kind in TOLD_BY_MAIL:
            if (kind, it["event"]) not in seen:
                place = (PLACE_OF_A_MAIL.get(kind, APPLICATION), moment)
                yield Happening(day=day, text=TOLD_BY_MAIL[kind], link=link, place=place)
            seen.add((kind, it["event"]))
        elif kind in MAILED:
            in_short.append((day, kind))
            last[day, kind] = max(moment, last.get((day, kind), moment))
    for (day, kind), several in groupby(sorted(in_short)):
        number = len(list(several))
        text = f"E-post: {count(number, MAILED[kind], MAILED[kind].removesuffix('e') + 'er')} til kalenderen"
        yield Happening(day=day, text=text, place=(MAIL, last[day, kind]))


def _people(group: Row | None) -> Iterator[Happening]:
    for n, it in enumerate((group or {"history": ()})["history"]):
        name, was = it["name"] or "En person", WORDS["tenure"][it["was"]]
        place = (PEOPLE, it["was"] != "participant", n)  # who coordinates has joined before
        if it["from_on"]:
            begins = f"{name} ble {was}" if it["was"] != "participant" else f"{name} kom med i gruppa"
            yield Happening(day=it["from_on"], text=begins, place=place)
        if it["until_on"]:
            ends = f"{name} er ikke lenger {was}" if it["was"] != "participant" else f"{name} gikk ut av gruppa"
            yield Happening(day=it["until_on"], text=ends, place=place)


def _agreement(n: int, it: Row) -> Iterator[Happening]:
    """`n`: which one of the party's."""
    if it["sent_on"]:
        yield Happening(day=it["sent_on"], text="Avtalen ble sendt til signering", place=(AGREEMENT, n, 0))
    for one in it["signatories"]:
        if one["signed_on"]:
            who = one["name"] or word(one["signatory"], "signatory")
            yield Happening(day=one["signed_on"], text=f"{who} signerte avtalen", place=(AGREEMENT, n, 1))
    if it["signed_on"]:
        yield Happening(day=it["signed_on"], text="Avtalen ble signert av alle", place=(AGREEMENT, n, 2))
    if it["called_back_on"]:
        yield Happening(day=it["called_back_on"], text="Avtalen ble trukket tilbake", place=(AGREEMENT, n, 3))
    if it["ends_on"]:
        yield Happening(day=it["ends_on"], text="Avtalen gjelder ikke lenger", place=(END,))


def _concerns(concerns: list[Row]) -> Iterator[Happening]:
    for n, it in enumerate(concerns):
        text = f"Bekymring meldt av {word(it['raised_by'], 'side')}"
        yield Happening(day=it["raised_on"], text=text, place=(CONCERN, n))


def _sessions(sessions: Any) -> Iterator[Happening]:
    """Those with the party that were held, on their last day."""
    for it in sessions:
        days = it["when"].get("days")
        if it["state"] == "completed" and days:
            text, link = f"{name_of(it)} ble gjennomført", f"/samling/{it['id']}"
            yield Happening(day=days["last"], text=text, link=link, place=(SESSION, it["number"] or 0))


def _invoices(found: Answers) -> Iterator[Happening]:
    kr = TEMPLATES.filters["kr"]
    code = found.programme["code"]
    numbers = {it["number"]: it["document_number"] or it["number"] for it in found.invoices}
    for it in found.invoices:
        number = it["number"]
        text = f"Faktura {numbers[number]} for rate {it['instalment']}, {kr(it['amount_ore'])}"
        link = f"/program/{code}/faktura/{number}"
        yield Happening(day=it["issued_on"], text=text, link=link, place=(DOCUMENT, number, 0))
    for it in found.credit_notes:
        invoice = it["invoice"]
        text = f"Kreditnota {it['document_number'] or it['number']} for faktura {numbers.get(invoice, invoice)}"
        link = f"/program/{code}/kreditnota/{it['number']}"
        yield Happening(day=it["issued_on"], text=text, link=link, place=(DOCUMENT, invoice, 1, it["number"]))
