"""A municipality maps who has which responsibility for children's upbringing (R4)."""

from __future__ import annotations

from typing import Any

from shared.database import Database
from tests.integration.registration.world import (
    ASSESSMENT,
    GROUP,
    MOLDE,
    OCTOBER,
    OF_PROGRAMME,
    PARTY,
    PROGRAMME,
    accept,
    apply,
    happened,
    send,
    sign,
)
from tests.support.api import Api, if_match
from tests.support.databases import set_clock
from tests.support.facts import events_of

MAPPING = f"{GROUP}/mapping"
NEW = "942110464"
LIBRARY = {"name": "Molde bibliotek", "field": "culture", "responsibility": "Leseglede og møteplass for barn."}
CENTRE = {"name": "Frivilligsentralen", "field": "volunteering", "responsibility": "Samordner lag og foreninger."}


async def put(api: Api, actors: list[dict[str, Any]], *, status: int = 200, seen: str | None = None) -> dict[str, Any]:
    answer = await api.administrator.put(MAPPING, json={"actors": actors}, headers=if_match(seen))
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_list_is_replaced_as_a_whole_and_told_in_figures(api: Api, database: Database) -> None:
    await accept(api)
    none = await api.get(MAPPING)
    assert (none["version"], none["actors"], none["recorded_on"]) == (0, [], None)
    first = await put(api, [LIBRARY, CENTRE])
    assert first["actors"] == [LIBRARY, CENTRE]
    assert (first["version"], first["party_name"], first["recorded_on"]) == (1, "Molde", "2024-04-15")
    assert {name: n for name, n in first["fields"].items() if n} == {"culture": 1, "volunteering": 1}
    assert await api.get(MAPPING) == first == await put(api, [LIBRARY, CENTRE])
    assert (await put(api, [CENTRE]))["actors"] == [CENTRE]
    told = [it.data for it in await events_of(database) if it.type.endswith("mapping.recorded.v1")]
    assert [(it.version, it.actors, it.fields.culture, it.fields.volunteering) for it in told] == [
        (1, 2, 1, 1),
        (2, 1, 0, 1),
    ]
    assert all("bibliotek" not in it.model_dump_json() for it in told)


async def test_nobodys_change_is_lost_unseen(api: Api) -> None:
    await accept(api)
    assert (await api.administrator.get(MAPPING)).headers["etag"] == '"0"'
    await put(api, [LIBRARY], seen='"0"')
    stale = await put(api, [CENTRE], status=412, seen='"0"')
    assert stale["code"] == "changed_meanwhile"
    assert (await api.get(MAPPING))["actors"] == [LIBRARY]


async def test_it_is_recorded_before_the_party_is_accepted_and_not_after_it_is_declined(api: Api) -> None:
    await api.post("/registration/programmes", PROGRAMME)
    await api.post("/registration/parties", PARTY)
    refused = await api.refused(409, MAPPING, {"actors": [LIBRARY]}, method="PUT")
    assert (refused["rule"], refused["code"], refused["field"]) == ("R2", "party_takes_no_part", "party")
    application = await apply(api, opened=True)
    await put(api, [LIBRARY])
    await api.post(f"/registration/applications/{application}/assessment", ASSESSMENT | {"outcome": "declined"})
    await put(api, [CENTRE], status=409)


async def test_what_is_no_mapping_is_refused(api: Api) -> None:
    await accept(api)
    refused = await put(api, [LIBRARY, CENTRE, LIBRARY | {"name": "MOLDE bibliotek"}], status=422)
    assert [(it["code"], it["field"]) for it in refused["errors"]] == [("actor_stands_twice", "actors.2.name")]
    many = [LIBRARY | {"name": f"Lag {n}"} for n in range(101)]
    assert (await put(api, many, status=422))["errors"][0]["field"] == "actors"
    assert len((await put(api, many[:100]))["actors"]) == 100
    for wrong in ({"field": "sport"}, {"name": ""}, {"responsibility": "x" * 1_001}, {"email": "a@b.example"}):
        await put(api, [LIBRARY | wrong], status=422)
    await api.refused(404, MAPPING.replace(MOLDE, "940000000"), {"actors": []}, method="PUT")
    assert (await api.reader.get(MAPPING)).status_code == 403


async def test_mappings_of_a_programme_are_listed_with_those_that_are_not_there(api: Api) -> None:
    await accept(api)
    (row,) = (await api.get(f"{OF_PROGRAMME}/mappings"))["items"]
    assert (row["party"], row["version"], row["actors"]) == (MOLDE, 0, 0)
    await put(api, [LIBRARY, CENTRE])
    answer = await api.reader.get(f"{OF_PROGRAMME}/mappings")
    (row,) = answer.json()["items"]
    assert (row["party_name"], row["actors"], row["fields"]["culture"]) == ("Molde", 2, 1)
    assert "bibliotek" not in answer.text
    await api.refused(404, "/registration/programmes/ukjent/mappings", method="GET")


async def test_it_follows_the_group_to_a_successor(api: Api, database: Database) -> None:
    path = await send(api)
    await put(api, [LIBRARY])
    await api.post("/registration/parties", PARTY | {"organisation_number": NEW, "name": "Nye Molde"})
    await set_clock(database, OCTOBER)
    await sign(api, path)
    before = await api.get(MAPPING)
    told = len(await happened(database))
    await api.post(f"{path}/successor", {"party": NEW})
    assert (await happened(database))[told:][-2:] == ["mapping.recorded", "mapping.recorded"]
    after = await api.get(MAPPING.replace(MOLDE, NEW))
    assert after == before | {"party": NEW, "party_name": "Nye Molde"}
    emptied = await api.get(MAPPING)
    assert (emptied["actors"], emptied["version"]) == ([], 2)
    await api.post(f"{path}/successor", {"party": MOLDE})
    assert (await api.get(MAPPING))["actors"] == [LIBRARY], "and back from one that was the wrong one"
