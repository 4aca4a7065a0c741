"""By when an instalment is to be invoiced, and when it is told that it is not: bokføringsforskriften § 5-2-2, B8."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from services.billing.documents.domain.agreement import Agreement
from services.billing.occasions.domain.deliveries import Occasions

MONTHS = 12  # a year
TOLD_FROM = timedelta(days=20)  # after it was delivered: ten days before it is late


def counts_from(agreement: Agreement, occasions: Occasions, instalment: int) -> date | None:
    """The day from which the month counts in which an instalment is to be invoiced, by Norway's calendar.

    Counted from what delivered it, or else from the last day of the session that is planned to: one that was held and is
    forgotten to be completed is to be seen too. For who signs later the month begins with the signature, an assumption: until
    then nobody had bought anything (B5).

    None where nothing is to be invoiced, or no exact days are known: the agreement is not signed, or ends before; nothing
    carries the instalment.
    """
    if agreement.signed_on is None:
        return None
    delivered = [it.last_day for it in occasions.deliveries if it.instalment == instalment]
    planned = [it.last_day for it in occasions.planned(instalment) if it.last_day is not None]
    for days in (delivered, planned):
        in_force = [day for day in days if agreement.ends_on is None or day < agreement.ends_on]
        if in_force:
            return max(min(in_force), agreement.signed_on)
    return None


def is_pressing(since: date, on: date) -> bool:
    """Whether it is told on a day that an instalment is not invoiced, whose month counts from `since`."""
    return on >= since + TOLD_FROM


def a_month_after(day: date) -> date:
    """The same day of the next month, or that month's last: the last day on which what was delivered is invoiced in time.

    >>> a_month_after(date(2025, 1, 31))
    datetime.date(2025, 2, 28)
    """
    year, month = (day.year + 1, 1) if day.month == MONTHS else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
