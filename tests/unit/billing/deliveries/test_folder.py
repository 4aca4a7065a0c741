from __future__ import annotations

from pathlib import Path

import pytest

from services.billing.deliveries.access_point import Submission
from services.billing.deliveries.folder import BEGUN, Folder

ID = "0192279c-6c80-7000-8000-000000000001"
IT = Submission(id=ID, xml=b"<Invoice/>", sender="0192:312345676", receiver="0192:942110464", kind="invoice")


async def test_a_document_lies_in_the_folder_whole_and_under_its_id(tmp_path: Path) -> None:
    assert (await Folder(tmp_path).state(ID)).says == "unknown"
    assert (await Folder(tmp_path).submit(IT)).says == "working"
    assert (tmp_path / f"{ID}.xml").read_bytes() == IT.xml
    assert not (tmp_path / f".{ID}.part").exists()
    assert (await Folder(tmp_path).state(ID)).says == "working"


async def test_what_comes_back_is_its_verdict(tmp_path: Path) -> None:
    await Folder(tmp_path).submit(IT)
    (tmp_path / f"{ID}.err").write_text("receiver_not_registered\nand a text that nobody reads")
    answer = await Folder(tmp_path).state(ID)
    assert (answer.says, answer.why) == ("refused", "receiver_not_registered")
    (tmp_path / f"{ID}.ok").write_text("AS4-77\n")
    answer = await Folder(tmp_path).state(ID)
    assert (answer.says, answer.receipt) == ("delivered", "AS4-77")


@pytest.mark.parametrize("text", ["", "Ola Nordmann is not here", "x" * 10_000_000])
async def test_a_text_in_place_of_a_code_is_not_kept(tmp_path: Path, text: str) -> None:
    await Folder(tmp_path).submit(IT)
    (tmp_path / f"{ID}.err").write_text(text)
    assert (await Folder(tmp_path).state(ID)).why == "refused"


async def test_what_was_taken_out_of_the_folder_is_not_unknown(tmp_path: Path) -> None:
    await Folder(tmp_path).submit(IT)
    (tmp_path / f"{ID}.xml").unlink()
    assert (await Folder(tmp_path).state(ID)).says == "working"


async def test_a_process_that_died_before_the_rename_has_handed_nothing_over(tmp_path: Path) -> None:
    (tmp_path / BEGUN).mkdir()
    (tmp_path / BEGUN / ID).touch()
    (tmp_path / f".{ID}.part").write_bytes(b"<Inv")
    assert (await Folder(tmp_path).state(ID)).says == "unknown"
    await Folder(tmp_path).submit(IT)
    assert (tmp_path / f"{ID}.xml").read_bytes() == IT.xml
    assert (await Folder(tmp_path).state(ID)).says == "working"


async def test_a_folder_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    gone = Folder(tmp_path / "not-mounted")
    assert (await gone.submit(IT)).says == "trouble"
    assert (await gone.state(ID)).says == "trouble"
