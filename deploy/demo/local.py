"""What the municipalities work with at home: development areas, mappings, development plans (R2, R4, R11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from deploy.demo.cast import Municipality
from deploy.demo.play import Play, all_of

PERIOD = {"first_day": "2023-01-01", "last_day": "2026-12-31"}
BEFORE = {"first_day": "2019-01-01", "last_day": "2022-12-31"}
BRANCHES = {"Trøndelag": ("912004007", "7013", "Trondheim"), "Møre og Romsdal": ("912004015", "6413", "Molde")}
# By county, what its branch has adopted; what most applications name comes first.
AREAS = {
    "Trøndelag": (
        ("Kulturskolen i skoledagen", "Kulturskole og grunnskole planlegger og underviser sammen.", PERIOD),
        ("Kulturskole for alle", "De som ikke når kulturskolen i dag, skal finne et tilbud der de er.", PERIOD),
        ("Lokale læreplaner", "Hver kulturskole har en lokal læreplan etter rammeplanen.", BEFORE),
    ),
    "Møre og Romsdal": (
        ("Kulturskolen som lokalt ressurssenter", "Kulturskulen deler kompetansen sin med korps, kor og lag.", PERIOD),
        ("Inkluderande fellesskap", "Barn og unge med ulik bakgrunn skaper saman.", PERIOD),
    ),
}
# By whether they write nynorsk: who answers for what; `{name}` is the municipality.
ACTORS = {
    False: (
        ("{name} bibliotek", "culture", "Gratis møteplass, lesestunder og utstyr til utlån."),
        ("Skole- og barnehagekontoret", "education", "Praktiske og estetiske fag, og lokaler på dagtid og kveldstid."),
        ("Helsestasjonen", "health", "Møter alle familier og ser hvem som trenger et fellesskap."),
        ("Barne- og familietjenesten", "upbringing", "Tidlig innsats, fritidskontakter og støtte til familier."),
        ("{name} skolekorps", "volunteering", "Opplæring i messing og slagverk, og det faste 17. mai-toget."),
        ("Frivilligsentralen", "volunteering", "Samordner lag og foreninger, og låner ut utstyr."),
        ("Den norske kirke i {name}", "church", "Barnekor, konfirmanter og et orgel som mangler elever."),
        ("Næringsforeningen", "business", "Sommerjobber for unge med kunstneriske prosjekter."),
    ),
    True: (
        ("{name} folkebibliotek", "culture", "Gratis møteplass, lesestunder og utstyr til utlån."),
        ("Skule- og barnehagekontoret", "education", "Praktiske og estetiske fag, og lokale på dagtid og kveldstid."),
        ("Helsestasjonen", "health", "Møter alle familiar og ser kven som treng eit fellesskap."),
        ("Ungdomsklubben", "upbringing", "Ope to kveldar i veka, med band og øvingsrom."),
        ("{name} skulekorps", "volunteering", "Opplæring i messing og slagverk."),
        ("Mållaget", "volunteering", "Song- og forteljarkveldar på dialekt."),
        ("Den norske kyrkja i {name}", "church", "Barnekor og konsertar for heile bygda."),
    ),
}
FOCI = {
    False: (
        "Alle elever på 1.–4. trinn møter kulturskolen i skoledagen.",
        "Et åpent tilbud i grendene for barn som ikke kan reise til sentrum.",
        "Unge som har flyttet hit, lager forestilling sammen med dem som er født her.",
        "Korps, kor og kulturskole deler på lærere og instrumenter.",
    ),
    True: (
        "Alle born i barnehagane møter kulturskulen kvar månad.",
        "Ungdom lagar eiga framsyning om staden dei veks opp på.",
    ),
}
NEEDS = {
    False: "Tallene fra Ungdata og ventelista viser at barn uten bil i familien sjelden er med.",
    True: "Tala frå Ungdata og ventelista viser at born utan bil i familien sjeldan er med.",
}
GOALS = {
    False: "To av tre elever har vært med på minst ett forløp innen sommeren 2025.",
    True: "To av tre elevar har vore med på minst eitt forløp innan sommaren 2025.",
}
EVALUATED = {
    False: "Flere er med enn i fjor. Skyssen løste mer enn prisen, så behovene ses på én gang til.",
    True: "Fleire er med enn i fjor. Skyssen løyste meir enn prisen, så behova blir sett på ein gong til.",
}
NEVER_BEGINS = "Verdal"  # a plan


async def adopt_areas(it: Play) -> None:
    """Register the county branches with what they have adopted."""
    for county, (number, postal_code, city) in BRANCHES.items():
        await it.client.post(
            "/registration/parties",
            {
                "organisation_number": number,
                "kind": "county_branch",
                "county": county,
                "name": f"Norsk kulturskoleråd {county}",
                "language_form": "nøytral",
                "address": {"street": "Postboks 1", "postal_code": postal_code, "city": city},
            },
        )
        path = f"/registration/county-branches/{number}/development-areas"
        for name, description, term in AREAS[county]:
            area = await it.client.post(path, {"name": name, "description": description} | term)
            it.areas.setdefault(county, []).append(area["id"])


async def map_actors(it: Play, accepted: Sequence[Municipality]) -> None:
    async with it.on(
        date(2024, 6, 24), f"{len(accepted)} kommuner kartlegger hvem som har ansvar for oppveksten lokalt"
    ):
        await all_of(it.client.put(_of(it, one, "mapping"), {"actors": _actors(one)}) for one in accepted)


def _actors(one: Municipality) -> list[dict[str, str]]:
    """From five to all of them."""
    known = ACTORS[one.writes_nynorsk]
    return [
        {"name": name.format(name=one.name), "field": field, "responsibility": responsibility}
        for name, field, responsibility in known[: 5 + one.place % (len(known) - 4)]
    ]


async def begin_plans(it: Play, accepted: Sequence[Municipality]) -> None:
    """In the first semester: a focus, and what is known."""
    begin = _who_begins(accepted)
    async with it.on(date(2024, 10, 30), f"{len(begin)} kommuner har et fokus og har begynt på utviklingsplanen"):
        await all_of(it.client.put(_of(it, one, "development-plan"), _first_plan(it, one)) for one in begin)


async def find_needs(it: Play, accepted: Sequence[Municipality]) -> None:
    async with it.on(date(2024, 12, 4), "Behovene er funnet, og mulighetene ses på"):
        await _work(it, _who_begins(accepted), needs={"state": "done"}, possibilities={"state": "in_progress"})


def _who_begins(those: Sequence[Municipality]) -> list[Municipality]:
    return [one for one in those if one.name != NEVER_BEGINS]


def _first_plan(it: Play, one: Municipality) -> dict[str, Any]:
    foci = FOCI[one.writes_nynorsk]
    return {
        "focus": foci[one.place % len(foci)],
        "development_area": it.areas[one.county][one.place % 2],
        "phases": {"needs": {"state": "in_progress", "note": NEEDS[one.writes_nynorsk]}},
    }


async def try_measures(it: Play, staying: Sequence[Municipality]) -> None:
    """In the second semester."""
    async with it.on(date(2025, 5, 5), "Målene er satt, og tiltakene prøves ut"):
        for one in staying:
            goals = {"state": "done", "note": GOALS[one.writes_nynorsk]}
            await _work(it, [one], possibilities={"state": "done"}, goals=goals, measures={"state": "in_progress"})


async def evaluate(it: Play, remaining: Sequence[Municipality]) -> None:
    """In the third semester; what was found leads some of them back to the needs."""
    async with it.on(date(2025, 12, 10), "Tiltakene vurderes, og noen ser på behovene én gang til"):
        for one in remaining:
            evaluation = {"state": "done", "note": EVALUATED[one.writes_nynorsk]}
            back = {"needs": {"state": "in_progress"}} if one.place % 3 == 0 else {}
            await _work(it, [one], measures={"state": "done"}, evaluation=evaluation, **back)


async def _work(it: Play, those: Sequence[Municipality], **phases: dict[str, str]) -> None:
    await all_of(it.client.patch(_of(it, one, "development-plan"), {"phases": phases}) for one in those)


def _of(it: Play, one: Municipality, what: str) -> str:
    return it.of_programme(f"groups/{one.organisation_number}/{what}")
