"""What is unbilled, as others hear of it."""

from __future__ import annotations

from services.billing.instalments.domain.report import Report
from shared.contracts import billing as events


def report(it: Report) -> events.UnbilledReport:
    return events.UnbilledReport(version=1, **vars(it))
