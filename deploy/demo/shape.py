"""What the plan 2024–2025 lacks of the programme's shape is accepted, and a visit gets its minutes (S1)."""

from __future__ import annotations

from deploy.demo.play import Play

BECAUSE = {
    "digital_coordinator_meeting_is_missing": "Koordinatorsamling 6 vurderes fysisk.",
    "guidance_is_missing": "Det siste besøket er lagt etter Fellessamling 6.",
}
HOLIDAYS = [
    {"first": "2024-12-21", "last": "2025-01-03", "why": "Juleferie"},
    {"first": "2025-06-30", "last": "2025-08-15", "why": "Sommerferie"},
]
MINUTES = "Gruppen er i gang med kartleggingen. Neste gang: utviklingsplanen."


async def accept_what_the_plan_lacks(it: Play) -> None:
    """And say which days it keeps clear of, which no session of it is on."""
    await it.client.put(f"/scheduling/programmes/{it.programme}/days-to-avoid", {"days": HOLIDAYS})
    findings = f"/scheduling/programmes/{it.programme}/plan/findings"
    for one in (await it.client.get(findings))["findings"]:
        body = {"code": one["code"], "sessions": one["sessions"], "because": BECAUSE[one["code"]]}
        await it.client.post(f"{findings}/acceptance", body)


async def write_minutes(it: Play, number: int, party: str) -> None:
    session = it.sessions["guidance_visit", number, party]
    await it.client.put(f"/scheduling/sessions/{session}/minutes", {"text": MINUTES})
