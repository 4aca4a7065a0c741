"""An agreement that nobody has signed is called back, and another sent."""

from __future__ import annotations

import pytest

from services.registration.agreements.use_cases.call_back_agreement import call_back_for_withdrawal
from services.registration.contacts.use_cases.say_who_is_concerned import say_who_is_concerned
from shared.contracts.questions import WhoIsConcerned
from shared.database import Database
from shared.errors import Conflict
from tests.integration.registration.world import (
    AGREEMENT,
    CODE,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    SIGNATORIES,
    happened,
    send,
    sign,
    to_who,
)
from tests.support.api import Api
from tests.support.databases import set_clock

SIGNATURE = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-04-15"}
ANOTHER = {"name": "Siri Lund", "email": "siri.lund@molde.example"}


async def test_it_is_called_back_and_another_is_sent_to_others(api: Api, database: Database) -> None:
    path = await send(api)
    gone = await api.delete(path)
    assert (gone["called_back_on"], gone["version"]) == ("2024-04-15", 2)
    assert await api.delete(path) == gone
    body = AGREEMENT | {"signatories": SIGNATORIES | {"municipal_director": ANOTHER}}
    another = await api.post(f"{OF_PROGRAMME}/agreements", body)
    assert f"/registration/agreements/{another['id']}" != path
    assert [it for it in await happened(database) if it.startswith("agreement")] == [
        "agreement.sent",
        "agreement.called_back",
        "agreement.sent",
    ]
    listed = (await api.get(f"{OF_PROGRAMME}/agreements"))["items"]
    assert [it["called_back_on"] for it in listed] == ["2024-04-15", None]
    assert "Siri Lund" in await to_who(database, "agreement")
    question = WhoIsConcerned(purpose="agreement", programme=CODE, party=MOLDE, agreement=gone["id"])
    asked = await say_who_is_concerned(database, question)
    assert "Per Moen" in [it.name for it in asked.recipients], "who was asked to sign hears that it was called back"


async def test_a_payers_reference_that_was_corrected_on_it_stands_on_the_next_one(api: Api, database: Database) -> None:
    path = await send(api)
    await api.patch(path, {"payer_reference": "KS-2"})
    await api.delete(path)
    assert (await happened(database))[-2:] == ["agreement.called_back", "application.changed"]
    another = await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT)
    assert another["payer_reference"] == "KS-2"
    await api.delete(f"/registration/agreements/{another['id']}")
    assert (await happened(database))[-1] == "agreement.called_back", "the application has it by now"
    application = (await api.get(f"{OF_PROGRAMME}/applications"))["items"][0]["id"]
    await api.patch(f"/registration/applications/{application}", {"payer_reference": "KS-3"})
    assert (await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT))["payer_reference"] == "KS-3"


async def test_what_was_called_back_is_not_signed(api: Api) -> None:
    path = await send(api)
    await api.delete(path)
    refused = await api.refused(409, f"{path}/signatures", SIGNATURE)
    assert "2024-04-15" in refused["message"]


async def test_once_somebody_has_signed_only_a_withdrawal_calls_it_back(api: Api, database: Database) -> None:
    path = await send(api)
    await api.post(f"{path}/signatures", SIGNATURE)
    assert (await api.refused(409, path, method="DELETE"))["rule"] == "R6"
    async with database.transaction() as connection:
        await call_back_for_withdrawal(connection, CODE, MOLDE, by="test")
    assert (await api.get(path))["called_back_on"] == "2024-04-15"
    async with database.transaction() as connection:
        await call_back_for_withdrawal(connection, CODE, MOLDE, by="test")
    assert (await happened(database)).count("agreement.called_back") == 1


async def test_what_is_signed_is_not_called_back(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    assert "2024-08-15" in (await api.refused(409, path, method="DELETE"))["message"]
    with pytest.raises(Conflict, match="ended, and not called back"):
        async with database.transaction() as connection:
            await call_back_for_withdrawal(connection, CODE, MOLDE, by="test")
