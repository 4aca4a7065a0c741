"""An agreement's document: known by its fingerprint in the transaction that sends it, made once after it, kept as it was signed (R6)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from services.registration import tables
from services.registration.agreements import documents
from services.registration.agreements.domain.wording import NB, NN
from services.registration.agreements.use_cases.follow_names import follow_names
from services.registration.agreements.use_cases.make_documents import make_documents, mark_those_without_a_file
from services.registration.agreements.use_cases.say_document import say_document
from services.registration.works import MAKE_DOCUMENTS
from shared.contracts.questions import WhatAgreementDocument
from shared.contracts.registration import Agreement
from shared.database import Database
from shared.errors import Conflict
from shared.kept_files import kept_file
from shared.messaging import marks, set_aside
from shared.typesetting import CannotTypeset
from tests.integration.registration.test_people import OTHER_GROUP, accept_another, person_of
from tests.integration.registration.world import AGREEMENT, BRANCH, CONTACT, DIRECTOR, OCTOBER, OF_PROGRAMME, send, sign
from tests.support.api import Api
from tests.support.databases import set_clock
from tests.support.facts import events_of
from tests.support.tampering import tamper

ANOTHER = {"name": "Siri Lund", "email": "siri.lund@molde.example"}
AFTERWARDS = datetime(2026, 1, 15, 12, tzinfo=UTC)


async def told(database: Database) -> list[Agreement]:
    return [it.data for it in await events_of(database) if isinstance(it.data, Agreement)]


async def files(database: Database) -> list[str]:
    async with database.reading() as connection:
        return sorted((await connection.execute(select(kept_file.c.name))).scalars())


async def is_refused(api: Api, path: str, *, as_code: str, status: int = 404) -> None:
    assert (await api.refused(status, path, method="GET"))["code"] == as_code


async def test_its_fingerprint_is_told_as_it_is_sent_and_its_file_is_made_after_that(
    api: Api, database: Database
) -> None:
    path = await send(api)
    shown = await api.get(path)
    (sent,) = await told(database)
    assert sent.fingerprint == shown["fingerprint"]
    await is_refused(api, f"{path}.pdf", as_code="file_is_not_made_yet", status=409)
    await make_documents(database)
    answer = await api.administrator.get(f"{path}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    again = await api.administrator.get(f"{path}.pdf", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await api.reader.get(f"{path}.pdf")).status_code == 403  # it names people


async def test_it_is_made_once_and_never_again(api: Api, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await send(api)
    await make_documents(database)
    before = (await api.administrator.get(f"{path}.pdf")).content

    def another(*_: Any, **__: Any) -> bytes:
        return b"of a later version of this program"

    monkeypatch.setattr("shared.typesetting.pdf", another)
    await api.patch(path, {"payer_reference": "KS-2"})
    await make_documents(database)
    assert (await api.administrator.get(f"{path}.pdf")).content == before
    assert len(await files(database)) == 1


async def test_what_changes_what_it_says_makes_a_new_version_and_the_one_before_stays(
    api: Api, database: Database
) -> None:
    path = await send(api)
    first = (await api.get(path))["fingerprint"]
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["fingerprint"] == first
    second = (await api.patch(path, {"period_end": "2025-06-30"}))["fingerprint"]
    third = (await api.patch(path, {"signatories": {"municipal_director": ANOTHER}}))["fingerprint"]
    assert len({first, second, third}) == 3
    assert [it.fingerprint for it in await told(database)] == [first, first, second, third]
    await make_documents(database)
    id = path.rpartition("/")[2]
    assert await files(database) == sorted(documents.name_of(id, it) for it in (first, second, third))
    bodies = {
        it: (await api.administrator.get(f"{path}.pdf", params={"fingerprint": it})).content
        for it in (first, second, third)
    }
    assert len(set(bodies.values())) == 3
    assert (await api.administrator.get(f"{path}.pdf")).content == bodies[third]
    await is_refused(api, f"{path}.pdf?fingerprint={'0' * 64}", as_code="no_such_version")


async def test_what_says_the_same_as_before_is_the_version_before(api: Api, database: Database) -> None:
    path = await send(api)
    first = (await api.get(path))["fingerprint"]
    await api.patch(path, {"period_end": "2025-06-30"})
    assert (await api.patch(path, {"period_end": "2025-12-31"}))["fingerprint"] == first
    await make_documents(database)
    assert len(await files(database)) == 2


async def test_a_signature_on_another_version_is_refused_and_what_was_signed_is_kept(
    api: Api, database: Database
) -> None:
    path = await send(api)
    before = (await api.get(path))["fingerprint"]
    stands = (await api.patch(path, {"period_end": "2025-06-30"}))["fingerprint"]
    await set_clock(database, OCTOBER)
    one = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-08-15"}
    refused = await api.refused(409, f"{path}/signatures", one | {"fingerprint": before})
    assert (refused["code"], refused["rule"], refused["field"]) == ("signed_another_version", "R6", "fingerprint")
    await api.post(f"{path}/signatures", one | {"fingerprint": stands})
    after = (await api.patch(path, {"signatories": {"municipal_director": ANOTHER}}))["fingerprint"]
    signed = await sign(api, path)
    assert {it["signatory"]: it["fingerprint"] for it in signed["signatories"]} == {
        "council_director": stands,  # who had signed before somebody else was to sign
        "head_of_culture_school": after,
        "municipal_director": after,
    }
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["fingerprint"] == after
    assert {it.fingerprint for it in (await told(database))[-2:]} == {after}


async def test_a_signature_that_is_taken_back_signed_nothing(api: Api, database: Database) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    one = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-08-15"}
    signed = await api.post(f"{path}/signatures", one)
    assert {it["fingerprint"] for it in signed["signatories"]} == {signed["fingerprint"], None}
    taken_back = await api.delete(f"{path}/signatures/council_director")
    assert {it["fingerprint"] for it in taken_back["signatories"]} == {None}


async def test_one_that_was_sent_before_there_were_documents_has_none_until_it_is_amended(
    api: Api, database: Database
) -> None:
    path = await send(api)
    await _as_before(database)
    await is_refused(api, f"{path}.pdf", as_code="agreement_has_no_document")
    assert (await api.patch(path, {"payer_reference": "KS-2"}))["fingerprint"] is None
    assert (await api.patch(path, {"period_end": "2025-06-30"}))["fingerprint"] is not None
    await make_documents(database)
    assert (await api.administrator.get(f"{path}.pdf")).status_code == 200


async def _as_before(database: Database) -> None:
    gone = (it.delete() for it in (tables.named_in_document, tables.agreement_document))
    await tamper(database, update(tables.agreement).values(fingerprint=None), *gone)


async def set_aside_now(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as connection:
        return [(it.key, it.part, it.reason) for it in await set_aside.listed(connection, beyond=None, limit=10)]


async def test_one_whose_document_cannot_be_made_is_set_aside_and_says_so_and_the_others_go_on(
    api: Api, database: Database
) -> None:
    path = await send(api)
    agreement, first = path.rpartition("/")[2], (await api.get(path))["fingerprint"]
    no_font = {"municipal_director": ANOTHER | {"name": "漢字"}}
    cannot = (await api.patch(path, {"signatories": no_font}))["fingerprint"]
    await make_documents(database)
    assert await set_aside_now(database) == [(agreement, cannot, "cannot_typeset")]
    (shown,) = (await api.get("/registration/operations/set-aside"))["items"]
    assert (shown["key"], shown["reason"]) == (agreement, "cannot_typeset")
    await is_refused(api, f"{path}.pdf", as_code="file_cannot_be_made", status=409)
    with pytest.raises(Conflict, match="cannot_typeset"):  # by which a mail is seen to wait
        await say_document(database, WhatAgreementDocument(agreement=agreement, fingerprint=cannot))
    # The version before is made although this one is not, and so is the next.
    assert (await api.administrator.get(f"{path}.pdf", params={"fingerprint": first})).status_code == 200
    await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    await make_documents(database)
    assert (await api.administrator.get(f"{path}.pdf")).status_code == 200
    await api.delete(path)
    other = (await api.post(f"{OF_PROGRAMME}/agreements", AGREEMENT))["id"]
    await make_documents(database)
    assert (await api.administrator.get(f"/registration/agreements/{other}.pdf")).status_code == 200


async def test_one_that_could_not_be_made_is_tried_again_at_the_next_start(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await send(api)
    with monkeypatch.context() as before:
        before.setattr("shared.typesetting.pdf", _fails)
        await make_documents(database)
        await make_documents(database)
    assert [reason for _, _, reason in await set_aside_now(database)] == ["cannot_typeset"]
    await make_documents(database)
    await is_refused(api, f"{path}.pdf", as_code="file_cannot_be_made", status=409)
    await mark_those_without_a_file(database)
    await make_documents(database)
    assert await set_aside_now(database) == []
    assert (await api.administrator.get(f"{path}.pdf")).status_code == 200


def _fails(*_: Any, **__: Any) -> bytes:
    raise CannotTypeset(documents.TEMPLATE, "no font has this letter")


async def test_what_a_document_says_is_neither_changed_deleted_nor_replaced(api: Api, database: Database) -> None:
    path = await send(api)
    table, d = tables.agreement_document, tables.agreement_document.c
    replacing = insert(table).prefix_with("OR REPLACE", dialect="sqlite")
    async with database.reading() as connection:
        (before,) = [dict(row) for row in (await connection.execute(select(table))).mappings()]
    for change in (update(table).values(content="{}"), delete(table), replacing.values(before | {"content": "{}"})):
        with pytest.raises(DBAPIError, match=r"never changed once it is written|unique constraint"):
            async with database.transaction() as connection:
                await connection.execute(change)
    async with database.reading() as connection:
        assert (await connection.execute(select(d.content))).scalars().all() == [before["content"]]
    await make_documents(database)
    assert (await api.administrator.get(f"{path}.pdf")).status_code == 200


async def made_again(database: Database) -> dict[str, bool]:
    """By fingerprint, whether the file is one that was made again."""
    async with database.reading() as connection:
        rows = await connection.execute(select(kept_file.c.name, kept_file.c.made_again))
        return {name.split("/")[2]: again for name, again in rows}


async def test_a_file_that_is_gone_is_made_again_at_the_next_start_and_says_so(api: Api, database: Database) -> None:
    path = await send(api)
    first = (await api.get(path))["fingerprint"]
    second = (await api.patch(path, {"period_end": "2025-06-30"}))["fingerprint"]
    await make_documents(database)
    await tamper(database, delete(kept_file))
    other = await another_that_is_not_made_yet(api)
    await mark_those_without_a_file(database)
    await mark_those_without_a_file(database)  # another replica
    await make_documents(database)
    assert await made_again(database) == {first: True, second: True, other: False}
    assert (await api.administrator.get(f"{path}.pdf")).status_code == 200
    await mark_those_without_a_file(database)
    async with database.reading() as connection:
        assert await marks.keys(connection, MAKE_DOCUMENTS) == []


async def another_that_is_not_made_yet(api: Api) -> str:
    """The fingerprint of the document of a county branch, which was sent a moment ago."""
    await accept_another(api, CONTACT)
    body = AGREEMENT | {"party": BRANCH, "without_advisor": True}
    for n in range(4):
        person = {"name": f"Lag {n}", "email": f"lag{n}@trondelag.example", "represents_school_owner": n == 1}
        group = await api.post(f"{OTHER_GROUP}/participants", person)
    await api.post(f"{OTHER_GROUP}/coordinator", {"participant": group["participants"][0]["id"]})
    signatories = {"council_director": DIRECTOR, "leader": ANOTHER}
    sent = await api.post(f"{OF_PROGRAMME}/agreements", body | {"signatories": signatories})
    return str(sent["fingerprint"])


async def test_what_was_changed_in_the_database_is_neither_handed_out_nor_made(api: Api, database: Database) -> None:
    path = await send(api)
    await make_documents(database)
    row = tables.agreement_document.c
    forged = func.replace(row.content, "kroner", "øre")
    await tamper(database, update(tables.agreement_document).values(content=forged))
    await is_refused(api, f"{path}.pdf", as_code="document_is_changed", status=409)
    shown = await api.get(path)
    question = WhatAgreementDocument(agreement=shown["id"], fingerprint=shown["fingerprint"])
    with pytest.raises(Conflict, match="not what was sent"):
        await say_document(database, question)
    await tamper(database, delete(kept_file))
    await mark_those_without_a_file(database)
    await make_documents(database)
    assert await set_aside_now(database) == [(shown["id"], shown["fingerprint"], "content_is_changed")]
    assert await files(database) == []
    await is_refused(api, f"{path}.pdf", as_code="document_is_changed", status=409)


async def test_one_that_was_lost_is_found_again_once_those_who_sign_are_named(api: Api, database: Database) -> None:
    """The fingerprint proves that it is the same; that the file was made anew stands with it."""
    path = await send(api)
    await make_documents(database)
    fingerprint = (await api.get(path))["fingerprint"]
    await tamper(database, *(it.delete() for it in (tables.named_in_document, tables.agreement_document)))
    before = await person_of(api, "Per Moen")
    await api.patch(f"/registration/people/{before['id']}", {"name": "En annen"})
    await make_documents(database)
    (missing,) = (await api.get("/registration/operations/missing"))["items"]
    assert (missing["entity"], missing["id"], missing["fields"]) == ("agreement", path.rpartition("/")[2], ["document"])
    await api.patch(f"/registration/people/{before['id']}", {"name": "Per Moen"})
    await make_documents(database)
    assert (await api.get("/registration/operations/missing"))["items"] == []
    async with database.reading() as connection:
        (row,) = (await connection.execute(select(tables.agreement_document))).all()
    assert (row.fingerprint, row.found_again) == (fingerprint, True)


SIGNED = {"what": "agreement_documents", "why": "contracts_stay_as_signed", "until": "2030-12-31"}
UNSIGNED = {"what": "unsigned_documents", "why": "shows_what_was_sent", "until": "2030-12-31"}


async def documents_kept(api: Api, name: str) -> list[dict[str, Any]]:
    """Somebody is erased; what the receipt says of agreements' documents."""
    person = await person_of(api, name)
    receipt = await api.post(f"/registration/people/{person['id']}/erasure", {"reason": "asked_for"})
    return [it for it in receipt["services"][0]["kept"] if it["what"].endswith("documents")]


