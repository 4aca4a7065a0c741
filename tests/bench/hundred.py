"""A programme with a hundred municipalities, whose first joint session is held and invoiced; played once, through the APIs.

`python -m tests.bench.hundred FOLDER` makes it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from stdnum.no import orgnr

from deploy.at_rest import until_at_rest
from deploy.client import Client
from deploy.demo import cast
from deploy.demo.play import Play, days
from deploy.embedded import running
from shared.clock import START

PROGRAMME, MUNICIPALITIES = "hundre-2024", 100
AT_ONCE = 4
HELD = date(2024, 9, 25)


def those() -> list[cast.Municipality]:
    """Like those of the demo, over and over, each by a name and a number of its own."""
    of_demo = cast.municipalities()
    numbers = islice(
        (it for n in count(90_000_000) for d in range(10) if orgnr.is_valid(it := f"{n}{d}")), MUNICIPALITIES
    )
    return [
        replace(one, place=n, number=f"{1000 + n}", name=f"Kommune {n}", organisation_number=number)
        for n, (one, number) in enumerate(zip(cycle(of_demo), numbers, strict=False))
    ]


async def play(folder: Path) -> None:
    async with (
        running(folder, port=0, nats_port=0, simulated_clock=True) as it,
        Client(it.url, it.first_key or "") as client,
    ):
        played = Play(client, lambda _: None, PROGRAMME)
        await client.post("/registration/programmes", _programme())
        advisors = [(await client.post("/registration/advisors", one))["id"] for one in cast.advisors()]
        await until_at_rest(client)
        await played.plan(*_plan())
        accepted = those()
        await _all(_accept(played, one) for one in accepted)
        await until_at_rest(client)
        await client.post(f"/scheduling/programmes/{PROGRAMME}/plan/publication")
        await _all(_join(played, one, advisors[one.place % len(advisors)]) for one in accepted)
        await until_at_rest(client)
        async with played.on(HELD, "Fellessamling 1 er holdt"):
            await played.complete("joint_session", 1)


async def _all(calls: Iterable[Any]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(call: Any) -> None:
        async with gate:
            await call

    await asyncio.gather(*map(one, calls))


def _programme() -> dict[str, Any]:
    return {
        "code": PROGRAMME,
        "name": "Hundre kommuner 2024–2025",
        "period_start": "2024-08-01",
        "period_end": "2025-12-31",
        "fee_ore": 2_000_000,
        "contact_person": cast.contact_person(),
    }


def _plan() -> list[dict[str, Any]]:
    held = (date(2024, 9, 24), HELD), (date(2025, 2, 12), date(2025, 2, 13)), (date(2025, 9, 11), date(2025, 9, 12))
    return [
        {
            "kind": "joint_session",
            "format": "physical",
            "title": f"Fellessamling {number}",
            "number": number,
            "instalment": instalment,
            "venue": "Olavshallen",
            "city": "Trondheim",
            "when": days(first, last),
        }
        for instalment, (number, (first, last)) in enumerate(zip((1, 3, 5), held, strict=True), start=1)
    ]


async def _accept(it: Play, one: cast.Municipality) -> None:
    address = {"street": "Rådhuset", "postal_code": "7013", "city": "Trondheim"}
    party = {
        "organisation_number": one.organisation_number,
        "kind": "municipality",
        "municipality_number": one.number,
        "county": one.county,
        "name": one.name,
        "official_name": one.official_name,
        "language_form": one.language_form,
        "address": address,
    }
    await it.client.post("/registration/parties", party)
    applied = await it.client.post(it.of_programme("applications"), one.application())
    met = {question: {"met": True, "reason": "Beskrevet i søknaden."} for question in cast.QUESTIONS}
    await it.client.post(f"/registration/applications/{applied['id']}/assessment", met | {"outcome": "accepted"})


async def _join(it: Play, one: cast.Municipality, advisor: str) -> None:
    group = it.of_programme(f"groups/{one.organisation_number}")
    for participant in one.participants():
        view = await it.client.post(f"{group}/participants", participant)
    await it.client.post(f"{group}/coordinator", {"participant": view["participants"][0]["id"]})
    await it.client.post(f"{group}/advisor", {"advisor": advisor})
    period = {"period_start": "2024-08-01", "period_end": "2025-12-31"}
    body = {"party": one.organisation_number, **period, "signatories": one.signatories()}
    it.agreements[one.organisation_number] = (await it.client.post(it.of_programme("agreements"), body))["id"]
    await it.sign(one, START.date())


def made(folder: Path) -> Path:
    """The folder of the state, which a process of its own has made."""
    subprocess.run([sys.executable, "-m", "tests.bench.hundred", str(folder)], check=True)
    return folder


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1])))
