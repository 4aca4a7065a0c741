"""I dag: what needs someone, most urgent first."""

from __future__ import annotations

from typing import Any

from pages.today.view import MOST, Known, is_looked_at, sections
from tests.unit.pages.samples import CODE, MOLDE, TODAY, agreement, application, group, session, unbilled

MAIL = {"state": "failed", "reason": None}
CONCERN = {"raised_by": "council", "raised_on": "2025-02-20", "party": MOLDE, "party_name": "Molde"}
APPROVAL = {"state": "waiting", "held": [{}, {}], "found_at": "2025-02-21T08:00:00Z"}


def known(**lists: Any) -> Known:
    return Known(code=CODE, name="Regionalt", **lists)


def test_nothing_is_shown_that_is_empty() -> None:
    settled = known(
        sessions=[session(state="completed")],
        applications=[application()],
        agreements=[agreement(state="signed")],
        groups=[group()],
        mails=[{"state": "failed", "reason": "overtaken"}],
        approvals=[APPROVAL | {"state": "approved"}],
        unbilled=[unbilled()],
    )
    assert sections(TODAY, [settled], [{"service": "billing", "parked": 0}]) == []


def test_what_needs_someone_stands_most_urgent_first_each_with_its_link() -> None:
    found = sections(
        TODAY,
        [
            known(
                sessions=[session()],
                applications=[application(state="received")],
                agreements=[agreement()],
                groups=[group(advisor=None)],
                concerns=[CONCERN],
                mails=[MAIL, MAIL],
                approvals=[APPROVAL],
                unbilled=[unbilled(why="no_session", explanation="Ingen samling.")],
            )
        ],
        [{"service": "billing", "parked": 1}],
    )
    path = f"/program/{CODE}"
    assert [(it.link, it.name, it.text) for section in found for it in section.needs] == [
        ("/drift", "Faktureringen: 1 melding", ""),
        (f"{path}/kommune/{MOLDE}", "Molde", "meldt av rådet 20. februar 2025"),
        ("/samling/s", "Fellessamling 3", "19.–20. februar 2025"),
        (f"{path}/kommune/{MOLDE}", "Rate 2, Molde", "Ingen samling."),
        (
            f"{path}/fakturaer",
            "2 rater",
            "funnet 21. februar 2025 kl. 09.00; ingenting av det utstedes før noen har godkjent det",
        ),
        (f"{path}/e-post?state=failed", "2 e-poster", ""),
        ("/soknad/a", "Molde", ""),
        (f"{path}/kommune/{MOLDE}", "Molde", "sendt 3. februar 2025, 1 av 2 har signert"),
        (f"{path}/kommune/{MOLDE}", "Molde", "mangler veileder"),
    ]


def test_sessions_of_all_come_before_visits_and_many_visits_are_one_line() -> None:
    visits = [session(id=str(n), kind="guidance_visit", number=2, party=str(n), party_name=f"K{n}") for n in range(4)]
    visits += [session(id="v", kind="guidance_visit", number=1, instalment=None, party=MOLDE, party_name="Molde")]
    visits = [
        it | {"instalment": None, "when": {"days": {"first": "2025-01-07", "last": "2025-01-07"}}} for it in visits
    ]
    meeting = session(id="m", kind="coordinator_meeting", instalment=None)
    (section,) = sections(TODAY, [known(sessions=[*visits, meeting, session()])])
    assert [(it.name, it.link) for it in section.needs] == [
        ("Fellessamling 3", "/samling/s"),
        ("Koordinatorsamling 3", "/samling/m"),
        ("Veiledningsbesøk 2, 4 kommuner", f"/program/{CODE}"),
        ("Veiledningsbesøk 1, Molde", "/samling/v"),
    ]


def test_an_offer_is_shown_once_its_day_is_near_and_a_free_place_while_someone_is_in_the_queue() -> None:
    offers = [
        {"application": "a", "party_name": "Hitra", "offered_until": "2025-02-28"},
        {"application": "b", "party_name": "Frøya", "offered_until": "2025-03-01"},
    ]
    out = {"party_name": "Melhus", "place": None}
    places = {"free": 1, "offers_out": offers, "waiting": [{"party_name": "Rauma", "place": 1}, out]}
    near, free = sections(TODAY, [known(places=[places])])
    assert [(it.link, it.name, it.text) for it in (*near.needs, *free.needs)] == [
        ("/soknad/a#tilbud", "Hitra", "svarfrist 28. februar 2025"),
        (f"/program/{CODE}/soknader", "1 ledig plass", "Rauma står først i køen"),
    ]
    nothing = [
        {"free": 0, "offers_out": [], "waiting": places["waiting"]},
        {"free": None, "offers_out": [], "waiting": places["waiting"]},
        {"free": 1, "offers_out": [], "waiting": [out]},
    ]
    assert [sections(TODAY, [known(places=[it])]) for it in nothing] == [[], [], []]


def test_whose_agreement_is_over_lacks_nothing() -> None:
    over = agreement(state="ended", ends_on="2025-02-21")
    assert sections(TODAY, [known(groups=[group(advisor=None)], agreements=[over])]) == []
    ahead = agreement(state="ended", ends_on="2025-02-22")
    assert sections(TODAY, [known(groups=[group(advisor=None)], agreements=[ahead])]) != []


def test_what_is_not_billed_for_the_same_reason_is_said_once() -> None:
    late = {"why": "session_not_completed", "is_late": True, "is_pressing": True, "issue_by": "2025-02-20"}
    soon = {"why": "session_not_completed", "is_pressing": True, "issue_by": "2025-02-28", "instalment": 3}
    alike = [unbilled(party=str(n), why="no_session", explanation="Ingen samling.") for n in range(3)]
    held = session(instalment=1, state="completed")  # and nothing is planned after it
    (section,) = sections(TODAY, [known(unbilled=[*alike, unbilled(**soon), unbilled(**late)], sessions=[held])])
    first, next_one, last = section.needs
    assert first.text.endswith("Den skulle vært fakturert innen 20. februar 2025.")
    assert (next_one.name, next_one.text) == (
        "Rate 3, Molde",
        "Ikke gjennomført. Den skal faktureres innen 28. februar 2025.",
    )
    assert (last.name, last.link) == ("Rate 2, 3 kommuner", f"/program/{CODE}/fakturaer")


def test_of_many_alike_the_first_are_shown_and_where_the_rest_is() -> None:
    many = [application(id=str(n), state="received") for n in range(60)]
    (section,) = sections(TODAY, [known(applications=many)])
    assert len(section.needs) == MOST + 1
    assert (section.needs[-1].name, section.needs[-1].link) == ("50 til", f"/program/{CODE}/soknader")


def test_a_programme_is_looked_at_until_a_quarter_after_its_end() -> None:
    assert is_looked_at({"period_end": "2024-11-21", "closed_on": None}, TODAY)
    assert not is_looked_at({"period_end": "2024-11-20", "closed_on": None}, TODAY)
    assert not is_looked_at({"period_end": "2024-11-21", "closed_on": "2025-01-31"}, TODAY)
