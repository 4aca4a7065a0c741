"""An agreement's document says what the agreement is, in the party's language form, and stays on its two pages (R6)."""

from __future__ import annotations

import io
import json
import re
import string
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pytest

from services.registration.agreements import documents
from services.registration.agreements.documents import Written, made
from services.registration.agreements.domain.agreement import Agreement, Signatory
from services.registration.agreements.domain.document import (
    Document,
    document,
    fingerprint_of,
    says_another,
)
from services.registration.agreements.domain.wording import NB, NN, Wording
from services.registration.parties.domain.party import LanguageForm, Party
from services.registration.programmes.domain.programme import Programme
from shared.money import split_fee
from tests.support.ink import pages
from tests.unit.registration.agreements.samples import SENT, SIGNED

PROGRAMME = Programme(
    code=SENT.programme,
    version=1,
    name="Regionalt program",
    period_start=date(2024, 8, 1),
    period_end=date(2025, 12, 31),
    fee_ore=2_000_000,
    county_branch_fee_ore=None,
    applications_from=None,
    applications_until=None,
    days_to_pay=30,
)
TRONDHEIM = Party(
    organisation_number=SENT.party,
    version=1,
    kind="municipality",
    municipality_number="5001",
    county="Trøndelag",
    name="Trondheim",
    official_name="Trondheim kommune",
    language_form="nøytral",
    street="Rådhuset",
    postal_code="7013",
    city="Trondheim",
    takes_invoices_by="email",
)
BRANCH = replace(TRONDHEIM, kind="county_branch", municipality_number=None, name="Trøndelag", official_name=None)
OF_BRANCH = replace(
    SENT, signatories=(Signatory(role="council_director", person="a"), Signatory(role="leader", person="b"))
)
NAMES: dict[str, str | None] = {"a": "Kjersti Holm", "b": "Kari Vik", "c": "Per Moen"}
LONG = "W" * 200  # the longest name that the API takes, of the widest letter
EIGHTY = "Ø" * 80
SAMI = replace(TRONDHEIM, name="Gáivuotna – Kåfjord – Kaivuono", official_name="Gáivuotna – Kåfjord – Kaivuono kommune")


def written(
    agreement: Agreement = SENT,
    party: Party = TRONDHEIM,
    programme: Programme = PROGRAMME,
    names: dict[str, str | None] = NAMES,
) -> Document:
    return document(agreement, programme, party, names)


def said(it: Document) -> str:
    """All that it prints, as text."""
    return "\n".join(strings(json.loads(it.text))).replace("\N{NO-BREAK SPACE}", " ")


def strings(it: Any) -> list[str]:
    if isinstance(it, dict | list):
        return [text for one in (it.values() if isinstance(it, dict) else it) for text in strings(one)]
    return [str(it)]


def kept(it: Document) -> Written:
    return Written(
        agreement="one", fingerprint=it.fingerprint, content=it.text, written_on=date(2024, 6, 1), found_again=False
    )


def data_of(it: Document) -> dict[str, Any]:
    return {"content": json.loads(it.text), "fingerprint": it.fingerprint, "written": [2024, 6, 1]}


def test_it_names_the_parties_the_period_the_fee_and_who_signs() -> None:
    text = said(written())
    for it in (
        "Kontrakt – Utviklingsprogram for Fremtidens kulturskole",
        "grunnlagsdokumentet for Fremtidens kulturskole, 2024–2025",
        "Norsk kulturskoleråd",
        "Trondheim kommune",
        "Organisasjonsnummer 942 110 464",
        "1. august 2024 – 31. desember 2025",
        "Kjersti Holm\nDirektør",
        "Per Moen\nKommunedirektør",
        "Kari Vik\nKulturskoleleder",
        "20 000 kroner for hele programmet",
        "tre rater på 6 666,67, 6 666,67 og 6 666,66 kroner",
    ):
        assert it in text


def test_a_county_branch_signs_through_its_leader_alone() -> None:
    text = said(written(OF_BRANCH, BRANCH))
    assert "Kari Vik\nLeder" in text
    assert "Fylkesavdelingen deltar" in text
    for it in ("Kommunedirektør", "Skoleeier", "Kommunen "):
        assert it not in text


@pytest.mark.parametrize(
    ("form", "heading"), [("bokmål", "Veileder"), ("nøytral", "Veileder"), ("nynorsk", "Rettleiar")]
)
def test_it_is_in_the_party_s_language_form(form: LanguageForm, heading: str) -> None:
    it = json.loads(written(party=replace(TRONDHEIM, language_form=form)).text)
    assert heading in [one["heading"] for one in it["terms"]]
    assert it["language"] == ("nn" if form == "nynorsk" else "nb")


