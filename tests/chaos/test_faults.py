"""kill -9 at random moments and at every named point, services, broker and access point, while a programme runs: the short form.

`make chaos` is the long one. Both compare with the books of an undisturbed run, and audit what came out.
"""

from __future__ import annotations

import random

from shared.points import POINTS
from tests.chaos import faults
from tests.chaos.programme import Run
from tests.support.fleet import Fleet

FEW, COUNT, KILLS, SEED = 25, 100, 8, 10


async def test_a_run_that_nobody_disturbs_ends_in_the_books_that_the_others_are_compared_with(fleet: Fleet) -> None:
    run = Run(fleet.client, FEW)
    await run.play()
    await run.check_the_year()
    found = await faults.outcome(fleet, FEW)
    assert found["mails_that_came_twice"] == 0
    assert found["delivered_ehf"] > found["delivered_mail"] > 0
    assert faults.ends(fleet) == dict.fromkeys(fleet.replicas, 0)
    assert set(await fleet.stop()) == {0}


async def test_deaths_at_random_moments_and_at_every_named_point_change_nothing(fleet: Fleet) -> None:
    await faults.misbehaving(fleet, random.Random(SEED), COUNT)
    async with (
        faults.dying_at_points(fleet) as reached,
        faults.killing(fleet, random.Random(SEED), KILLS, every=2.0) as victims,
    ):
        run = Run(fleet.client, COUNT)
        await run.play()
    await run.check_the_year()
    assert len(victims) == KILLS
    assert {faults.BROKER, faults.ACCESS_POINT} <= set(victims)
    assert {point.partition(":")[0] for point in reached} == set(POINTS)
    await faults.outcome(fleet, COUNT)
