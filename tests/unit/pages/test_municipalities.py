"""What a party's page makes of the answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pages.frame.api import AWAY
from pages.municipalities.asking import Answers
from pages.municipalities.changes import CHANGES, path_of
from pages.municipalities.story import story
from pages.municipalities.view import instalments, lacks, needs, shown, successors
from tests.unit.pages import samples

TODAY = date(2025, 2, 21)
PARTY = {"organisation_number": "921221967", "kind": "municipality", "name": "Molde"}
GROUP: dict[str, Any] = {
    "missing_codes": [],
    "participants": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}],
    "coordinator": "a",
    "advisor": {"id": "x"},
    "history": [],
}
AGREEMENT: dict[str, Any] = {
    "id": "1",
    "state": "sent",
    "signatories": [],
    "sent_on": None,
    "signed_on": None,
    "called_back_on": None,
    "ends_on": None,
}


def answers(**given: Any) -> Answers:
    nothing: dict[str, Any] = {
        "programme": {"code": "p"},
        "today": TODAY,
        "party": PARTY,
        "party_etag": "",
        "applications": [],
        "group": None,
        "group_etag": "",
        "agreements": [],
        "agreement_etag": "",
        "concerns": [],
        "contact_list": None,
        "advisors": [],
        "parties": [],
        "attendance": [],
        "findings": [],
        "sessions": [],
        "invoices": [],
        "credit_notes": [],
        "unbilled": [],
        "waivers": [],
        "mails": [],
    }
    return Answers(**nothing | given)


def mail(kind: str, made_at: str, **given: Any) -> dict[str, Any]:
    return {"id": "1", "kind": kind, "event": "e", "state": "sent", "made_at": made_at, "repeats": None} | given


def test_a_group_that_lacks_nothing_lacks_nothing() -> None:
    assert lacks(GROUP) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"missing_codes": ["school_owner_is_missing"]}, "Ingen i gruppa representerer skoleeier."),
        (
            {"missing_codes": ["participants_are_missing"], "participants": []},
            "Gruppa har ingen deltakere, og skal ha minst fire.",
        ),
        (
            {"missing_codes": ["participants_are_missing"], "participants": [{"id": "a"}]},
            "Gruppa har én deltaker, og skal ha minst fire.",
        ),
        (
            {"missing_codes": ["participants_are_missing"], "participants": [{"id": "a"}, {"id": "b"}]},
            "Gruppa har 2 deltakere, og skal ha minst fire.",
        ),
        ({"missing_codes": ["coordinator_is_missing"], "coordinator": None}, "Gruppa har ikke valgt koordinator."),
        ({"advisor": None}, "Ingen veileder er knyttet til."),
    ],
)
def test_what_a_group_lacks_is_said_in_words(given: dict[str, Any], words: str) -> None:
    assert lacks(GROUP | given) == [words]


def test_each_instalment_has_what_stands_what_was_credited_and_why_there_is_none() -> None:
    first = {"number": 1, "instalment": 1, "credited_by": 4}
    again = {"number": 5, "instalment": 1, "credited_by": None}
    why = {"instalment": 2, "why": "waived"}
    one, two, three = instalments([first, again], [why])
    assert (one["invoice"], one["credited"], one["why_not"]) == (again, [first], [])
    assert (two["invoice"], two["why_not"]) == (None, [why])
    assert (three["invoice"], three["why_not"]) == (None, [])


def test_what_needs_somebody_is_said_and_nothing_else() -> None:
    accepted = [{"state": "accepted"}]
    assert list(needs(answers())) == []
    assert list(needs(answers(applications=accepted, group=GROUP, agreements=[AGREEMENT | {"state": "signed"}]))) == []
    waiting = answers(applications=accepted, group=GROUP | {"advisor": None}, agreements=[AGREEMENT])
    assert list(needs(waiting)) == [
        ("Ingen veileder er knyttet til", "gruppa"),
        ("Avtalen er ikke signert av alle", "avtalen"),
    ]
    called_back = answers(applications=accepted, group=GROUP, agreements=[AGREEMENT | {"state": "called_back"}])
    assert list(needs(called_back)) == [("Avtalen er ikke sendt", "avtalen")]


def test_a_mail_that_was_overtaken_needs_nobody() -> None:
    failed = mail("invoice", "2024-09-25T10:00:00Z", state="failed")
    assert list(needs(answers(mails=[failed | {"reason": "overtaken"}]))) == []
    assert list(needs(answers(mails=[failed | {"reason": None}]))) == [("E-post ble ikke levert", "e-post")]


def test_the_story_tells_what_went_to_several_once_on_the_day_that_it_was_in_norway() -> None:
    late = "2024-05-23T22:30:00Z"  # half past midnight in Oslo
    told = story(answers(mails=[mail("application_accepted", late), mail("application_accepted", late, id="2")]))
    assert [(it.day, it.text) for it in told] == [("2024-05-24", "Tatt opp i programmet")]


def test_the_story_counts_calendar_entries_by_day() -> None:
    entries = [mail("session_invitation", "2024-06-17T10:00:00Z", id=str(n), event=str(n)) for n in range(3)]
    assert [it.text for it in story(answers(mails=entries))] == ["E-post: 3 invitasjoner til kalenderen"]


def test_an_agreement_that_was_sent_stands_once_in_the_story() -> None:
    told = [mail("agreement_to_sign", "2024-06-17T10:00:00Z")]
    text = "Avtalen ble sendt til signering"
    known = answers(agreements=[AGREEMENT | {"sent_on": "2024-06-16"}], mails=told)
    assert [(it.day, it.text) for it in story(known)] == [("2024-06-16", text)]
    from_before = answers(agreements=[AGREEMENT], mails=told)
    assert [(it.day, it.text) for it in story(from_before)] == [("2024-06-17", text)]


def test_of_a_day_what_led_to_the_other_stands_below_it() -> None:
    day = "2024-06-17"
    signed = AGREEMENT | {"state": "signed", "sent_on": day, "signed_on": day}
    invoices = [
        {"number": n, "document_number": f"FK1-{n}", "instalment": 1, "amount_ore": 1, "issued_on": day}
        for n in (9, 10)
    ]
    credit_note = {"number": 6, "document_number": "FK2-6", "invoice": 9, "issued_on": day}
    mails = [
        mail("agreement_end_taken_back", f"{day}T13:00:00Z", event="c"),
        mail("application_accepted", f"{day}T09:00:00Z", event="b"),
        mail("application_received", f"{day}T08:00:00Z"),
        mail("session_invitation", f"{day}T10:00:00Z", event="d"),
    ]
    found = answers(agreements=[signed], invoices=invoices, credit_notes=[credit_note], mails=mails)
    assert [it.text for it in reversed(story(found))] == [
        "Søknaden ble mottatt",
        "Tatt opp i programmet",
        "Avtalen ble sendt til signering",
        "Avtalen ble signert av alle",
        "Avtalens slutt ble angret",
        "Faktura FK1-9 for rate 1, 0,01 kr",
        "Kreditnota FK2-6 for faktura FK1-9",
        "Faktura FK1-10 for rate 1, 0,01 kr",
        "E-post: 1 invitasjon til kalenderen",
    ]


def test_who_coordinates_has_joined_before() -> None:
    of_that_day = {"name": "Kari", "from_on": "2024-06-17", "until_on": None}
    history = [of_that_day | {"was": it} for it in ("coordinator", "participant")]
    told = story(answers(group=GROUP | {"history": history}))
    assert [it.text for it in told] == ["Kari ble koordinator", "Kari kom med i gruppa"]


@pytest.mark.parametrize(("ends_on", "told", "later"), [("2025-02-21", 1, False), ("2025-12-01", 0, True)])
def test_an_end_that_is_to_come_has_not_happened(ends_on: str, told: int, *, later: bool) -> None:
    found = answers(agreements=[AGREEMENT | {"state": "ended", "ends_on": ends_on}])
    assert [it.text for it in story(found)] == ["Avtalen gjelder ikke lenger"] * told
    assert shown(found)["ends_later"] is later


def test_a_visit_that_is_past_and_not_registered_needs_somebody_and_has_its_number_where_no_title_is() -> None:
    past = samples.session(kind="guidance_visit", title=None, number=2, party=PARTY["organisation_number"])
    found = shown(answers(sessions=[past]))
    assert found["needs"] == [("Et møte eller besøk er ikke registrert", "besok")]
    assert found["is_past"](past)
    assert found["name_of"](past) == "Veiledningsbesøk 2"
    assert not found["is_past"](past | {"state": "completed"})
    assert found["name_of"](past | {"number": None}) == "Veiledningsbesøk"


def test_a_story_without_an_answer_goes_on_with_the_others() -> None:
    found = answers(sessions=AWAY, invoices=AWAY, credit_notes=AWAY, unbilled=AWAY, waivers=AWAY, mails=AWAY)
    assert shown(found)["story_lacks"] == ["planen", "fakturaene", "e-posten"]
    assert shown(found)["story"] == []


def test_an_agreement_goes_on_with_others_of_its_kind() -> None:
    others = [
        {"organisation_number": "1", "kind": "municipality", "name": "Volda"},
        {"organisation_number": "2", "kind": "county_branch", "name": "Møre og Romsdal"},
        {"organisation_number": "3", "kind": "municipality", "name": "Aukra"},
    ]
    assert successors([*others, PARTY], PARTY) == [("3", "Aukra (3)"), ("1", "Volda (1)")]


def test_what_a_form_names_stays_one_part_of_a_path() -> None:
    sign = CHANGES["signer"]
    assert (
        path_of(sign, "p", "1", "", {"agreement": "../x/y?z"}) == "/registration/agreements/..%2Fx%2Fy%3Fz/signatures"
    )
    assert path_of(sign, "p", "1", "", {}) == "/registration/agreements/-/signatures"
    remove = CHANGES["fjern-deltaker"]
    path = "/registration/programmes/p/groups/1/participants/7"
    assert path_of(remove, "p", "1", "7", {"on": ""}) == path
    assert path_of(remove, "p", "1", "7", {"on": "2025-01-01&x=y"}) == f"{path}?on=2025-01-01%26x%3Dy"


def test_who_signs_is_said_as_the_form_has_them() -> None:
    body = CHANGES["send-avtale"].body(
        {
            "party": "1",
            "period_start": "2026-08-01",
            "signatories.leader.name": "Kari",
            "signatories.leader.phone": "",
            "without_advisor": "",
        }
    )
    assert body == {
        "party": "1",
        "period_start": "2026-08-01",
        "signatories": {"leader": {"name": "Kari"}},
        "without_advisor": False,
    }