def test_both_language_forms_say_the_same_things() -> None:
    assert len(NB.each) == len(NN.each)
    for one, other in zip(NB.each, NN.each, strict=True):
        assert filled_in(one.text) == filled_in(other.text)
        assert (one.text_of_branch is None) == (other.text_of_branch is None)


def filled_in(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)}


@pytest.mark.parametrize("words", [NB, NN])
def test_one_language_form_has_no_words_of_the_other(words: Wording) -> None:
    others = r"\b(ikke|hver|noe|avtalen|kommunenes)\b" if words is NN else r"\b(ikkje|kvar|noko|avtala|dei)\b"
    assert re.findall(others, " ".join(it.text + (it.text_of_branch or "") for it in words.each)) == []


def test_a_fingerprint_is_the_sha_256_of_all_that_is_said() -> None:
    it = written()
    assert it.fingerprint == fingerprint_of(it.text)
    assert re.fullmatch("[0-9a-f]{64}", it.fingerprint)
    assert written().fingerprint == it.fingerprint


@pytest.mark.parametrize(
    "another",
    [
        written(replace(SENT, period_end=date(2025, 6, 30))),
        written(replace(SENT, fee_ore=1_500_000)),
        written(names=NAMES | {"b": "Siri Lund"}),
        written(party=replace(TRONDHEIM, official_name="Tråante")),
        written(party=replace(TRONDHEIM, language_form="nynorsk")),
        written(programme=replace(PROGRAMME, name="Neste program")),
    ],
)
def test_another_content_or_wording_has_another_fingerprint(another: Document) -> None:
    assert another.fingerprint != written().fingerprint


def test_what_nobody_reads_there_changes_no_fingerprint() -> None:
    other = replace(SENT, payer_reference="KS-2", version=7, signed_on=date(2024, 9, 1))
    assert written(other).fingerprint == written().fingerprint
    assert "KS-5001" not in said(written())


def test_a_document_becomes_another_until_it_is_signed() -> None:
    assert says_another(SENT, replace(SENT, period_end=date(2025, 6, 30)))
    assert says_another(SENT, replace(SENT, party="921221967"))
    assert not says_another(SENT, replace(SENT, payer_reference="KS-2"))
    assert not says_another(SIGNED, replace(SIGNED, party="921221967"))


def test_the_instalments_are_the_fee() -> None:
    for fee in (2_000_000, 2_000_001, 1, 0):
        assert sum(split_fee(fee)) == fee
    assert split_fee(2_000_000) == [666_667, 666_667, 666_666]


def test_it_is_a_pdf_of_two_pages_that_is_kept_for_years_and_has_its_fingerprint_on_each() -> None:
    it = written()
    file = made(kept(it))
    assert file.name.endswith(f"{it.fingerprint}/avtale.pdf")
    with pikepdf.open(io.BytesIO(file.content)) as pdf, pdf.open_metadata() as found:
        assert len(pdf.pages) == 2
        assert {found.get("pdfaid:part"), found.get("pdfuaid:part")} == {"2", "1"}
        assert str(pdf.Root.Lang).startswith("nb")
        assert str(pdf.docinfo["/Title"]).endswith("Trondheim kommune")
    assert made(kept(it)).sha256 == file.sha256
    assert made(replace(kept(it), fingerprint="0" * 64)).sha256 != file.sha256


@pytest.mark.parametrize(
    "it",
    [
        written(),
        written(party=replace(TRONDHEIM, language_form="nynorsk")),
        written(OF_BRANCH, BRANCH),
        written(party=SAMI, names=NAMES | {"a": "Ánne Máret Ŋávdnjos Đ Š Ŧ Ž"}),
        written(party=replace(TRONDHEIM, official_name=EIGHTY), names=dict.fromkeys("abc", EIGHTY)),
        written(
            party=replace(TRONDHEIM, official_name=LONG, language_form="nynorsk"),
            programme=replace(PROGRAMME, name=LONG),
            names=dict.fromkeys("abc", LONG),
        ),
        written(names=dict.fromkeys("abc")),
    ],
)
def test_nothing_stands_outside_of_the_margins(it: Document) -> None:
    found = pages(documents.TEMPLATE, data_of(it))
    assert len(found) == 2
    for left, top, right, bottom in found:
        assert min(left, right) >= 25
        assert top >= 20
        assert bottom >= 12
