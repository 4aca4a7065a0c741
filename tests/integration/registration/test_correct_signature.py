"""A signature with the wrong place or date is corrected, and one of the wrong person taken back."""

from __future__ import annotations

from shared.database import Database
from tests.integration.registration.world import OCTOBER, happened, send, sign
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of

SIGNATURE = {"signatory": "municipal_director", "place": "Molde", "signed_on": "2024-04-15"}


def of(answer: dict[str, object], role: str) -> dict[str, object]:
    signatories = answer["signatories"]
    assert isinstance(signatories, list)
    (found,) = [it for it in signatories if it["signatory"] == role]
    return {name: found[name] for name in ("place", "signed_on")}


async def test_a_signature_is_taken_back_until_all_have_signed(api: Api, database: Database) -> None:
    path = await send(api)
    await api.post(f"{path}/signatures", SIGNATURE)
    back = await api.delete(f"{path}/signatures/municipal_director")
    assert of(back, "municipal_director") == {"place": None, "signed_on": None}
    assert await api.delete(f"{path}/signatures/municipal_director") == back
    await set_clock(database, OCTOBER)
    await sign(api, path)
    refused = await api.refused(409, f"{path}/signatures/municipal_director", method="DELETE")
    assert "2024-08-15" in refused["message"]


async def test_a_correction_of_what_is_signed_is_told_where_its_day_changes(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await sign(api, path)
    before = await happened(database)
    body = {"place": "Aukra", "signed_on": "2024-08-15"}
    corrected = await api.administrator.put(f"{path}/signatures/municipal_director", json=body)
    assert of(corrected.json(), "municipal_director") == body
    assert await happened(database) == before
    for role in ("council_director", "municipal_director", "head_of_culture_school"):
        answer = await api.administrator.put(f"{path}/signatures/{role}", json=body | {"signed_on": "2024-08-14"})
        assert answer.json()["signed_on"] is not None, "a correction never un-signs"
    assert await happened(database) == [*before, "agreement.amended"]
    assert (await events_of(database))[-1].data.signed_on.isoformat() == "2024-08-14"


async def test_nothing_is_corrected_that_is_not_there(api: Api) -> None:
    path = await send(api)
    body = {"place": "Molde", "signed_on": "2024-04-15"}
    assert (await api.refused(409, f"{path}/signatures/municipal_director", body, method="PUT"))["rule"] == "R6"
    assert (await api.refused(422, f"{path}/signatures/leader", body, method="PUT"))["rule"] == "R6"
    none = "/registration/agreements/none/signatures/leader"
    await api.refused(404, none, body, method="PUT")
    await api.refused(404, none, method="DELETE")