async def test_whom_a_document_names_is_told_so_in_the_receipt_of_the_erasure(api: Api, database: Database) -> None:
    path = await send(api)
    await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    await sign(api, path, "2024-04-15")
    await make_documents(database)
    before = (await api.administrator.get(f"{path}.pdf")).content
    await set_clock(database, AFTERWARDS)
    assert await documents_kept(api, "Per Moen") == [UNSIGNED]  # in the version before
    assert await documents_kept(api, ANOTHER["name"]) == [SIGNED]
    assert await documents_kept(api, CONTACT["name"]) == [SIGNED, UNSIGNED]
    assert await documents_kept(api, "Person 2") == []
    assert (await api.administrator.get(f"{path}.pdf")).content == before
    async with database.reading() as connection:
        texts = (await connection.execute(select(tables.agreement_document.c.content))).scalars().all()
    assert any("Siri Lund" in it for it in texts)


async def test_the_receipt_tells_what_was_signed_from_what_was_called_back_and_replaced(
    api: Api, database: Database
) -> None:
    path = await send(api)
    await set_clock(database, OCTOBER)
    await api.delete(path)
    path = f"/registration/agreements/{(await api.post(f'{OF_PROGRAMME}/agreements', AGREEMENT))['id']}"
    one = {"signatory": "council_director", "place": "Trondheim", "signed_on": "2024-09-15"}
    await api.post(f"{path}/signatures", one)  # of a version that names who is replaced then
    await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    assert await documents_kept(api, "Per Moen") == [SIGNED, UNSIGNED]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/registration/parties/921221967", {"official_name": "Molde herred"}),
        ("/registration/parties/921221967", {"language_form": "nynorsk"}),
        (OF_PROGRAMME, {"name": "Fremtidens kulturskole, ny runde"}),
        ("/registration/people/{}", {"name": "Per Andreas Moen"}),
    ],
)
async def test_until_somebody_has_signed_it_names_all_as_they_are_called(
    api: Api, database: Database, path: str, body: dict[str, Any]
) -> None:
    agreement = await send(api)
    before = (await api.get(agreement))["fingerprint"]
    path = path.format((await person_of(api, "Per Moen"))["id"])
    await api.patch(path, body)
    await follow_names(database)
    after = await api.get(agreement)
    assert after["fingerprint"] != before
    assert (await told(database))[-1].fingerprint == after["fingerprint"]
    await follow_names(database)
    assert (await api.get(agreement))["version"] == after["version"] == 2
    await sign(api, agreement, "2024-04-15")
    await api.patch(path, {name: f"{it} igjen" for name, it in body.items() if "form" not in name})
    await follow_names(database)
    assert (await api.get(agreement))["fingerprint"] == after["fingerprint"]


