"""Registration's database is put back from before somebody was erased: recovered, it has erased them again (N2)."""

from __future__ import annotations

from shared.contracts.erasure import FORGOTTEN_IN_MAILS, FORGOTTEN_IN_PLAN
from shared.ids import new_id
from tests.integration.registration.test_erasure import ASKED, replaced
from tests.integration.registration.world import APRIL, GROUP
from tests.support.databases import CopyDatabase, MakeDatabase, set_clock
from tests.support.drill import DrillOf


async def test_a_restore_from_before_an_erasure_performs_it_again(
    drill_of: DrillOf, make_database: MakeDatabase, copy_database: CopyDatabase
) -> None:
    drill = await drill_of("registration")
    database = await make_database("registration")
    await set_clock(database, APRIL)
    async with drill.running(database) as api:
        person = (await replaced(api))["id"]
        actors = [{"name": "Biblioteket", "field": "culture", "responsibility": "Person 2 har ansvaret."}]
        (await api.administrator.put(f"{GROUP}/mapping", json={"actors": actors})).raise_for_status()
        path = f"/registration/people/{person}"
    older = await copy_database(database)
    async with drill.running(database) as api:
        await api.post(f"{path}/erasure", ASKED)
        for kind in (FORGOTTEN_IN_PLAN, FORGOTTEN_IN_MAILS):
            data = kind.example().data.model_copy(update={"id": person})
            await drill.publish(kind.event(data, id=new_id(), time=APRIL))  # type: ignore[arg-type]  # its own
    async with drill.running(database) as api:
        before = await api.get(f"{path}/erasure")
        assert not before["is_pending"]
    await database.close()
    report = await drill.recover(older)
    assert report.invalid == []
    assert (report.done, report.adopted.total(), report.taken_in.total()) == (True, 1, 2)
    async with drill.running(older) as api:
        shown = await api.get(path)
        assert (shown["name"], shown["email"], shown["erased"]) == (None, None, True)
        after = await api.get(f"{path}/erasure")
        assert (after["reason"], after["erased_by"]) == (None, "recover")  # which no event tells
        assert after | {"reason": "asked_for", "erased_by": before["erased_by"]} == before
        assert (await api.get("/registration/operations/missing"))["items"] == []
        assert person in [it["person"] for it in (await api.get(GROUP))["history"]]
        (actor,) = (await api.get(f"{GROUP}/mapping"))["actors"]
        assert actor["responsibility"] == "[slettet] har ansvaret."
