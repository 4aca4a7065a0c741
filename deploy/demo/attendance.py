"""Who was at the sessions of the regional programme 2024–2025, and whose sheet was forgotten (S5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from deploy.demo.cast import Municipality
from deploy.demo.play import Play, all_of

JOINT, COORDINATORS = "joint_session", "coordinator_meeting"
# From whom nobody came to a joint session, by its number: one that does not follow its agreement up, and one that had left.
NOBODY_CAME = {3: "Verdal", 5: "Namsos"}
FORGOTTEN = "Volda"  # whose sheet of joint session 1 is missing, until it was asked for


async def take(it: Play, kind: str, number: int, those: Sequence[Municipality]) -> None:
    """Record that all came who were to come; of who is absent, that nobody did."""
    path = f"/registration/sessions/{it.sessions[kind, number, None]}/attendance"
    names = {one.organisation_number: one.name for one in those}
    absent = NOBODY_CAME.get(number) if kind == JOINT else None
    sheets = (await it.client.get(path))["parties"]
    await all_of(
        it.client.put(
            f"{path}/{sheet['party']}", {"present": _present(sheet) if names[sheet["party"]] != absent else []}
        )
        for sheet in sheets
        if sheet["party"] in names
    )


def _present(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"participant": who["participant"], "days": who["expected_on"]} for who in sheet["attendees"]]


async def take_but_forget_one(it: Play, accepted: Sequence[Municipality]) -> None:
    """At joint session 1."""
    await take(it, JOINT, 1, [one for one in accepted if one.name != FORGOTTEN])


async def take_what_was_forgotten(it: Play, accepted: Sequence[Municipality]) -> None:
    async with it.on(date(2024, 10, 2), f"{FORGOTTEN} svarer på hvem som var med på fellessamling 1"):
        await take(it, JOINT, 1, [one for one in accepted if one.name == FORGOTTEN])
