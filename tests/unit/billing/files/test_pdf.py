"""What a person reads, and that it stands where it is read: on one page, inside its margins, and nothing over anything else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import pikepdf
import pytest

from services.billing.documents.domain.content import BilledParty, Content
from services.billing.files.domain.contact import NOBODY, Contact
from services.billing.files.domain.wording import REASONS, WORDS
from services.billing.files.ehf import ehf
from services.billing.files.pdf import pdf
from tests.support.pdf_text import runs, text_of
from tests.unit.billing.documents.test_content import FIRST_FORM
from tests.unit.billing.files.samples import AN_AGREEMENT, SAMI, credit_note, invoice, municipalities, old
from tests.unit.billing.samples import TRONDHEIM

A4 = (595.28, 841.89)  # points
SIDE, TOP, BOTTOM = 62.3, 51.0, 35.0  # the margins of the template, less a hair
VOLDA = replace(TRONDHEIM, name="Volda kommune", language_form="nynorsk")
OFFICE = Contact(name="Økonomi", telephone="73 00 00 00", email="okonomi@kulturskole.example")


def called(it: Content) -> str:
    return it.document_number or str(it.number)


def made(it: Content, contact: Contact = NOBODY) -> bytes:
    return pdf(it, called=called(it), ehf=ehf(it, agreement=AN_AGREEMENT, contact=contact), contact=contact)


def read(it: Content, contact: Contact = NOBODY) -> list[str]:
    return text_of(made(it, contact))


def stands_before(label: str, value: str, lines: Sequence[str]) -> bool:
    return any(pair == (label, value) for pair in pairwise(lines))


def test_an_invoice_says_who_to_whom_what_when_where_how_much_and_where_to_pay() -> None:
    lines = read(replace(invoice(), order_reference="4500123", accounting_cost="2137"), OFFICE)
    assert lines[:2] == ["Norsk kulturskoleråd", "Eksempelgata 1  ·  7010 Trondheim  ·  Org.nr. 312 345 676"]
    assert lines[2:6] == ["Trondheim", "Munkegata 1", "7011 Trondheim", "Org.nr. 942 110 464"]
    for label, value in {
        "Fakturanummer": "FK1-35",
        "Fakturadato": "1. desember 2025",
        "Forfallsdato": "31. desember 2025",
        "Deres referanse": "ref-1",
        "Deres bestilling": "4500123",
        "Kontering": "2137",
        "Levert": "24.–25. september 2024",
        "Sted": "Kimen, Stjørdal",
        "Merverdiavgift": "Ikke merverdiavgiftspliktig",
        "Å betale": "6 666,67 kr",
        "Kontonummer": "1234 56 78903",
        "KID": "00010000354",
    }.items():
        assert stands_before(label, value, lines), label
    assert "Deltakeravgift Fremtidens kulturskole, rate 1 av 3: Fellessamling 1" in lines
    assert lines[-1] == "Spørsmål om dokumentet: Økonomi  ·  73 00 00 00  ·  okonomi@kulturskole.example"


def test_a_party_reads_its_own_language_form() -> None:
    lines = read(replace(invoice(VOLDA), no_vat_because=None))
    assert stands_before("Dykkar referanse", "ref-1", lines)
    assert stands_before("Stad", "Kimen, Stjørdal", lines)
    assert "Seljaren er ikkje registrert i Meirverdiavgiftsregisteret." in lines


def test_a_credit_note_says_what_it_takes_back_and_why_and_asks_for_nothing() -> None:
    lines = read(credit_note(VOLDA))
    assert "Krediterer i sin heilskap faktura FK1-35 av 1. desember 2025." in lines
    assert "Registreringa av samlinga som gjennomført er trekt tilbake." in lines
    assert stands_before("Kreditert beløp", "6 666,67 kr", lines)
    for asks in ("Å betale", "KID", "Kontonummer", "Forfallsdato"):
        assert asks not in lines


def test_a_credit_note_from_before_says_what_it_knows() -> None:
    before = replace(credit_note(), credits_document_number=None, credits_issued_on=None, reason=None)
    assert "Krediterer i sin helhet faktura 35." in read(before)


def test_what_is_not_known_leaves_no_label() -> None:
    lines = read(replace(invoice(), delivered_where=None, payer_reference="", order_reference="1"))
    assert "Sted" not in lines
    assert "Deres referanse" not in lines
    assert not any(it.startswith("Spørsmål") for it in lines)


@pytest.mark.parametrize("it", [invoice(), credit_note()])
def test_a_pdf_is_archived_for_years_with_the_very_ehf_inside(it: Content) -> None:
    there = ehf(it, agreement=AN_AGREEMENT)
    with pikepdf.open(io.BytesIO(pdf(it, called=called(it), ehf=there))) as file:
        assert list(file.attachments) == [f"{called(it)}.xml"]
        (attached,) = file.attachments.values()
        assert attached.get_file().read_bytes() == there
        assert attached.get_file().mime_type == "application/xml"
        (associated,) = file.Root.AF
        assert str(associated.AFRelationship) == "/Alternative"
        assert "/OutputIntents" in file.Root
        with file.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == f"{'Faktura' if it.kind == 'invoice' else 'Kreditnota'} {called(it)}"


def test_a_document_that_no_ehf_can_be_made_of_is_a_pdf_all_the_same() -> None:
    with pikepdf.open(io.BytesIO(pdf(invoice(), called="FK1-35", ehf=None))) as file:
        assert list(file.attachments) == []


def test_the_same_content_makes_the_same_bytes_and_another_makes_others() -> None:
    assert made(invoice()) == made(invoice())
    assert made(invoice()) != made(replace(invoice(), kid="00010000362"))


def test_a_document_from_before_is_on_one_page_too() -> None:
    assert '"document_number"' not in FIRST_FORM
    assert check_layout(made(old()[0])) == 1
    assert read(old()[0])[6:8] == ["Fakturanummer", "1"]


def test_every_municipality_of_norway_can_be_written_to() -> None:
    for buyer in list(municipalities())[::20]:
        assert check_layout(made(invoice(replace(buyer, street=SAMI)))) == 1


def longest(letters: int, *, between: str = "") -> Content:
    """Each text as long as the API takes it, by default without a place to break it."""

    def word(length: int) -> str:
        return (("Mw" * 6 + between) * length)[:length].replace(" ", between or "M")

    party = BilledParty(
        name=word(letters),
        organisation_number=TRONDHEIM.organisation_number,
        street=word(letters),
        postal_code="7011",
        city=word(letters),
    )
    return replace(
        invoice(),
        seller=replace(party, organisation_number="312345676"),
        buyer=party,
        payer_reference=word(48) + "12",
        order_reference=word(50),
        accounting_cost=word(50),
        delivered=f"Deltakeravgift {word(letters)}, rate 1 av 3: {word(letters)}",
        delivered_where=f"{word(letters)}, {word(letters)}",
        amount_ore=100_000_000,
        no_vat_because="Selgeren er ikke registrert i Merverdiavgiftsregisteret. " * 8,
        document_number="FKFKFKFK9999-999999",
        kid="999999999999990",
    )


@pytest.mark.parametrize("letters", [80, 100, 101, 160, 161, 200])
@pytest.mark.parametrize("between", ["", " "])
def test_the_longest_that_is_taken_stays_on_one_page_and_out_of_each_other_s_way(letters: int, between: str) -> None:
    it = longest(letters, between=between)
    assert check_layout(made(it, OFFICE)) == 1
    note = replace(
        it, kind="credit_note", due_on=None, account=None, kid=None, credits_invoice=35, reason="release_withdrawn"
    )
    assert check_layout(made(note, OFFICE)) == 1


def test_no_letter_of_a_long_name_is_lost() -> None:
    name = "".join(chr(ord("a") + n % 26) for n in range(80))
    it = replace(invoice(), buyer=replace(invoice().buyer, name=name))
    assert name in "".join(read(it)).replace("\u200b", "")


def check_layout(it: bytes) -> int:
    """All text stands inside of the margins and none over another; how many pages there are."""
    found = runs(it)
    for run in found:
        assert run.left >= SIDE, run
        assert run.right <= A4[0] - SIDE, run
        assert run.bottom >= BOTTOM, run
        assert run.top <= A4[1] - TOP + 3, run  # the first line stands on its margin by its capitals
    assert [pair for pair in combinations(found, 2) if pair[0].covers(pair[1])] == []
    with pikepdf.open(io.BytesIO(it)) as file:
        return len(file.pages)


def test_every_reason_and_every_word_is_there_in_both_language_forms() -> None:
    assert REASONS["nb"].keys() == REASONS["nn"].keys()
    assert all(vars(WORDS["nb"]).values())
    assert all(vars(WORDS["nn"]).values())
