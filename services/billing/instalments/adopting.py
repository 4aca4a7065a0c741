"""That a programme's unbilled instalments were told of in a week, taken back from its own event: the inverse of `telling.py`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.instalments import reports
from services.billing.instalments.domain.report import Report
from shared.contracts import billing as events
from shared.contracts.envelope import Event
from shared.messaging.recover import Adoptions


async def report(connection: AsyncConnection, event: Event[events.UnbilledReport]) -> None:
    told = {name: getattr(event.data, name) for name in Report.__dataclass_fields__}
    await reports.keep(connection, Report(**told))


ADOPTIONS: Adoptions = {events.UNBILLED_REPORTED: report}
