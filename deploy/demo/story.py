"""What happens in the regional programme 2024–2025, day by day (S4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from deploy.client import Client
from deploy.demo import attendance, days_that_come, local, shape, waiting
from deploy.demo import plan as the_plan
from deploy.demo.cast import WAITING_LIST, Municipality, Person, advisors, contact_person
from deploy.demo.persons import erase_the_one_who_was_replaced
from deploy.demo.play import Play, Say, all_of, days

PROGRAMME = "regionalt-2024-2025"
PLAN = Path(__file__).parents[2] / "services" / "scheduling" / "examples" / "plan-2024-2025.json"
OPENING = date(2024, 1, 15)
# Those to whom something special happens: signs late, is terminated, has left before it says so, has an advisor who falls ill.
LATE, TERMINATED, LEFT, ILL = "Kristiansund", "Verdal", "Namsos", "Volda"
# Those with whom something is put right: is declined by mistake, withdraws, has another director, reference, coordinator.
DECLINED_BY_MISTAKE, WITHDRAWS, HAS_NEW_DIRECTOR = "Melhus", "Rauma", "Molde"
HAS_NEW_REFERENCE, HAS_NEW_COORDINATOR = "Levanger", "Steinkjer"
NEW_REFERENCE = "KS-5037-KULTUR"
NEW_DIRECTOR, NEW_COORDINATOR = "Solveig Aasen Berg", "Marius Holt"
AUGUST_MEETINGS = (date(2024, 8, 13), date(2024, 8, 14), date(2024, 8, 15))
# Venue and city of the physical joint sessions, by number; invented.
PLACES = {1: ("Kimen kulturhus", "Stjørdal"), 3: ("Olavshallen", "Trondheim"), 5: ("Plassen", "Molde")}
VISITS = {  # by number: when they are planned, and the first of them; one municipality a working day
    1: (date(2024, 9, 30), date(2024, 10, 7)),
    2: (date(2024, 12, 2), date(2025, 1, 7)),
    3: (date(2025, 2, 24), date(2025, 3, 10)),
    4: (date(2025, 5, 26), date(2025, 6, 10)),
    5: (date(2025, 11, 3), date(2025, 11, 24)),
}


async def play(client: Client, say: Say, applicants: Sequence[Municipality]) -> Play:
    """The whole programme, from its opening to the sharing arena; those it names must be among the applicants."""
    it = Play(client, say, PROGRAMME)
    accepted = [one for one in applicants if one.takes_part]
    await open_the_programme(it, applicants)
    await select(it, applicants)
    await form_groups(it, accepted)
    await begin(it, accepted)
    await first_semester(it, accepted)
    await second_semester(it, accepted)
    staying = [one for one in accepted if one.name != TERMINATED]
    await summer(it, staying)
    await third_semester(it, staying)
    await erase_the_one_who_was_replaced(it, _named(HAS_NEW_COORDINATOR, accepted))
    return it


async def open_the_programme(it: Play, applicants: Sequence[Municipality]) -> None:
    async with it.on(OPENING, f"Programmet åpnes, {len(applicants)} kommuner og 3 veiledere registreres"):
        await it.client.post(
            "/registration/programmes",
            {
                "code": PROGRAMME,
                "name": "Fremtidens kulturskole, regionalt program 2024–2025",
                "period_start": "2024-08-01",
                "period_end": "2025-12-31",
                "fee_ore": 2_000_000,
                "applications_from": "2024-02-01",
                "applications_until": "2024-05-01",
                "places": waiting.PLACES,
                "contact_person": contact_person(),
            },
        )
        await all_of(it.client.post("/registration/parties", one.party()) for one in applicants)
        it.advisors = [
            view["id"] for view in await all_of(it.client.post("/registration/advisors", one) for one in advisors())
        ]
        await local.adopt_areas(it)
    plan = [_with_place(session) for session in json.loads(PLAN.read_text(encoding="utf-8"))]
    async with it.on(date(2024, 2, 1), f"Planen legges inn: {len(plan)} samlinger, møter og besøk"):
        await it.plan(*plan)
        await shape.accept_what_the_plan_lacks(it)
    async with it.on(date(2024, 3, 15), "Inspirasjonssamlingen er holdt"):
        await it.complete("inspiration_session")


def _with_place(session: dict[str, Any]) -> dict[str, Any]:
    """The plan names no places, and an invoice says where its session was held: physical joint sessions get one."""
    if session["kind"] != "joint_session" or session["format"] != "physical":
        return session
    venue, city = PLACES[session["number"]]
    return session | {"venue": venue, "city": city}


async def select(it: Play, applicants: Sequence[Municipality]) -> None:
    async with it.on(date(2024, 4, 15), f"{len(applicants)} kommuner søker"):
        views = await all_of(
            it.client.post(it.of_programme("applications"), _application_of(it, one)) for one in applicants
        )
        it.applications = {view["party"]: view["id"] for view in views}
    async with it.on(date(2024, 5, 24), "Søknadene vurderes: 12 tas opp, Hitra venter, Frøya og Melhus får avslag"):
        by_mistake = {DECLINED_BY_MISTAKE: {"outcome": "declined"}}
        await all_of(
            it.client.post(_application(it, one, "assessment"), one.assessment() | by_mistake.get(one.name, {}))
            for one in applicants
        )
    declined = _named(DECLINED_BY_MISTAKE, applicants)
    async with it.on(date(2024, 5, 24), "Avslaget til Melhus var en feil: de tas opp", at=time(16, 30)):
        await it.client.post(_application(it, declined, "assessment"), declined.assessment())
    async with it.on(date(2024, 6, 3), f"{WITHDRAWS} trekker søknaden: tolv kommuner blir med"):
        reason = {"reason": "Kommunestyret prioriterer andre oppgaver."}
        await it.client.post(_application(it, _named(WITHDRAWS, applicants), "withdrawal"), reason)
    await waiting.offer_the_place(it, _named(WAITING_LIST[0], applicants), WITHDRAWS)


def _application_of(it: Play, one: Municipality) -> dict[str, Any]:
    return one.application() | {"development_area": it.areas[one.county][0]}


def _application(it: Play, one: Municipality, end: str) -> str:
    return f"/registration/applications/{it.applications[one.organisation_number]}/{end}"


def _named(name: str, those: Sequence[Municipality]) -> Municipality:
    return next(one for one in those if one.name == name)


async def form_groups(it: Play, accepted: Sequence[Municipality]) -> None:
    async with it.on(date(2024, 6, 10), "Kommunegruppene får fire deltakere, koordinator og veileder"):
        await all_of(_form_group(it, one) for one in accepted)
    await the_plan.publish(it)
    async with it.on(date(2024, 6, 17), "Avtalene sendes til underskrift, avtale- og kontraktsmøtene planlegges"):
        await all_of(_send_agreement(it, one) for one in accepted)
        await it.plan(*(_contract_meeting(one, AUGUST_MEETINGS[n % 3], n // 3) for n, one in enumerate(accepted)))
    await waiting.see_it_lapse(it, WAITING_LIST[0])
    await local.map_actors(it, accepted)
    one = _named(HAS_NEW_DIRECTOR, accepted)
    async with it.on(date(2024, 7, 1), f"{one.name} får ny kommunedirektør, som skal underskrive i stedet"):
        director = Person(NEW_DIRECTOR, one.domain).contact()
        await _amend(it, one, signatories={"municipal_director": director})
    await days_that_come.contact_lists(it)


async def _form_group(it: Play, one: Municipality) -> None:
    group = it.of_programme(f"groups/{one.organisation_number}")
    for participant in one.participants():
        view = await it.client.post(f"{group}/participants", participant)
        it.participants.setdefault(one.organisation_number, []).append(_id_of(view, participant["email"]))
    elected = it.participants[one.organisation_number][one.coordinator]
    await it.client.post(f"{group}/coordinator", {"participant": elected})
    await it.client.post(f"{group}/advisor", {"advisor": it.advisors[one.place % len(it.advisors)]})


def _id_of(group: dict[str, Any], email: str) -> str:
    return next(str(person["id"]) for person in group["participants"] if person["email"] == email)


async def _send_agreement(it: Play, one: Municipality) -> None:
    period = {"period_start": "2024-08-01", "period_end": "2025-12-31"}
    body = {"party": one.organisation_number, **period, "signatories": one.signatories()}
    view = await it.client.post(it.of_programme("agreements"), body)
    it.agreements[one.organisation_number] = view["id"]


async def _amend(it: Play, one: Municipality, **changes: Any) -> None:
    await it.client.patch(f"/registration/agreements/{it.agreements[one.organisation_number]}", changes)


def _contract_meeting(one: Municipality, day: date, place_in_day: int) -> dict[str, Any]:
    hour = 9 + place_in_day
    return {
        "kind": "contract_meeting",
        "format": "digital",
        "title": "Avtale- og kontraktsmøte",
        "party": one.organisation_number,
        "when": days(day, starts_at=f"{hour:02}:00", ends_at=f"{hour:02}:45"),
        "meeting_link": f"https://mote.example/{one.number}",
    }


async def begin(it: Play, accepted: Sequence[Municipality]) -> None:
    late = _named(LATE, accepted)
    punctual = [one for one in accepted if one is not late]
    async with it.on(date(2024, 8, 12), f"{LATE} er ikke klar: møtet flyttes til oktober", at=time(9)):
        await it.change(
            "move",
            "contract_meeting",
            None,
            late.organisation_number,
            when=days(date(2024, 10, 15), starts_at="09:00", ends_at="09:45"),
        )
    async with it.on(AUGUST_MEETINGS[-1], "Avtale- og kontraktsmøtene er holdt, elleve kommuner har underskrevet"):
        await it.complete("contract_meeting", None, [one.organisation_number for one in punctual])
        await all_of(it.sign(one, AUGUST_MEETINGS[-1]) for one in punctual)
    async with it.on(date(2024, 8, 21), "Koordinatorsamling 1 er holdt"):
        await it.complete("coordinator_meeting", 1)
        await attendance.take(it, "coordinator_meeting", 1, accepted)
    await days_that_come.reminders(it)


async def first_semester(it: Play, accepted: Sequence[Municipality]) -> None:
    late = _named(LATE, accepted)
    async with it.on(date(2024, 9, 25), "Fellessamling 1 (fysisk) er holdt: første rate til elleve kommuner"):
        await it.complete("joint_session", 1)
        await attendance.take_but_forget_one(it, accepted)
    await _plan_visits(it, 1, accepted)
    await attendance.take_what_was_forgotten(it, accepted)
    async with it.on(date(2024, 10, 15), f"{LATE} underskriver og skylder første rate med én gang"):
        await it.complete("contract_meeting", None, [late.organisation_number])
        await it.sign(late, date(2024, 10, 15))
    await _complete_visits(it, 1, accepted)
    await shape.write_minutes(it, 1, accepted[0].organisation_number)
    async with it.on(date(2024, 10, 29), "Koordinatorsamling 2 er holdt"):
        await it.complete("coordinator_meeting", 2)
        await attendance.take(it, "coordinator_meeting", 2, accepted)
    await local.begin_plans(it, accepted)
    await the_plan.postpone_three_and_take_it_back(it)
    async with it.on(date(2024, 11, 27), "Fellessamling 2 (digital) er holdt"):
        await it.complete("joint_session", 2)
        await attendance.take(it, "joint_session", 2, accepted)
    await _plan_visits(it, 2, accepted)
    await local.find_needs(it, accepted)
    one = _named(HAS_NEW_REFERENCE, accepted)
    async with it.on(date(2024, 12, 10), f"{one.name} får ny fakturareferanse, fra og med andre rate"):
        await _amend(it, one, payer_reference=NEW_REFERENCE)


async def second_semester(it: Play, accepted: Sequence[Municipality]) -> None:
    await _replace_coordinator(it, _named(HAS_NEW_COORDINATOR, accepted))
    await _complete_visits(it, 2, accepted)
    async with it.on(date(2025, 1, 23), "Koordinatorsamling 3 er holdt"):
        await it.complete("coordinator_meeting", 3)
        await attendance.take(it, "coordinator_meeting", 3, accepted)
    async with it.on(date(2025, 1, 27), "Fellessamling 3 flyttes fra 12.–13. til 19.–20. februar"):
        await it.change("move", "joint_session", 3, when=days(date(2025, 2, 19), date(2025, 2, 20)))
    async with it.on(date(2025, 2, 20), "Fellessamling 3 (fysisk) er holdt: andre rate til tolv kommuner"):
        await it.complete("joint_session", 3)
        await attendance.take(it, "joint_session", 3, accepted)
    await _plan_visits(it, 3, accepted)
    await _terminate(it, _named(TERMINATED, accepted))
    staying = [one for one in accepted if one.name != TERMINATED]
    await _complete_visits(it, 3, staying)
    async with it.on(date(2025, 4, 29), "Koordinatorsamling 4 er holdt"):
        await it.complete("coordinator_meeting", 4)
        await attendance.take(it, "coordinator_meeting", 4, staying)
    await local.try_measures(it, staying)
    async with it.on(date(2025, 5, 21), "Fellessamling 4 (digital) er holdt"):
        await it.complete("joint_session", 4)
        await attendance.take(it, "joint_session", 4, staying)


async def _replace_coordinator(it: Play, one: Municipality) -> None:
    replaced = it.participants[one.organisation_number][one.coordinator]
    participant = it.of_programme(f"groups/{one.organisation_number}/participants/{replaced}")
    async with it.on(date(2025, 1, 6), f"{one.name} får ny koordinator"):
        successor = Person(NEW_COORDINATOR, one.domain).contact()
        await it.client.post(f"{participant}/successor", successor)


async def _terminate(it: Play, one: Municipality) -> None:
    agreement = it.agreements[one.organisation_number]
    async with it.on(date(2025, 2, 26), f"Rådet melder en bekymring: {one.name} følger ikke opp avtalen"):
        concern_of_the_council = {
            "raised_by": "council",
            "description": "Gruppen har ikke møtt, og arbeidet mellom samlingene er stanset.",
            "findings": ["nobody_came"],
        }
        concern = await it.client.post(f"/registration/agreements/{agreement}/concerns", concern_of_the_council)
    async with it.on(date(2025, 3, 3), f"Veiledningsbesøk 3 hos {one.name} avlyses", at=time(9)):
        await it.change("cancellation", "guidance_visit", 3, one.organisation_number)
    async with it.on(date(2025, 3, 3), f"Avtalen med {one.name} sies opp med øyeblikkelig virkning"):
        body = {"concern": concern["id"], "ends_on": "2025-03-03"}
        await it.client.post(f"/registration/agreements/{agreement}/termination", body)


async def summer(it: Play, staying: Sequence[Municipality]) -> None:
    await _plan_visits(it, 4, staying)
    async with it.on(date(2025, 6, 2), "Koordinatorsamling 5 får sin dag: 26. august"):
        when = {**days(date(2025, 8, 26)), "duration_minutes": 150}
        await it.change("sharpening", "coordinator_meeting", 5, when=when)
    for one in staying:
        if one.name == ILL:
            async with it.on(date(2025, 6, 5), f"Veilederen blir syk: besøk 4 hos {ILL} avlyses, og et nytt avtales"):
                await it.change("cancellation", "guidance_visit", 4, one.organisation_number)
                await it.plan(_visit(4, one, date(2025, 6, 20)))
    await _complete_visits(it, 4, staying)
    async with it.on(date(2025, 8, 26), "Koordinatorsamling 5 er holdt"):
        await it.complete("coordinator_meeting", 5)
        await attendance.take(it, "coordinator_meeting", 5, staying)


async def third_semester(it: Play, staying: Sequence[Municipality]) -> None:
    left = _named(LEFT, staying)
    async with it.on(date(2025, 9, 12), "Fellessamling 5 (fysisk) er holdt: tredje rate til elleve kommuner"):
        await it.complete("joint_session", 5)
        await attendance.take(it, "joint_session", 5, staying)
    async with it.on(date(2025, 9, 15), f"{LEFT} melder at de sluttet 1. september: tredje rate krediteres"):
        agreement = it.agreements[left.organisation_number]
        body = {"ends_on": "2025-09-01", "reason": "Kommunen har lagt ned prosjektstillingen."}
        await it.client.post(f"/registration/agreements/{agreement}/end", body)
    remaining = [one for one in staying if one is not left]
    async with it.on(date(2025, 9, 22), "Koordinatorsamling 6 blir fysisk"):
        await it.change("format", "coordinator_meeting", 6, format="physical")
    async with it.on(date(2025, 10, 16), "Koordinatorsamling 6 er holdt; den utløser ingen rate"):
        await it.complete("coordinator_meeting", 6)
        await attendance.take(it, "coordinator_meeting", 6, remaining)
    await _plan_visits(it, 5, remaining)
    async with it.on(date(2025, 11, 21), "Fellessamling 6 (digital) er holdt"):
        await it.complete("joint_session", 6)
        await attendance.take(it, "joint_session", 6, remaining)
    await _complete_visits(it, 5, remaining)
    await local.evaluate(it, remaining)
    async with it.on(date(2025, 12, 12), "Delingsarenaen blir fysisk"):
        await it.change("format", "sharing_arena", format="physical")
    async with it.on(date(2025, 12, 15), "Delingsarenaen får sine dager: 14.–15. januar"):
        await it.change("sharpening", "sharing_arena", when=days(date(2026, 1, 14), date(2026, 1, 15)))
    async with it.on(date(2026, 1, 15), "Delingsarenaen er holdt"):
        await it.complete("sharing_arena")


async def _plan_visits(it: Play, number: int, hosts: Sequence[Municipality]) -> None:
    planned_on, first = VISITS[number]
    async with it.on(planned_on, f"Veiledningsbesøk {number} avtales med {len(hosts)} kommuner"):
        await it.plan(*(_visit(number, one, _working_day(first, one.place)) for one in hosts))


async def _complete_visits(it: Play, number: int, hosts: Sequence[Municipality]) -> None:
    _, first = VISITS[number]
    last = max(_working_day(first, one.place) for one in hosts)
    async with it.on(last, f"Veiledningsbesøk {number} er gjennomført hos {len(hosts)} kommuner"):
        await it.complete("guidance_visit", number, [one.organisation_number for one in hosts])


def _visit(number: int, one: Municipality, day: date) -> dict[str, Any]:
    word = "Rettleiingsbesøk" if one.writes_nynorsk else "Veiledningsbesøk"
    return {
        "kind": "guidance_visit",
        "format": "physical",
        "title": f"{word} {number}",
        "number": number,
        "party": one.organisation_number,
        "when": days(day, starts_at="09:00", ends_at="14:00"),
        "place": one.school,
    }


def _working_day(first: date, n: int) -> date:
    """The n-th working day after `first`, which is a working day itself. Holidays are not known here."""
    weeks, rest = divmod(first.weekday() + n, 5)
    return first + timedelta(days=7 * weeks + rest - first.weekday())
