"""An agreement that names the wrong reference, signatory or period is amended."""

from __future__ import annotations

import pytest

from services.registration import tables
from shared.contracts.registration import Agreement
from shared.database import Database
from tests.integration.registration.world import OCTOBER, SIGNATORIES, happened, send, sign, to_who
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of

ANOTHER = {"name": "Siri Lund", "email": "siri.lund@molde.example"}


async def told(database: Database) -> Agreement:
    """The agreement, by the newest event about it."""
    found = [it.data for it in await events_of(database) if isinstance(it.data, Agreement)]
    return found[-1]


async def test_a_reference_is_amended_before_and_after_it_is_signed(api: Api, database: Database) -> None:
    path = await send(api)
    amended = await api.patch(path, {"payer_reference": "KS-2"})
    assert (amended["payer_reference"], amended["version"]) == ("KS-2", 2)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    await api.patch(path, {"payer_reference": "KS-3"})
    it = await told(database)
    assert (it.payer_reference, it.version, it.signed_on and it.signed_on.isoformat()) == ("KS-3", 4, "2024-08-15")
    assert [it for it in await happened(database) if it.startswith("agreement")] == [
        "agreement.sent",
        "agreement.amended",
        "agreement.signed",
        "agreement.amended",
    ]


async def test_an_order_and_what_the_fee_is_posted_to_are_named_and_taken_away_again(
    api: Api, database: Database
) -> None:
    path = await send(api)
    asked = {"order_reference": "PO 4500012345", "accounting_cost": "2130/383"}
    amended = await api.patch(path, asked)
    assert {name: amended[name] for name in asked} == asked
    assert (await api.patch(path, asked))["version"] == 2
    told_of = await told(database)
    assert (told_of.order_reference, told_of.accounting_cost) == ("PO 4500012345", "2130/383")
    await api.patch(path, {"accounting_cost": None})
    told_of = await told(database)
    assert (told_of.payer_reference, told_of.order_reference, told_of.accounting_cost) == (
        "KS-1506",
        "PO 4500012345",
        None,
    )


@pytest.mark.parametrize("field", ["payer_reference", "order_reference", "accounting_cost"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Kari Vik", "reference_without_digit"),
        ("010107 50160", "national_identity_number"),
        ("kari.vik2@molde.example", "not_a_reference"),
        (" 4500012345", "not_a_reference"),
        ("", "not_a_reference"),
    ],
)
async def test_what_is_no_code_is_refused_whichever_reference_it_is(
    api: Api, field: str, given: str, code: str
) -> None:
    path = await send(api)
    refused = await api.refused(422, path, {field: given}, method="PATCH")
    assert (refused["field"], refused["code"]) == (field, code)


async def test_a_reference_from_before_it_needed_a_digit_stays_and_is_told(api: Api, database: Database) -> None:
    path = await send(api)
    async with database.transaction() as connection:
        await connection.execute(tables.agreement.update().values(payer_reference="kultur"))
    same = await api.patch(path, {"payer_reference": "kultur", "order_reference": "4500012345"})
    assert (same["payer_reference"], same["version"]) == ("kultur", 2)
    assert (await told(database)).payer_reference == "kultur"


async def test_who_signs_instead_is_written_to_and_can_sign(api: Api, database: Database) -> None:
    path = await send(api)
    await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    assert sorted(await to_who(database, "agreement")) == ["Kari Vik", "Kjersti Holm", "Person 2", "Siri Lund"]
    await set_clock(database, OCTOBER)
    signed = await sign(api, path)
    names = {it["signatory"]: it["name"] for it in signed["signatories"]}
    assert names["municipal_director"] == "Siri Lund"
    refused = await api.refused(
        409, path, {"signatories": {"municipal_director": SIGNATORIES["municipal_director"]}}, method="PATCH"
    )
    assert refused["rule"] == "R6"
    assert "2024-08-15" in refused["message"]


async def test_the_period_is_amended_until_somebody_has_signed(api: Api, database: Database) -> None:
    path = await send(api)
    assert (await api.patch(path, {"period_end": "2025-06-30"}))["period_end"] == "2025-06-30"
    await set_clock(database, OCTOBER)
    await sign(api, path)
    assert (await api.refused(409, path, {"period_end": "2025-12-31"}, method="PATCH"))["field"] == "period_start"


async def test_what_changes_nothing_makes_no_event_and_what_is_not_there_is_not_found(
    api: Api, database: Database
) -> None:
    path = await send(api)
    before = await happened(database)
    same = {"payer_reference": "KS-1506", "signatories": {"council_director": SIGNATORIES["council_director"]}}
    assert (await api.patch(path, same))["version"] == 1
    assert await happened(database) == before
    await api.refused(404, "/registration/agreements/none", {"payer_reference": "KS-2"}, method="PATCH")
    identity_number = {"payer_reference": "01010750160"}
    assert (await api.refused(422, path, identity_number, method="PATCH"))["field"] == "payer_reference"
