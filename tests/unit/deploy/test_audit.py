"""Each invariant holds of what adds up, and notices what does not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.audit.evidence import Evidence
from deploy.audit.invariants import INVARIANTS, broken
from deploy.audit.projections import COMPARED
from deploy.audit.run import Report
from deploy.parts import PARTS
from shared.clock import real_now
from shared.messaging.streams import MAX_AGE

PROGRAMME = {
    "version": 1,
    "code": "p",
    "name": "Programmet",
    "period_start": "2024-08-01",
    "period_end": "2025-12-31",
    "fee_ore": 2_000_000,
    "days_to_pay": 30,
    "closed_on": None,
}
PARTIES: list[dict[str, Any]] = [
    {
        "version": 1,
        "organisation_number": f"90000000{n}",
        "kind": "municipality",
        "name": f"Kommune {n}",
        "official_name": None,
        "language_form": "bokmål",
        "address": {"street": "Gata 1", "postal_code": "7010", "city": "Trondheim"},
        "takes_invoices_by": "email",
        "invoice_endpoint": None,
    }
    for n in (1, 2)
]
APPLICATIONS = [
    {"id": f"s{n}", "version": 2, "programme": "p", "party": f"90000000{n}", "state": "accepted"} for n in (1, 2)
]
SESSIONS: list[dict[str, Any]] = [
    {
        "id": f"s{n}",
        "version": 2,
        "programme": "p",
        "kind": "joint_session",
        "format": "physical",
        "number": 2 * n - 1,
        "instalment": n,
        "state": "completed",
        "when": {"days": {"first": day, "last": day}},
    }
    for n, day in enumerate(("2024-09-25", "2025-02-20", "2025-09-12"), start=1)
]
AGREEMENTS = [
    {
        "id": id,
        "version": 2,
        "programme": "p",
        "party": party,
        "signed_on": "2024-08-15",
        "ends_on": ends_on,
        "kind_of_end": "agreed" if ends_on else None,
        "predecessor": None,
        "called_back_on": None,
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "fee_ore": 2_000_000,
        "payer_reference": "r",
        "order_reference": None,
        "accounting_cost": None,
    }
    for id, party, ends_on in (("a1", "900000001", None), ("a2", "900000002", "2025-09-01"))
]
KIDS = ("00010000016", "00010000024", "00010000032", "00010000040", "00010000057", "00010000065")


def _invoice(number: int, agreement: dict[str, Any], n: int, credited_by: int | None = None) -> dict[str, Any]:
    return {
        "number": number,
        "kid": KIDS[number - 1],
        "party": agreement["party"],
        "agreement": agreement["id"],
        "instalment": n,
        "attempt": 1,
        "session": f"s{n}",
        "release": None,
        "delivered_from": SESSIONS[n - 1]["when"]["days"]["first"],
        "delivered_to": SESSIONS[n - 1]["when"]["days"]["last"],
        "amount_ore": 666_666 if n == 3 else 666_667,
        "issued_on": "2025-09-12",
        "credited_by": credited_by,
    }


INVOICES = [
    _invoice(number, agreement, n, credited_by=1 if number == 6 else None)
    for number, (n, agreement) in enumerate([(n, it) for n in (1, 2, 3) for it in AGREEMENTS], start=1)
]
NOTE = INVOICES[5] | {"number": 1, "invoice": 6, "reason": "agreement_ended", "because": "e-a2"}


def _event(id: str, publisher: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id,
        "source": f"/kulturskole/{publisher}",
        "type": f"kulturskole.{publisher}.{name}.v1",
        "time": "2024-09-01T12:00:00Z",
        "data": deepcopy(data),
    }


EVENTS = [
    *(_event(f"e-{it['id']}", "registration", "agreement.signed", it) for it in AGREEMENTS),
    *(_event(f"e-{it['id']}", "scheduling", "physical_session.completed", it) for it in SESSIONS),
    *(_event(f"e-i{it['number']}", "billing", "invoice.issued", it) for it in INVOICES),
    _event("e-n1", "billing", "credit_note.issued", NOTE),
    _event("e-p", "registration", "programme.opened", PROGRAMME),
    *(_event(f"e-{it['organisation_number']}", "registration", "party.registered", it) for it in PARTIES),
    *(_event(f"e-{it['id']}-accepted", "registration", "application.accepted", it) for it in APPLICATIONS),
]
MAILS = [
    *({"kind": "invoice", "event": f"e-i{it['number']}"} for it in INVOICES),
    {"kind": "credit_note", "event": "e-n1"},
]
NOW, KEPT = real_now(), timedelta(seconds=MAX_AGE)
TOLD = [{"event": it, "published_at": NOW.isoformat()} for it in EVENTS]
COLUMNS = {(part.name, it.name): it.table.columns.keys() for part in PARTS for it in part.consumers.projections()}


def _projected(service: str, table: str) -> list[dict[str, Any]]:
    """As the rows are if all is well."""
    projection = COMPARED[service, table]
    kinds = {
        "Programme": ["programme"],
        "Party": ["party"],
        "Application": ["application"],
        "Agreement": ["agreement"],
        "Group": ["group"],
        "Session": ["physical_session"],
    }
    words = kinds.get(projection.entity.__name__, [])  # of the others nothing is told here
    found = [it for it in EVENTS if it["type"].split(".")[2] in words]
    return [projection.expected(it, COLUMNS[service, table]) for it in found]


VERIFICATION: dict[str, Any] = {
    "findings": [],
    "series": [{"series": "p/invoices", "last": 6, "link": "6"}, {"series": "p/credit-notes", "last": 1, "link": None}],
}
FILES: dict[str, Any] = {"findings": []}
GONE = {"series": "p/invoices", "code": "file_is_gone", "number": 2, "format": "pdf"}
CHANGED = {"series": "p/invoices", "code": "document_is_changed", "number": 2, "until": 2}


SOUND = Evidence(
    programme="p",
    concerned=frozenset(it["organisation_number"] for it in PARTIES),
    programmes=[PROGRAMME],
    parties=PARTIES,
    applications=APPLICATIONS,
    agreements=AGREEMENTS,
    sessions=SESSIONS,
    releases=[],
    waivers=[],
    invoices=INVOICES,
    credit_notes=[NOTE],
    approvals=[],
    unbilled=[],
    deliveries=[],
    verification=VERIFICATION,
    files=FILES,
    mails=MAILS,
    waiting=[],
    events=EVENTS,
    told=TOLD,
    disowned=frozenset(),
    projections={name: _projected(*name) for name in COMPARED},
)


def test_what_adds_up_breaks_nothing() -> None:
    assert broken(SOUND) == {}


def told(change: Callable[[list[dict[str, Any]]], Any]) -> Evidence:
    """The same, with a change to what is told, in the streams and by the services themselves."""
    events = deepcopy(EVENTS)
    change(events)
    return replace(SOUND, events=events, told=[{"event": it, "published_at": NOW.isoformat()} for it in events])


def projected(service: str, table: str, change: Callable[[list[dict[str, Any]]], Any]) -> Evidence:
    """The sound evidence with a projection changed in place."""
    rows = deepcopy(SOUND.projections[service, table])
    change(rows)
    return replace(SOUND, projections={**SOUND.projections, (service, table): rows})


def changed(**rows: Callable[[list[dict[str, Any]]], Any]) -> Evidence:
    """The sound evidence with some of its lists changed in place."""
    copies = {name: deepcopy(getattr(SOUND, name)) for name in rows}
    for name, change in rows.items():
        change(copies[name])
    return replace(SOUND, **copies)


def last_invoice(events: list[dict[str, Any]]) -> dict[str, Any]:
    """What its event tells, with its series and its link."""
    data: dict[str, Any] = next(it["data"] for it in events if it["id"] == "e-i6")
    data.update(series="p/invoices", link="6")
    return data


RELEASE = {
    "id": "r1",
    "version": 1,
    "instalment": 3,
    "effective_on": "2025-08-31",
    "withdrawn": False,
}
WAIVER = {"id": "w1", "version": 1, "agreement": "a1", "instalment": 1, "withdrawn": False}
WRONG: list[tuple[str, str, Evidence]] = [
    ("what_is_issued_stands", "an amount", replace(SOUND, verification=VERIFICATION | {"findings": [CHANGED]})),
    ("what_is_issued_stands", "a file", replace(SOUND, files={"findings": [GONE]})),
    ("what_is_issued_stands", "all links", told(lambda it: last_invoice(it).update(link="7"))),
    ("numbers_run_without_gaps", "a gap", changed(invoices=lambda it: it[1].update(number=9))),
    ("numbers_run_without_gaps", "a note's gap", changed(credit_notes=lambda it: it[0].update(number=2))),
    (
        "no_more_have_a_place_than_there_are",
        "more than places",
        changed(programmes=lambda it: it[0].update(places=1)),
    ),
    (
        "no_more_have_a_place_than_there_are",
        "a place twice",
        changed(applications=lambda it: [one.update(waiting_list_place=1) for one in it]),
    ),
    ("nobody_pays_more_than_the_fee", "twice", changed(invoices=lambda it: it[2].update(instalment=1))),
    ("nobody_pays_more_than_the_fee", "too much", changed(invoices=lambda it: it[0].update(amount_ore=666_668))),
    ("nobody_pays_more_than_the_fee", "too little", changed(invoices=lambda it: it[0].update(amount_ore=666_666))),
    ("credit_notes_pair_with_invoices", "of nothing", changed(credit_notes=lambda it: it[0].update(invoice=99))),
    ("credit_notes_pair_with_invoices", "in part", changed(credit_notes=lambda it: it[0].update(amount_ore=1))),
    ("credit_notes_pair_with_invoices", "unfounded", changed(credit_notes=lambda it: it[0].update(because="e-x"))),
    ("credit_notes_pair_with_invoices", "no event", changed(credit_notes=lambda it: it[0].update(because=None))),
    ("credit_notes_pair_with_invoices", "twice", changed(credit_notes=lambda it: it.append(NOTE | {"number": 2}))),
    ("what_stands_is_what_is_due", "missing", changed(invoices=lambda it: it.pop(0))),
    ("what_stands_is_what_is_due", "after the end", changed(invoices=lambda it: it[5].update(credited_by=None))),
    ("what_stands_is_what_is_due", "not held", changed(sessions=lambda it: it[0].update(state="planned"))),
    ("what_stands_is_what_is_due", "a release", changed(releases=lambda it: it.append(RELEASE))),
    ("documents_are_told_once", "not told", told(lambda it: it.pop(5))),
    ("what_stands_is_what_is_due", "a waiver", changed(waivers=lambda it: it.append(WAIVER))),
    ("invoices_name_what_was_delivered", "not held", changed(sessions=lambda it: it[0].update(state="planned"))),
    ("invoices_name_what_was_delivered", "other", changed(sessions=lambda it: it[0].update(instalment=3))),
    ("invoices_name_what_was_delivered", "after", changed(invoices=lambda it: it[5].update(credited_by=None))),
    (
        "invoices_name_what_was_delivered",
        "days",
        changed(invoices=lambda it: it[0].update(delivered_from="2024-09-24")),
    ),
    (
        "invoices_name_what_was_delivered",
        "withdrawn",
        changed(invoices=lambda it: it[0].update(session=None, release="r1")),
    ),
    ("documents_are_told_once", "no row", changed(invoices=lambda it: it.pop(0))),
    ("documents_are_told_once", "twice", told(lambda it: it.append(EVENTS[5] | {"id": "e-other"}))),
    ("documents_are_told_once", "otherwise", told(lambda it: it[5]["data"].update(amount_ore=1))),
    ("kids_are_unique", "twice", changed(invoices=lambda it: it[1].update(kid=KIDS[0]))),
    ("kids_are_unique", "wrong", changed(invoices=lambda it: it[1].update(kid="00010000017"))),
    ("newest_events_agree_with_the_apis", "older", changed(agreements=lambda it: it[0].update(version=3))),
    ("newest_events_agree_with_the_apis", "otherwise", changed(sessions=lambda it: it[0].update(format="digital"))),
    ("newest_events_agree_with_the_apis", "not told", told(lambda it: it.pop(0))),
    ("newest_events_agree_with_the_apis", "not there", changed(agreements=lambda it: it.pop(0))),
    ("newest_events_agree_with_the_apis", "a name", changed(parties=lambda it: it[0].update(name="Gammelt"))),
    (
        "projections_agree_with_their_publishers",
        "an old name",
        projected("notifications", "party", lambda it: it[0].update(name="Gammelt navn")),
    ),
    (
        "projections_agree_with_their_publishers",
        "a lost agreement",
        projected("billing", "agreement", lambda it: it.pop(0)),
    ),
    (
        "projections_agree_with_their_publishers",
        "never told",
        projected("billing", "session", lambda it: it.append(it[0] | {"id": "s9"})),
    ),
    ("streams_have_what_was_told", "lost", changed(events=lambda it: it.pop(0))),
    ("streams_have_what_was_told", "forged", changed(events=lambda it: it.append(EVENTS[0] | {"id": "e-x"}))),
    ("streams_have_what_was_told", "not sent", changed(told=lambda it: it[0].update(published_at=None))),
    ("events_never_change", "changed", changed(events=lambda it: it.append(EVENTS[0] | {"data": {}}))),
    ("who_is_invoiced_hears_of_it", "no mail", changed(mails=lambda it: it.pop(0))),
    (
        "who_is_invoiced_hears_of_it",
        "no delivery",
        changed(events=lambda it: it[6]["data"].update(delivery_is_told=True)),
    ),
]


@pytest.mark.parametrize(("invariant", "_", "evidence"), WRONG, ids=[f"{name}-{what}" for name, what, _ in WRONG])
def test_what_does_not_add_up_is_noticed(invariant: str, _: str, evidence: Evidence) -> None:
    assert invariant in broken(evidence)


def test_an_event_is_matched_by_what_it_carries_and_not_by_its_name() -> None:
    """The advisor's event carries a group, a concern names its agreement, and what is not in the catalogue is nobody's."""
    group = {"programme": "p", "party": "900000001", "version": 1, "advisor": None}
    others = [
        _event("e-g", "registration", "advisor.attached", group),
        _event("e-c", "registration", "concern.raised", {"id": "c1", "version": 1, "agreement": "a1"}),
        _event("e-x", "registration", "agreement.renamed", {"id": "a9", "version": 1}),
        _event("e-y", "scheduling", "plan.renamed", {"id": "p1", "version": 1}),
        _event("e-z", "billing", "invoice.reminded", {"id": "i1", "version": 1}),
    ]
    known = {**SOUND.projections, ("scheduling", "party_group"): [group]}
    assert broken(replace(told(lambda it: it.extend(others)), projections=known)) == {}


def test_a_person_who_was_erased_is_looked_for_with_whoever_was_told() -> None:
    erased = _event("e-e", "registration", "person.erased", {"id": "p1", "version": 1})
    evidence = told(lambda it: it.append(erased))
    there = [{"id": "p1", "version": 1}]
    kept = {**SOUND.projections, ("notifications", "erased_person"): there, ("scheduling", "erased_person"): there}
    assert broken(replace(evidence, projections=kept)) == {}
    assert broken(replace(evidence, projections={**kept, ("scheduling", "erased_person"): []})) == {
        "projections_agree_with_their_publishers": ["scheduling's erased_person p1 is told and not there"]
    }


def test_a_release_that_is_told_and_not_there_is_noticed() -> None:
    release = _event("e-r1", "billing", "instalment.release_withdrawn", RELEASE | {"withdrawn": True})
    assert broken(told(lambda it: it.append(release))) == {
        "newest_events_agree_with_the_apis": ["the release r1 is told and not there"]
    }


def test_what_a_stream_has_no_more_for_its_age_is_taken_from_who_told_it() -> None:
    aged = changed(events=lambda it: it.pop(5), told=lambda it: it[5].update(published_at=(NOW - KEPT).isoformat()))
    assert broken(aged) == {}
    assert broken(replace(aged, invoices=INVOICES[1:])) != {}


def test_an_event_that_is_disowned_is_none_of_the_programmes() -> None:
    forged = _event("e-x", "billing", "invoice.issued", INVOICES[0] | {"number": 9})
    assert broken(replace(SOUND, events=[*EVENTS, forged])) != {}
    assert broken(replace(SOUND, events=[*EVENTS, forged], disowned=frozenset({"e-x"}))) == {}


def test_a_party_and_a_programme_that_the_audited_one_has_nothing_to_do_with_are_left_alone() -> None:
    other = projected("billing", "party", lambda it: it.append(it[0] | {"organisation_number": "900000009"}))
    assert broken(other) == {}
    other = projected("billing", "programme", lambda it: it.append(it[0] | {"code": "other"}))
    assert broken(other) == {}


def test_what_was_deleted_is_told_and_not_there() -> None:
    gone = _event("e-gone", "registration", "programme.deleted", PROGRAMME | {"code": "mistake", "deleted": True})
    newest = INVARIANTS["newest_events_agree_with_the_apis"]
    assert list(newest(told(lambda it: it.append(gone)))) == []
    there = replace(told(lambda it: it.append(gone)), programmes=[PROGRAMME, PROGRAMME | {"code": "mistake"}])
    assert list(newest(there)) == ["the programme mistake is there and not told"]


def test_a_waiver_that_is_withdrawn_makes_no_difference() -> None:
    waiver = WAIVER | {"version": 2, "withdrawn": True}
    withdrawn = _event("e-w1", "billing", "instalment.waiver_withdrawn", waiver)
    assert broken(replace(told(lambda it: it.append(withdrawn)), waivers=[waiver])) == {}


def test_a_credit_note_that_somebody_asked_for_names_no_event() -> None:
    by_hand = {"reason": "wrong_reference", "because": None}

    def note(events: list[dict[str, Any]]) -> None:
        next(it for it in events if it["id"] == "e-n1")["data"].update(by_hand)

    assert broken(replace(told(note), credit_notes=[NOTE | by_hand])) == {}


def test_a_series_ends_in_the_link_that_was_told() -> None:
    assert broken(told(last_invoice)) == {}


def test_what_waits_for_an_approval_is_not_broken() -> None:
    not_held = changed(sessions=lambda it: it[0].update(state="planned"))
    first = [{"agreement": it["id"], "instalment": 1} for it in AGREEMENTS]
    assert {"what_stands_is_what_is_due", "invoices_name_what_was_delivered"} < broken(not_held).keys()
    waits = broken(replace(not_held, approvals=[{"held": first}]))
    assert waits.keys() == {"newest_events_agree_with_the_apis"}


def test_what_waits_for_what_an_invoice_lacks_is_not_broken() -> None:
    (first,) = [it for it in INVOICES if (it["agreement"], it["instalment"]) == ("a1", 1)]
    without = changed(invoices=lambda it: it.remove(first))
    owes = "agreement a1 owes instalment 1, and no invoice stands for it"
    assert owes in broken(without)["what_stands_is_what_is_due"]
    lacks = [{"agreement": "a1", "instalment": 1, "why": why} for why in ("reference_missing", "place_missing")]
    assert "what_stands_is_what_is_due" not in broken(replace(without, unbilled=lacks))
    soon = [{"agreement": "a1", "instalment": 1, "why": "about_to_be_issued"}]
    assert owes in broken(replace(without, unbilled=soon))["what_stands_is_what_is_due"]


def test_an_invoice_whose_days_are_lost_names_its_session_alone() -> None:
    assert broken(changed(invoices=lambda it: it[0].update(delivered_from=None, delivered_to=None))) == {}


def test_every_invariant_can_be_broken() -> None:
    assert {name for name, _, _ in WRONG} == set(INVARIANTS)


def test_who_is_seen_waiting_for_a_mail_is_not_forgotten() -> None:
    without = changed(mails=lambda it: it.pop(0))
    waits = {"what": "invoice", "party": INVOICES[0]["party"], "why": "recipient"}
    assert broken(replace(without, waiting=[waits])) == {}


def test_a_report_says_the_same_in_lines_and_as_data() -> None:
    report = Report(programme="p", looked_at={"credit_notes": 2}, broken={"kids_are_unique": ["a KID stands twice"]})
    assert not report.holds
    first, *lines = report.lines()
    assert first == "2 credit notes"
    assert lines.index("  broken  kids are unique") + 1 == lines.index("          a KID stands twice")
    assert len(lines) == len(INVARIANTS) + 1
    assert report.content()["holds"] is False
    assert {name: it for name, it in report.content()["invariants"].items() if it} == report.broken
    assert set(report.content()["invariants"]) == set(INVARIANTS)