async def test_what_no_document_says_makes_no_new_one(api: Api, database: Database) -> None:
    agreement = await send(api)
    person = (await person_of(api, "Per Moen"))["id"]
    await api.patch(f"/registration/people/{person}", {"email": "per.andreas.moen@molde.example"})
    await api.patch(
        "/registration/parties/921221967", {"address": {"street": "Gata 1", "postal_code": "6413", "city": "Molde"}}
    )
    await api.patch(OF_PROGRAMME, {"days_to_pay": 14})
    await follow_names(database)
    assert (await api.get(agreement))["version"] == 1


async def test_another_wording_changes_nothing_that_was_sent(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = await send(api)
    another = replace(NB, each=NB.each[:3])
    monkeypatch.setattr("services.registration.agreements.domain.document.WORDING", {"nb": another, "nn": NN})
    await api.patch(OF_PROGRAMME, {"days_to_pay": 14})
    await follow_names(database)
    assert (await api.get(agreement))["version"] == 1


async def test_two_who_turn_out_to_be_one_are_named_as_that_one(api: Api, database: Database) -> None:
    path = await send(api)
    await api.patch(path, {"signatories": {"municipal_director": ANOTHER}})
    one, other = await person_of(api, "Per Moen"), await person_of(api, ANOTHER["name"])
    same = {"name": one["name"], "email": one["email"]}
    answer = await api.administrator.patch(f"/registration/people/{other['id']}", json=same | {"merge": True})
    assert answer.status_code == 200, answer.text
    async with database.reading() as connection:
        of_one = await documents.naming(connection, one["id"])
        assert await documents.naming(connection, other["id"]) == []
    assert len(of_one) == 2
