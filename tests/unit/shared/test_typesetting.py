"""A PDF is what it says it is, made of its data alone."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from shared.typesetting import Archive, CannotTypeset, pdf

PLAIN = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "Prøve", date: datetime(year: 2024, month: 9, day: 26))
#set text(font: "Source Sans 3", lang: "nb")
= #data.heading
#data.text
"""
WITH_FILE = (
    PLAIN
    + '#pdf.attach("a.xml", bytes(data.text), relationship: "alternative", mime-type: "application/xml", description: "EHF")\n'
)
LETTERS = "Kárášjohka čđŋšŧž ČĐŊŠŦŽ æøå ÆØÅ äöï"


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("shared.typesetting.ROOT", tmp_path)
    path = tmp_path / "plain.typ"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def metadata_of(made: bytes) -> dict[str, str]:
    with pikepdf.open(io.BytesIO(made)) as file, file.open_metadata() as found:
        return {str(name): str(value) for name, value in found.items()}


def fonts_of(made: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(made)) as file:
        descriptors = [it for it in file.objects if isinstance(it, pikepdf.Dictionary) and "/FontName" in it]
        assert all("/FontFile2" in it or "/FontFile3" in it for it in descriptors), "a font is not inside"
        return {str(it["/FontName"]).partition("+")[2] for it in descriptors}


@pytest.mark.parametrize(("archive", "part"), [("a-2a", "2"), ("a-3a", "3")])
def test_a_pdf_says_that_it_is_kept_for_years_and_read_aloud(template: Path, archive: Archive, part: str) -> None:
    made = pdf(template, {"heading": "Faktura", "text": LETTERS}, archive=archive)
    found = metadata_of(made)
    names = {name.rpartition("}")[2]: value for name, value in found.items() if "aiim.org" in name}
    assert names["conformance"] == "A"
    assert {value for name, value in found.items() if name.endswith("}part")} == {part, "1"}
    with pikepdf.open(io.BytesIO(made)) as file:
        assert "/OutputIntents" in file.Root
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "nb"


def test_a_pdf_has_its_own_fonts_and_none_of_the_machine_s(template: Path) -> None:
    made = pdf(template, {"heading": "Faktura", "text": LETTERS}, archive="a-2a")
    assert {it.partition("-")[0] for it in fonts_of(made)} == {"SourceSans3"}


def test_a_file_goes_into_a_pdf_as_it_is(template: Path) -> None:
    template.write_text(WITH_FILE, encoding="utf-8")
    made = pdf(template, {"heading": "Faktura", "text": "<a>ŋ</a>"}, archive="a-3a")
    with pikepdf.open(io.BytesIO(made)) as file:
        (attached,) = file.attachments.values()
        assert attached.get_file().read_bytes() == "<a>ŋ</a>".encode()


def test_text_does_nothing_in_a_template(template: Path) -> None:
    evil = '#panic("x") *A* $1$ @ref #import "/etc/passwd" \\ "} ]'
    made = pdf(template, {"heading": evil, "text": evil}, archive="a-2a")
    assert made.startswith(b"%PDF")


def test_the_same_data_gives_the_same_bytes_in_another_process_and_time_zone(template: Path) -> None:
    data = {"heading": "Faktura", "text": LETTERS}
    asked = (
        "import sys, hashlib, pathlib, shared.typesetting as it; it.ROOT = pathlib.Path(sys.argv[1]).parent; "
        f"print(hashlib.sha256(it.pdf(pathlib.Path(sys.argv[1]), {data!r}, archive='a-2a')).hexdigest())"
    )
    command = [sys.executable, "-c", asked, str(template)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env={"TZ": "Asia/Tokyo"}).stdout
    assert printed.strip() == hashlib.sha256(pdf(template, data, archive="a-2a")).hexdigest()


def test_what_no_font_has_letters_for_is_refused_rather_than_sent(template: Path) -> None:
    with pytest.raises(CannotTypeset, match=r"plain\.typ: .*the text `\"漢\"` could not be displayed"):
        pdf(template, {"heading": "Faktura", "text": "漢字"}, archive="a-2a")


def test_a_template_that_does_not_go_with_its_data_is_refused(template: Path) -> None:
    with pytest.raises(CannotTypeset, match=r"plain\.typ: dictionary does not contain key \"text\""):
        pdf(template, {"heading": "Faktura"}, archive="a-2a")


def test_what_typst_only_warns_of_is_refused_too(template: Path) -> None:
    template.write_text(PLAIN.replace("Source Sans 3", "Source Sons 3"), encoding="utf-8")
    with pytest.raises(CannotTypeset, match=r"unknown font family: source sons 3"):
        pdf(template, {"heading": "Faktura", "text": "A"}, archive="a-2a")
