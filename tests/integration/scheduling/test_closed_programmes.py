"""In a programme that is closed nothing is planned, and nobody is asked to book a visit (R6)."""

from __future__ import annotations

from services.scheduling.consumers import consumers
from services.scheduling.guidance.use_cases.tell_unbooked_visits import count_unbooked_to_tell
from shared.database import Database
from tests.integration.scheduling.test_admin_api import SESSIONS, api, database
from tests.integration.scheduling.test_visits import ADVISOR, HALF_GONE, LINE, PUBLICATION, on
from tests.support.api import Api
from tests.support.events import accepted, group_changed, party, programme, programme_closed
from tests.support.facts import take

__all__ = ["api", "database"]


async def test_nothing_is_planned_in_a_closed_programme_until_it_is_opened_again(api: Api, database: Database) -> None:
    await take(consumers, database, programme_closed(version=8))
    refused = await api.refused(409, SESSIONS, LINE)
    assert (refused["code"], refused["rule"]) == ("programme_is_closed", "R6")
    await take(consumers, database, programme(version=9))
    await api.post(SESSIONS, LINE)


async def test_of_a_visit_in_a_closed_programme_nobody_is_told_that_it_is_not_booked(
    api: Api, database: Database
) -> None:
    await take(consumers, database, party(1), accepted(1), group_changed(1, advisor=ADVISOR))
    await api.post(SESSIONS, LINE)
    await api.post(PUBLICATION)
    await on(database, HALF_GONE)
    assert await count_unbooked_to_tell(database) == 1
    await take(consumers, database, programme_closed(version=9))
    assert await count_unbooked_to_tell(database) == 0
