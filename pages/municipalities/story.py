"""A party's story in time: one list of what happened when, put together from the answers, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pages.frame.templates import TEMPLATES
from pages.frame.words import WORDS, count, word
from pages.municipalities.asking import Answers, Row
from shared.clock import OSLO

SENT = "agreement_to_sign"  # told by mail alone of an agreement that was sent before its day was kept
# What happened, as the mails tell that it is about. What the other answers tell with its day is not told by a mail too.
TOLD_BY_MAIL = {
    "application_received": "Søknaden ble mottatt",
    "application_accepted": "Tatt opp i programmet",
    "application_waiting_list": "Satt på venteliste",
    "application_declined": "Søknaden ble avslått",
    SENT: "Avtalen ble sendt til signering",
    "agreement_amended": "Avtalen ble endret",
    "agreement_succeeded": "Avtalen ble overført",
    "agreement_end_taken_back": "Avtalens slutt ble angret",
    "concern_resolved": "Bekymringen ble avklart",
}
MAILED = {  # in short: how many of a kind on a day
    "session_invitation": "invitasjon",
    "session_change": "endring",
    "session_cancellation": "avlysning",
}


@dataclass(frozen=True, kw_only=True)
class Happening:
    day: str  # as answers write it, 2024-09-25
    text: str
    link: str = ""  # to what it is about
    place: int = 0  # among those of a day


def story(found: Answers) -> list[Happening]:
    everything = [
        *_mails([it for it in found.mails if it["kind"] != SENT or not _know_when_sent(found.agreements)]),
        *_people(found.group),
        *(it for one in found.agreements for it in _agreement(one)),
        *_concerns(found.concerns),
        *_sessions(found.sessions),
        *_invoices(found),
    ]
    return sorted(everything, key=lambda it: (it.day, it.place, it.text), reverse=True)


def _know_when_sent(agreements: list[Row]) -> bool:
    return all(it["sent_on"] for it in agreements)


def _mails(mails: list[Row]) -> Iterator[Happening]:
    """What mails tell of stands once, however many it went to; calendar entries as their number on a day."""
    seen: set[tuple[str, str | None]] = set()
    in_short: list[tuple[str, str]] = []
    for it in mails:
        day = datetime.fromisoformat(it["made_at"]).astimezone(OSLO).date().isoformat()
        if it["repeats"]:
            yield Happening(
                day=day, text=f"E-post sendt på nytt: {word(it['kind'], 'mail_kind')}", link=f"/e-post/{it['id']}"
            )
        elif it["kind"] in TOLD_BY_MAIL:
            if (it["kind"], it["event"]) not in seen:
                yield Happening(day=day, text=TOLD_BY_MAIL[it["kind"]], link=f"/e-post/{it['id']}")
            seen.add((it["kind"], it["event"]))
        elif it["kind"] in MAILED:
            in_short.append((day, it["kind"]))
    for (day, kind), several in groupby(sorted(in_short)):
        number = len(list(several))
        text = f"E-post: {count(number, MAILED[kind], MAILED[kind] + 'er')} til kalenderen"
        yield Happening(day=day, text=text, place=-1)


def _people(group: Row | None) -> Iterator[Happening]:
    for it in (group or {"history": ()})["history"]:
        name, was = it["name"] or "En person", WORDS["tenure"][it["was"]]
        if it["from_on"]:
            begins = f"{name} ble {was}" if it["was"] != "participant" else f"{name} kom med i gruppa"
            yield Happening(day=it["from_on"], text=begins)
        if it["until_on"]:
            ends = f"{name} er ikke lenger {was}" if it["was"] != "participant" else f"{name} gikk ut av gruppa"
            yield Happening(day=it["until_on"], text=ends)


def _agreement(it: Row) -> Iterator[Happening]:
    if it["sent_on"]:
        yield Happening(day=it["sent_on"], text="Avtalen ble sendt til signering", place=-1)
    for one in it["signatories"]:
        if one["signed_on"]:
            who = one["name"] or word(one["signatory"], "signatory")
            yield Happening(day=one["signed_on"], text=f"{who} signerte avtalen")
    if it["signed_on"]:
        yield Happening(day=it["signed_on"], text="Avtalen ble signert av alle", place=1)
    if it["called_back_on"]:
        yield Happening(day=it["called_back_on"], text="Avtalen ble trukket tilbake")
    if it["ends_on"]:
        yield Happening(day=it["ends_on"], text="Avtalen gjelder ikke lenger")


def _concerns(concerns: list[Row]) -> Iterator[Happening]:
    for it in concerns:
        yield Happening(day=it["raised_on"], text=f"Bekymring meldt av {word(it['raised_by'], 'side')}")


def _sessions(sessions: Any) -> Iterator[Happening]:
    """Those with the party that were held, on their last day."""
    for it in sessions:
        days = it["when"].get("days")
        if it["state"] == "completed" and days:
            name = it["title"] or word(it["kind"], "session_kind")
            yield Happening(day=days["last"], text=f"{name} ble gjennomført", link=f"/samling/{it['id']}")


def _invoices(found: Answers) -> Iterator[Happening]:
    kr = TEMPLATES.filters["kr"]
    code = found.programme["code"]
    for it in found.invoices:
        text = f"Faktura {it['document_number'] or it['number']} for rate {it['instalment']}, {kr(it['amount_ore'])}"
        yield Happening(day=it["issued_on"], text=text, link=f"/program/{code}/faktura/{it['number']}")
    for it in found.credit_notes:
        text = f"Kreditnota {it['document_number'] or it['number']} for faktura {it['invoice']}"
        yield Happening(day=it["issued_on"], text=text, link=f"/program/{code}/kreditnota/{it['number']}", place=1)
