"""Whatever column can hold somebody's name, address or number is emptied of it, or the receipt of an erasure names it (N2)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from services.notifications.forgetting import repository as forgetting
from services.notifications.forgetting import telling as of_mails
from services.registration import tables
from services.registration.erasure.domain.receipt import Erasure, receipt
from services.registration.erasure.repository import prose_of
from services.scheduling.forgetting import telling as of_plan
from shared.contracts.erasure import A_PERSON
from tests.support.columns import COLUMNS, EVERYWHERE, SERVICES, Holds, holds, listed, tables_of, texts_of


@pytest.mark.parametrize("service", [*SERVICES, "kernel"])
def test_every_column_with_text_says_what_it_can_hold(service: str) -> None:
    there = {f"{table.name}.{column.name}" for table in tables_of(service) for column in texts_of(table)}
    assert there - set(holds(service)) == set(), "say in tests/support/columns.py what these can hold"
    assert {name for name, _ in listed(service)} - there == set(), "these are no more"


def test_nothing_is_listed_twice() -> None:
    anywhere = Counter(name for names in EVERYWHERE.values() for name in names.split())
    for service in COLUMNS:
        by_table = Counter(name for name, _ in listed(service))
        twice = [it for it, count in (anywhere + by_table).items() if count > 1]
        twice += [it for it in by_table if it.partition(".")[2] in anywhere]
        assert twice == [], service


def test_what_is_searched_is_all_that_people_write() -> None:
    searched = {f"{it.table.name}.{it.name}" for table in tables.metadata.sorted_tables for it in prose_of(table)}
    prose = {name for name, it in holds("registration").items() if it is Holds.PROSE}
    assert searched - {"participant.role"} == prose  # a role is emptied whole, whatever it says


def test_the_receipt_names_each_kind_that_is_kept() -> None:
    nothing = forgetting.Emptied(0, 0, 0, 0, ())
    told = {
        "scheduling": of_plan.forgotten(A_PERSON).model_dump(),
        "notifications": of_mails.forgotten(A_PERSON, 1, nothing).model_dump(),
    }
    erasure = Erasure(person="one", reason=None, erased_at=datetime(2026, 1, 1, tzinfo=UTC), emptied={}, by="office")
    it = receipt(
        erasure,
        told,
        erased_on=date(2026, 1, 1),
        backups_kept_days=30,
        has_archive=True,
        named_until={True: date(2026, 1, 1), False: date(2026, 1, 1)},
    )
    outside = {one.what for one in it.outside}
    for answer in it.services:
        kept = {one.what for one in answer.kept} | outside
        columns = {**holds(answer.service), **holds("kernel")}
        named = {one.kept_as for one in columns.values() if one.kept_as is not None}
        assert named - kept == set(), answer.service
