"""What needs someone now, of the lists of the four services, most urgent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pages.frame.errors import SERVICES
from pages.frame.needs import (
    Answer,
    is_over,
    is_past,
    is_to_be_billed,
    is_undelivered,
    is_unsigned_for_long,
    lacks,
    last_day,
    why_not_delivered,
)
from pages.frame.templates import day, moment, when
from pages.frame.words import count, finding, in_norwegian_order, which, word

AFTERWARDS = timedelta(
    days=92
)  # that a programme is still looked at: the sharing arena and the last invoices come after it
SOON = timedelta(days=7)  # until an offer is to be answered
FEW = 3  # that are alike, and shown one by one
MOST = 10  # of one kind, of one programme
DOCUMENTS = "fakturaer"
CANNOT_BE_WRITTEN = "E-posten den skal gå med, venter på en fil som ikke kan lages. Si fra til driften."
SHOWN_ABOVE = ("group_incomplete", "no_advisor")


@dataclass(frozen=True, kw_only=True)
class Need:
    link: str
    name: str  # of the link
    text: str = ""
    programme: str = ""  # its name; none where it is of no programme


@dataclass(frozen=True, kw_only=True)
class Section:
    heading: str
    needs: Sequence[Need]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a programme. A list is empty, too, where its service is away or the visitor may not see it."""

    code: str
    name: str
    sessions: Iterable[Answer] = ()
    applications: Iterable[Answer] = ()
    agreements: Iterable[Answer] = ()
    groups: Iterable[Answer] = ()
    concerns: Iterable[Answer] = ()
    mails: Iterable[Answer] = ()
    approvals: Iterable[Answer] = ()
    unbilled: Iterable[Answer] = ()
    places: Iterable[Answer] = ()  # one, with who waits for a place and who has an offer
    visits: Iterable[Answer] = ()  # that are not booked though half of their time is gone
    findings: Iterable[Answer] = ()

    @property
    def path(self) -> str:
        return f"/program/{self.code}"


def is_looked_at(programme: Answer, today: date) -> bool:
    """Whether a programme is not over, and not closed."""
    return not programme["closed_on"] and today <= date.fromisoformat(programme["period_end"]) + AFTERWARDS


def sections(
    today: date,
    programmes: Sequence[Known],
    states: Sequence[Answer] = (),
    *,
    undelivered: Sequence[Answer] = (),
    refused: Sequence[Answer] = (),
    erasures: Sequence[Answer] = (),
) -> list[Section]:
    """All that needs someone, most urgent first; what is empty is left out.

    `states` are the services', for operators; `undelivered` are documents that did not arrive; `refused` has the last mail to each address that is refused for good, `erasures`
    those to which a service has not answered.
    """
    found = (
        Section(heading="Meldinger mellom tjenestene som ikke kunne behandles", needs=_parked(states)),
        _of_each("Bekymringer som er åpne", programmes, _concerns),
        _of_each(
            "Samlinger som er over, men ikke registrert som gjennomført", programmes, lambda it: _sessions(it, today)
        ),
        _of_each("Rater som ikke er fakturert", programmes, lambda it: _unbilled(it, today)),
        _of_each("Fakturaer og kreditnotaer som venter på godkjenning", programmes, _approvals),
        Section(
            heading="Fakturaer og kreditnotaer som ikke er levert",
            needs=[_undelivered(it, {one.code: one.name for one in programmes}) for it in undelivered],
        ),
        _of_each("E-post som ikke kom fram", programmes, _mails),
        Section(heading="E-postadresser som ikke tar imot", needs=[_address(it) for it in refused]),
        Section(heading="Slettinger som ikke er ferdige", needs=[_erasure(it) for it in erasures]),
        _of_each("Søknader som må vurderes", programmes, _applications),
        _of_each("Tilbud om plass som snart må besvares", programmes, lambda it: _offers(it, today)),
        _of_each("Ledige plasser mens noen står i køen", programmes, _places),
        _of_each(
            "Avtaler som har ventet to uker eller mer på signering", programmes, lambda it: _agreements(it, today)
        ),
        _of_each(
            "Veiledningsbesøk som ikke er avtalt, enda halve tiden er gått", programmes, lambda it: _visits(it, today)
        ),
        _of_each("Kommunegrupper som mangler noe", programmes, lambda it: _groups(it, today)),
        _of_each("Forpliktelser som ikke er fulgt opp", programmes, lambda it: _findings(it, today)),
    )
    return [it for it in found if it.needs]


def _of_each(heading: str, programmes: Sequence[Known], needs: Any) -> Section:
    return Section(heading=heading, needs=[it for one in programmes for it in needs(one)])


def _shown(it: Known, needs: Sequence[Need], all_of_them: str) -> list[Need]:
    """The first of them; the rest is seen at `all_of_them`."""
    if len(needs) <= MOST:
        return list(needs)
    rest = Need(link=it.path + all_of_them, name=f"{len(needs) - MOST} til", programme=it.name)
    return [*needs[:MOST], rest]


