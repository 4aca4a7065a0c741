"""Attendance as others hear of it: counts by day, and never who (N2)."""

from __future__ import annotations

from services.registration.attendance.domain.chasing import Unrecorded
from services.registration.attendance.domain.sheet import Sheet
from shared.contracts import registration as events


def attendance(it: Sheet) -> events.Attendance:
    return events.Attendance(
        version=it.version,
        programme=it.programme,
        party=it.party,
        session=it.session,
        days=tuple(events.AttendanceDay(**vars(day)) for day in it.days),
    )


def missing(it: Unrecorded) -> events.MissingAttendance:
    return events.MissingAttendance(**vars(it))
