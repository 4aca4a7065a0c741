"""A municipality gets another organisation number between two instalments: the books are right, and nothing is at odds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deploy.at_rest import until_at_rest
from deploy.audit.run import audit
from deploy.client import Client
from deploy.embedded import Running, running
from shared.contracts.catalogue import PUBLISHERS
from tests.integration.registration.world import (
    ADVISOR,
    AGREEMENT,
    APPLICATION,
    ASSESSMENT,
    CODE,
    GROUP,
    MOLDE,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
)

NEW = "942110464"
SUCCESSOR = PARTY | {"organisation_number": NEW, "name": "Nye Molde", "municipality_number": "1599"}
PLAN = f"/scheduling/programmes/{CODE}/sessions"


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, port=0, nats_port=0, simulated_clock=True) as run:
        yield run


class Office:
    def __init__(self, client: Client) -> None:
        self.client = client

    async def on(self, day: str) -> None:
        await until_at_rest(self.client)
        for service in PUBLISHERS:
            await self.client.post(f"/{service}/operations/clock", {"now": f"{day}T12:00:00+02:00"})

    async def sign(self) -> str:
        """The path of an agreement with four in its group, an advisor and all signatures."""
        post = self.client.post
        await post("/registration/programmes", PROGRAMME)
        for party in (PARTY, SUCCESSOR):
            await post("/registration/parties", party)
        application = await post(f"{OF_PROGRAMME}/applications", APPLICATION)
        await post(f"/registration/applications/{application['id']}/assessment", ASSESSMENT)
        for n in range(4):
            body = {"name": f"Person {n}", "email": f"{n}@molde.example", "represents_school_owner": n == 1}
            group = await post(f"{GROUP}/participants", body)
        await post(f"{GROUP}/coordinator", {"participant": group["participants"][2]["id"]})
        await post(f"{GROUP}/advisor", {"advisor": (await post("/registration/advisors", ADVISOR))["id"]})
        path = f"/registration/agreements/{(await post(f'{OF_PROGRAMME}/agreements', AGREEMENT))['id']}"
        await self.on("2024-08-20")
        for signatory in ("council_director", "municipal_director", "head_of_culture_school"):
            await post(f"{path}/signatures", {"signatory": signatory, "place": "Molde", "signed_on": "2024-08-15"})
        return path

    async def plan(self, n: int, day: str) -> str:
        body = {
            "kind": "joint_session",
            "format": "physical",
            "title": f"Fellessamling {n}",
            "number": n,
            "instalment": n,
            "when": {"days": {"first": day, "last": day}},
            "venue": "Kimen",
            "city": "Stjørdal",
        }
        return str((await self.client.post(PLAN, body))["id"])

    async def plan_visit(self, n: int, day: str) -> str:
        body = {
            "kind": "guidance_visit",
            "format": "physical",
            "title": f"Veiledningsbesøk {n}",
            "number": n,
            "party": MOLDE,
            "when": {"days": {"first": day, "last": day}},
            "place": "Rådhuset",
        }
        return str((await self.client.post(PLAN, body))["id"])

    async def net(self) -> dict[tuple[str, str], int]:
        """By party and instalment, what is invoiced and not credited, in øre."""
        books: dict[str, Any] = await self.client.get(f"/billing/programmes/{CODE}/books")
        return {
            (party, n): it["net_ore"]
            for party, instalments in books["parties"].items()
            for n, it in instalments.items()
            if it["net_ore"]
        }


async def test_the_books_are_right_and_nobodys_calendar_changes(run: Running, tmp_path: Path) -> None:
    assert run.first_key is not None
    async with Client(run.url, run.first_key) as client:
        office = Office(client)
        await office.on("2024-04-15")
        path = await office.sign()
        sessions = [await office.plan(n, day) for n, day in ((1, "2024-09-24"), (2, "2025-02-12"), (3, "2025-09-11"))]
        past, ahead = await office.plan_visit(1, "2024-09-03"), await office.plan_visit(2, "2025-01-15")
        await client.post(f"/scheduling/programmes/{CODE}/plan/publication")
        await office.on("2024-09-24")
        await client.post(f"/scheduling/sessions/{sessions[0]}/completion")
        await office.on("2024-12-01")
        mails = await calendar_mails(client)
        await client.post(f"{path}/successor", {"party": NEW})
        await client.patch(path, {"payer_reference": "NM-1599"})
        await until_at_rest(client)
        assert await calendar_mails(client) == mails
        planned = {it["id"]: it["party"] for it in (await client.get(PLAN))["items"]}
        assert (planned[past], planned[ahead]) == (MOLDE, NEW)
        for session, day in ((sessions[1], "2025-02-12"), (sessions[2], "2025-09-11")):
            await office.on(day)
            await client.post(f"/scheduling/sessions/{session}/completion")
        await until_at_rest(client)
        assert await office.net() == {(MOLDE, "1"): 666_667, (NEW, "2"): 666_667, (NEW, "3"): 666_666}
        carried = [
            (await client.get(f"/billing/programmes/{CODE}/invoices/{number}"))["payer_reference"]
            for number in (1, 2, 3)
        ]
        assert carried == ["KS-1506", "NM-1599", "NM-1599"]
        password = (tmp_path / "nats-operator").read_text(encoding="utf-8").strip()
        report = await audit(CODE, run.url, run.first_key, f"nats://127.0.0.1:{run.nats_port}", password)
        assert report.broken == {}


async def calendar_mails(client: Client) -> list[str]:
    found = (await client.get("/notifications/mails", limit=500))["items"]
    return [it["id"] for it in found if it["kind"].startswith("session_")]