def _concerns(it: Known) -> list[Need]:
    by = {"council": "rådet", "municipality": "kommunen"}
    needs = [
        _of_party(it, one, f"meldt av {by.get(one['raised_by'], one['raised_by'])} {day(one['raised_on'])}")
        for one in it.concerns
    ]
    return _shown(it, needs, "")


def _sessions(it: Known, today: date) -> list[Need]:
    """First those that carry an instalment, then those of all, then what is held with one party: alike ones together."""
    alike: dict[tuple[Any, ...], list[Answer]] = defaultdict(list)
    for one in it.sessions:
        if is_past(one, today):
            place = one["number"] if one["party"] else one["id"]
            alike[one["instalment"] is None, one["party"] is not None, one["kind"], place].append(one)
    needs = []
    for _, those in sorted(alike.items(), key=lambda it: (*it[0][:2], last_day(it[1][0]))):
        if len(those) > FEW:
            needs.append(Need(link=it.path, name=f"{which(those[0])}, {len(those)} kommuner", programme=it.name))
        else:
            needs += [_session(it, one) for one in those]
    return _shown(it, needs, "")


def _session(it: Known, one: Answer) -> Need:
    party = f", {one['party_name'] or one['party']}" if one["party"] else ""
    return Need(link=f"/samling/{one['id']}", name=which(one) + party, text=when(one["when"]), programme=it.name)


def _unbilled(it: Known, today: date) -> list[Need]:
    """Alike ones together: a municipality each, or how many."""
    alike: dict[tuple[Any, ...], list[Answer]] = defaultdict(list)
    for one in it.unbilled:
        if is_to_be_billed(one, it.sessions, today):
            is_urgent = one["is_late"], one["is_pressing"]
            alike[
                not is_urgent[0], not is_urgent[1], one["issue_by"] or "", one["instalment"], one["explanation"]
            ].append(one)
    needs = []
    for (in_time, is_calm, issue_by, instalment, explanation), those in sorted(alike.items()):
        who = those[0]["party_name"] or those[0]["party"] if len(those) == 1 else f"{len(those)} kommuner"
        link = f"{it.path}/kommune/{those[0]['party']}" if len(those) == 1 else f"{it.path}/{DOCUMENTS}"
        late = (
            ""
            if in_time and is_calm
            else f" Den {'skal faktureres' if in_time else 'skulle vært fakturert'} innen {day(issue_by)}."
        )
        needs.append(Need(link=link, name=f"Rate {instalment}, {who}", text=explanation + late, programme=it.name))
    return _shown(it, needs, f"/{DOCUMENTS}")


def _approvals(it: Known) -> list[Need]:
    return [
        Need(
            link=f"{it.path}/{DOCUMENTS}",
            name=count(len(one["held"]), "rate", "rater"),
            text=f"funnet {moment(one['found_at'])}; ingenting av det utstedes før noen har godkjent det",
            programme=it.name,
        )
        for one in it.approvals
        if one["state"] == "waiting"
    ]


def _mails(it: Known) -> list[Need]:
    failed = [one for one in it.mails if is_undelivered(one)]
    if not failed:
        return []
    link = f"{it.path}/e-post?state=failed"
    return [Need(link=link, name=count(len(failed), "e-post", "e-poster"), programme=it.name)]


def _undelivered(it: Answer, names: Mapping[str, str]) -> Need:
    kind, path = ("Faktura", "faktura") if it["kind"] == "invoice" else ("Kreditnota", "kreditnota")
    return Need(
        link=f"/program/{it['programme']}/{path}/{it['number']}",
        name=f"{kind} {it['document_number']}, {it['party_name'] or it['party']}",
        text=CANNOT_BE_WRITTEN if it["state"] == "by_mail" else why_not_delivered(it),
        programme=names.get(it["programme"], it["programme"]),
    )


def _address(mail: Answer) -> Need:
    it = mail["recipient"]
    link = f"/person/{it['person']}" if it["person"] else f"/e-post/{mail['id']}"
    return Need(link=link, name=it["name"] or it["address"], text=f"{it['address']}; rett adressen, eller prøv på nytt")


def _erasure(receipt: Answer) -> Need:
    silent = in_a_row([word(it["service"], "service") for it in receipt["services"] if not it["has_answered"]])
    return Need(
        link=f"/person/{receipt['person']}",
        name=f"Slettet {moment(receipt['erased_at'])}",
        text=f"{silent} har ikke svart ennå",
    )


def _applications(it: Known) -> list[Need]:
    needs = [
        Need(link=f"/soknad/{one['id']}", name=one["party_name"], programme=it.name)
        for one in it.applications
        if one["state"] == "received"
    ]
    return _shown(it, needs, "/soknader")


def _offers(it: Known, today: date) -> list[Need]:
    return [
        Need(
            link=f"/soknad/{one['application']}#tilbud",
            name=one["party_name"],
            text=f"svarfrist {day(one['offered_until'])}",
            programme=it.name,
        )
        for places in it.places
        for one in places["offers_out"]
        if date.fromisoformat(one["offered_until"]) - today <= SOON
    ]


