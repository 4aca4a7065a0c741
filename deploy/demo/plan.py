"""The plan as a whole in the demo: published once the groups are there."""

from __future__ import annotations

from datetime import date

from deploy.demo.play import Play

PUBLISHED = date(2024, 6, 11)


async def publish(it: Play) -> None:
    async with it.on(PUBLISHED, "Planen publiseres: fra nå av inviteres alle som er med"):
        await it.client.post(f"/scheduling/programmes/{it.programme}/plan/publication", {})