def _places(it: Known) -> list[Need]:
    """Who is out of the queue is offered nothing by turn, and a place may stay free for that one."""
    return [
        Need(
            link=f"{it.path}/soknader",
            name=count(places["free"], "ledig plass", "ledige plasser"),
            text=f"{queue[0]['party_name']} står først i køen",
            programme=it.name,
        )
        for places in it.places
        if places["free"] and (queue := [one for one in places["waiting"] if one["place"]])
    ]


def _agreements(it: Known, today: date) -> list[Need]:
    waiting = [one for one in it.agreements if is_unsigned_for_long(one, today)]
    needs = []
    for one in sorted(waiting, key=lambda one: one["sent_on"] or ""):
        signed = sum(signatory["signed_on"] is not None for signatory in one["signatories"])
        sent = f"sendt {day(one['sent_on'])}, " if one["sent_on"] else ""
        needs.append(_of_party(it, one, f"{sent}{signed} av {len(one['signatories'])} har signert"))
    return _shown(it, needs, "")


def _groups(it: Known, today: date) -> list[Need]:
    over = {one["party"] for one in it.agreements if is_over(one, today)}
    needs = [
        _of_party(it, one, "mangler " + in_a_row(lacking))
        for one in it.groups
        if one["party"] not in over and (lacking := lacks(one))
    ]
    return _shown(it, needs, "")


def _visits(it: Known, today: date) -> list[Need]:
    """While they can still be booked: alike ones together."""
    alike: dict[int, list[Answer]] = defaultdict(list)
    for one in _bookable(it, today):
        alike[one["number"]].append(one)
    needs = []
    for number, those in sorted(alike.items()):
        if len(those) > FEW:
            name = f"Veiledningsbesøk {number}, {len(those)} kommuner"
            needs.append(Need(link=it.path, name=name, text=those[0]["window_text"], programme=it.name))
        else:
            needs += [_visit(it, one) for one in those]
    return _shown(it, needs, "")


def _bookable(it: Known, today: date) -> list[Answer]:
    return [one for one in it.visits if today <= date.fromisoformat(one["window_last"])]


def _visit(it: Known, one: Answer) -> Need:
    link = f"{it.path}/ny-samling?kind=guidance_visit&number={one['number']}&party={one['party']}"
    name = f"Veiledningsbesøk {one['number']}, {one['party_name'] or one['party']}"
    return Need(link=link, name=name, text=one["window_text"], programme=it.name)


def _findings(it: Known, today: date) -> list[Need]:
    """Alike ones of many municipalities together, the others by municipality.

    What its group lacks, visits that can still be booked, and sessions that nobody completed stand above.
    """
    past = {one["id"] for one in it.sessions if one["state"] == "planned"}
    late = {(one["party"], one["number"]) for one in _bookable(it, today)}
    alike: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for one in it.findings:
        is_above = (
            one["code"] in SHOWN_ABOVE
            or (one["code"] == "visit_not_held" and one["session"] in past)
            or (one["code"] == "visit_not_booked" and (one["party"], one["number"]) in late)
        )
        if not is_above:
            alike[one["code"], finding(one)].append(one)
    many = [those for those in alike.values() if len(those) > FEW]
    by_party: dict[str, list[Answer]] = defaultdict(list)
    for those in alike.values():
        for one in those if those not in many else ():
            by_party[one["party"]].append(one)
    needs = []
    for those in by_party.values():
        oldest = min(those, key=lambda one: one["since"] or "")
        more = f", og {len(those) - 1} til" if len(those) > 1 else ""
        needs.append(_of_party(it, oldest, finding(oldest) + more))
    together = [_alike(it, those) for those in many]
    return _shown(it, together + sorted(needs, key=lambda need: in_norwegian_order(need.name)), "#forpliktelser")


def _alike(it: Known, those: Sequence[Answer]) -> Need:
    """Where they are seen to: on the sheet of their session, if that is what is missing."""
    session = those[0]["session"] if those[0]["code"] == "attendance_not_recorded" else None
    link = f"/samling/{session}/frammote" if session else f"{it.path}#forpliktelser"
    return Need(link=link, name=f"{finding(those[0])}, {len(those)} kommuner", programme=it.name)


def in_a_row(words: Sequence[str]) -> str:
    """`koordinator, veileder og deltakere`."""
    *first, last = words
    return f"{', '.join(first)} og {last}" if first else last


def _of_party(it: Known, one: Answer, text: str) -> Need:
    return Need(
        link=f"{it.path}/kommune/{one['party']}", name=one["party_name"] or one["party"], text=text, programme=it.name
    )


def _parked(states: Sequence[Mapping[str, Any]]) -> list[Need]:
    return [
        Need(link="/drift", name=f"{SERVICES[it['service']]}: {count(it['parked'], 'melding', 'meldinger')}")
        for it in states
        if it["parked"]
    ]
