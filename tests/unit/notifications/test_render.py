"""What a mail says, in both language forms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import TemplateError

from services.notifications.letters.domain.content import CalendarContent, File, MailingContent
from services.notifications.letters.domain.kinds import KINDS, Language
from services.notifications.sending.render import Rendered, render
from tests.unit.notifications.samples import CREDIT_NOTE, ENTRY, INVOICE, ORGANISER, SENDER, content, mail

LANGUAGES: tuple[Language, ...] = ("nb", "nn")
HOSTILE = "<script>alert(\"1\")</script> & <b>'so'</b>"
# Words that stand in one language form only.
BOKMAAL = r"\b(ikke|fra|dere|kommer|avtalen|samlingen|deltakeravgift(en)?|hvor|hilsen|meldt en)\b"
NYNORSK = r"\b(ikkje|frå|dykk|kjem|avtala|samlinga|deltakaravgift(a)?|kvar|helsing|korleis|ein|ei)\b"


def rendered(kind: str, language: Language = "nb", **changes: Any) -> Rendered:
    return render(mail(kind, language, **changes), organiser=ORGANISER, sender=SENDER)


class _Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_greets_by_name_says_whom_it_is_from_and_why_it_came(kind: str, language: Language) -> None:
    written = rendered(kind, language)
    for body in (words(written.text), words(_Read(written.html).text)):
        assert "Hei, Bo Nordmann!" in body
        assert f"{'Helsing' if language == 'nn' else 'Hilsen'} {ORGANISER}" in body
        assert f"fordi du har {'ei' if language == 'nn' else 'en'} rolle i Fremtidens kulturskole (Volda)" in body
    assert f'<html lang="{language}">' in written.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_in_one_language_form(kind: str, language: Language) -> None:
    # What was delivered is billing's own text.
    written = rendered(kind, language)
    other = BOKMAAL if language == "nn" else NYNORSK
    text = f"{written.subject} {written.text} {_Read(written.html).text} {written.calendar or ''}"
    assert re.findall(other, words(text).replace(INVOICE.delivered, ""), re.IGNORECASE) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_has_lines_that_fit_and_a_blank_line_between_its_parts(kind: str, language: Language) -> None:
    lines = rendered(kind, language).text.splitlines()
    assert all(len(line) <= 80 for line in lines)
    greeting, farewell = lines.index("Hei, Bo Nordmann!"), lines.index("Helsing" if language == "nn" else "Hilsen")
    assert lines[greeting + 1] == ""
    assert lines[greeting + 2] != ""
    assert lines[farewell - 1] == ""
    assert lines[farewell - 2] != ""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_people_wrote_becomes_html(kind: str, language: Language) -> None:
    wrote: dict[str, Any] = {"name": HOSTILE, "party": HOSTILE, "programme": HOSTILE}
    plain = content(kind)
    if isinstance(plain, CalendarContent):
        entry = replace(ENTRY, title=HOSTILE, place=HOSTILE, meeting_link=f'https://x.example/"{HOSTILE}')
        wrote |= {"entry": entry, "before": plain.before and replace(entry, place=f"før {HOSTILE}")}
    elif plain.document:
        wrote["document"] = replace(
            plain.document,
            seller=replace(plain.document.seller, name=HOSTILE, street=HOSTILE, city=HOSTILE),
            buyer=replace(plain.document.buyer, name=HOSTILE, street=HOSTILE, city=HOSTILE),
            delivered=HOSTILE,
            delivered_where=HOSTILE,
            no_vat_because=HOSTILE,
            programme_name=HOSTILE,
        )
    written = rendered(kind, language, **wrote)
    read = _Read(written.html)
    assert read.tags.isdisjoint({"script", "b"})
    assert HOSTILE in read.text
    assert f"Hei, {HOSTILE}!" in written.text


def test_a_subject_is_one_line() -> None:
    assert rendered("application_received", party="Volda\r\nBcc: x@y.example").subject == (
        "Søknaden fra Volda Bcc: x@y.example er mottatt"
    )


def test_a_mail_that_lacks_something_that_it_is_to_say_is_not_written() -> None:
    with pytest.raises(TemplateError):
        rendered("concern_raised", concern=None)
    unreadable = mail("agreement_to_sign")
    del unreadable.content["agreement"]["payer_reference"]
    with pytest.raises(ValueError, match="payer_reference"):
        render(unreadable, organiser=ORGANISER, sender=SENDER)


FULL: dict[Language, list[str]] = {
    "nb": ["Fakturanummer", "Selger", "Kjøper", "Å betale", "Betales innen", "Gjelder", "Sted", "Merverdiavgift"],
    "nn": ["Fakturanummer", "Seljar", "Kjøpar", "Å betale", "Betalast innan", "Gjeld", "Stad", "Meirverdiavgift"],
}


def test_an_invoice_stands_in_full_in_the_text_and_in_the_html(language: Language) -> None:
    written = rendered("invoice", language)
    for body in (words(written.text), words(_Read(written.html).text)):
        for what in (
            *FULL[language],
            "FK1-1042",
            "1. oktober 2024",  # issued
            "31. oktober 2024",  # due
            "Norsk kulturskoleråd Org.nr. 971 454 288 Fjordgata 1 7010 Trondheim",
            "Volda kommune Org.nr. 939 760 946 Stormyra 2 6100 Volda",
            "REF-77",
            "rate 2 av 3",
            INVOICE.delivered,
            "24.–25. september 2024",
            "Quality Hotel Stjørdal",
            "6 666,67 kr",
            "0,00 kr. Selger er unntatt etter § 3-7.",
            "1234 56 78903",
            "1042007",
        ):
            assert what in body
    assert written.subject.startswith("Faktura FK1-1042: ")
    assert "31. oktober 2024" in written.subject


def test_a_document_of_one_day_without_a_place_says_no_more_than_that(language: Language) -> None:
    one_day = replace(INVOICE, delivered_from=INVOICE.delivered_to, delivered_where=None)
    written = rendered("invoice", language, document=one_day)
    assert re.search(r"Tid: +25\.\sseptember 2024\n", written.text)
    assert re.search(r"St(ed|ad):", written.text) is None
    assert "None" not in written.text + written.html


REASONS: list[tuple[str, Language, str]] = [
    ("agreement_ended", "nb", "Avtalen gjaldt ikke lenger den dagen raten ble fakturert for."),
    ("agreement_ended", "nn", "Avtala gjaldt ikkje lenger den dagen raten vart fakturert for."),
    ("completion_revoked", "nb", "Registreringen av samlingen som gjennomført er trukket tilbake."),
    ("completion_revoked", "nn", "Registreringa av samlinga som gjennomført er trekt tilbake."),
    ("release_withdrawn", "nb", "Faktureringen av raten er trukket tilbake."),
    ("release_withdrawn", "nn", "Faktureringa av raten er trekt tilbake."),
    ("instalment_waived", "nb", "Raten er ettergitt og skal ikke betales."),
    ("instalment_waived", "nn", "Raten er ettergitt og skal ikkje betalast."),
    ("wrong_reference", "nb", "Fakturaen hadde feil referanse."),
    ("wrong_reference", "nn", "Fakturaen hadde feil referanse."),
    ("wrong_buyer", "nb", "Fakturaen var stilt til feil kjøper."),
    ("wrong_buyer", "nn", "Fakturaen var stila til feil kjøpar."),
    ("mistake", "nb", "Fakturaen var feil."),
    ("mistake", "nn", "Fakturaen var feil."),
]


@pytest.mark.parametrize("kind", ["credit_note", "credit_note_copy"])
@pytest.mark.parametrize(("reason", "language", "text"), REASONS)
def test_a_credit_note_and_its_copy_name_the_invoice_and_say_why_and_what_follows(
    kind: str, reason: str, language: Language, text: str
) -> None:
    written = rendered(kind, language, document=replace(CREDIT_NOTE, reason=reason))
    follows = {
        "nb": ("er den betalt, betaler vi 6 666,67 kr tilbake.", "kommer det en ny faktura."),
        "nn": ("er han betalt, betaler vi 6 666,67 kr tilbake.", "kjem det ein ny faktura."),
    }[language]
    said = (text, *follows, "Faktura FK1-1042", "FK2-31", INVOICE.delivered, "REF-77", "939 760 946")
    for body in (words(written.text), words(_Read(written.html).text)):
        assert [it for it in said if it not in body] == []


def test_the_subject_of_a_credit_note_names_the_invoice(language: Language) -> None:
    assert rendered("credit_note", language).subject.startswith("Kreditnota FK2-31 til faktura FK1-1042")


@pytest.mark.parametrize("kind", ["application_accepted", "application_waiting_list", "application_declined"])
def test_a_first_answer_replaces_none(kind: str, language: Language) -> None:
    assert "erstatt" not in rendered(kind, language).text


def test_a_document_from_before_there_were_document_numbers_is_called_by_its_number(language: Language) -> None:
    note = replace(CREDIT_NOTE, document_number=None, credits_document_number=None)
    written = rendered("credit_note", language, document=note)
    assert written.subject.startswith("Kreditnota 31 til faktura 1042")


@pytest.mark.parametrize(
    ("kind", "language", "changes", "text"),
    [
        ("application_received", "nb", {}, "2. september 2024"),
        ("application_received", "nn", {}, "2. september 2024"),
        ("application_waiting_list", "nb", {"waiting_list_place": 3}, "på venteliste som nummer 3."),
        ("application_waiting_list", "nn", {"waiting_list_place": 3}, "på venteliste som nummer 3."),
        ("application_waiting_list", "nb", {}, "på venteliste."),
        *[
            (f"application_{outcome}", language, {"replaces": "declined"}, text)
            for outcome in ("accepted", "waiting_list", "declined")
            for language, text in (
                ("nb", "Dette svaret erstatter det dere har fått fra oss tidligere."),
                ("nn", "Dette svaret erstattar det de har fått frå oss tidlegare."),
            )
        ],
        ("agreement_to_sign", "nb", {}, "1. august 2024 – 31. desember 2025"),
        ("agreement_to_sign", "nn", {}, "20 000,00 kr for heile programmet"),
        ("agreement_signed", "nb", {}, "signert 20. august 2024"),
        ("agreement_signed", "nn", {}, "underskriven 20. august 2024"),
        ("agreement_ended", "nb", {}, "Fra og med 1. mars 2025 gjelder den ikke lenger."),
        ("agreement_ended", "nb", {}, "blir avsluttet, slik partene er enige om"),  # on a day to come
        ("agreement_ended", "nn", {}, "blir avslutta, slik partane er einige om"),
        ("agreement_ended", "nb", {"ends_on": date(2024, 9, 2)}, "er avsluttet, slik partene er enige om"),
        ("agreement_ended", "nn", {"ends_on": date(2024, 9, 2)}, "er avslutta, slik partane er einige om"),
        ("agreement_ended", "nb", {"kind_of_end": "terminated"}, "sagt opp med øyeblikkelig virkning"),
        ("agreement_ended", "nn", {"kind_of_end": "terminated"}, "sagd opp med omgåande verknad"),
        ("agreement_end_taken_back", "nn", {}, "til og med 31. desember 2025"),
        ("concern_raised", "nb", {}, "Norsk kulturskoleråd har 2. september 2024 meldt"),
        ("concern_raised", "nn", {"raised_by": "municipality"}, "Volda har 2. september 2024 meldt"),
        ("concern_resolved", "nb", {}, "avklart 2. september 2024"),
        ("visit_unbooked", "nb", {}, "noe veiledningsbesøk 2 hos Volda i planen for Fremtidens kulturskole"),
        ("unbilled_report", "nb", {}, "Fellessamling 3, siste dag 7. oktober 2024"),
        ("unbilled_report", "nb", {}, "Rate 1: adressen er ikke fullstendig, fakturareferansen mangler"),
        (
            "unbilled_report",
            "nb",
            {},
            "Fristen regnes fra 25. september 2024; raten skulle vært fakturert innen 25. oktober",
        ),
        ("unbilled_report", "nb", {"count": 1}, "For én rate begynte fristen på en måned å løpe"),
        ("unbilled_report", "nn", {}, "samlinga er ikkje registrert som gjennomført"),
        (
            "unbilled_report",
            "nn",
            {},
            "Fristen blir rekna frå 7. oktober 2024; raten skal fakturerast innan 7. november 2024",
        ),
        ("unbilled_report", "nn", {}, "For 3 ratar tok fristen på ein månad til å løpe"),
        ("unbilled_report", "nn", {}, "I tillegg kjem 1 til."),
        ("unbilled_report", "nb", {}, "Faktura FK1-3: aksesspunktet tok ikke imot den"),
        ("unbilled_report", "nb", {}, "Faktura FK1-4: har vært underveis i mer enn ett døgn"),
        ("unbilled_report", "nn", {}, "Kreditnota FK2-1: e-posten kom ikkje fram"),
        ("visit_unbooked", "nn", {}, "skal det vere 6. januar – 2. februar 2025, og halvparten av den tida er gått"),
    ],
)
def test_a_mail_says_what_its_event_told(kind: str, language: Language, changes: dict[str, Any], text: str) -> None:
    written = rendered(kind, language, **changes)
    for body in (written.text, _Read(written.html).text):
        assert text in words(body)


def test_an_amended_agreement_is_told_with_what_was_changed_and_with_who_is_to_sign(language: Language) -> None:
    now = content("agreement_amended")
    assert isinstance(now, MailingContent)
    assert now.agreement is not None
    another_day = rendered("agreement_amended", language, before=replace(now.agreement, signed_on=date(2024, 8, 19)))
    assert "20. august 2024 (før: 19. august 2024)" in words(another_day.text)
    another_reference = rendered("agreement_amended", language, before=replace(now.agreement, payer_reference="REF-1"))
    assert "REF-77 (før: REF-1)" in words(another_reference.text)
    assert ["faktura" in it.text for it in (another_day, another_reference)] == [False, True]
    unsigned = rendered("agreement_amended", language, signed_on=None, contacts=("Kari Vik", "Bo Lind"))
    assert "til kontaktpersonen: Kari Vik, Bo Lind." in words(unsigned.text)
    assert "\n\n\n" not in unsigned.text
    earlier = {
        "nb": "En utgave som er sendt før, skal ikke signeres.",
        "nn": "Ei utgåve som er send før, skal ikkje skrivast under.",
    }
    assert [earlier[language] in words(it.text) for it in (unsigned, another_day)] == [True, False]


def test_what_is_attached_to_a_signed_agreement_is_said_to_lack_the_signatures(language: Language) -> None:
    file = File(name="avtale.pdf", media_type="application/pdf", sha256="0" * 64)
    lacks = {
        "nb": "som ble signert, uten signaturene.",
        "nn": "som vart underskriven, er lagd ved, utan underskriftene.",
    }
    with_it, without = (words(rendered("agreement_signed", language, files=it).text) for it in ((file,), ()))
    assert lacks[language] in with_it
    assert lacks[language] not in without


def test_who_is_without_an_advisor_is_not_told_of_a_new_one(language: Language) -> None:
    written = rendered("advisor_detached", language)
    assert "ingen" in written.subject
    assert "ny veileder" not in written.subject + written.text
    assert "ny rettleiar" not in written.subject + written.text


def test_an_invitation_says_what_when_where_and_how(language: Language) -> None:
    link = "https://meet.example/fellessamling"
    digital = replace(ENTRY, format="digital", place=None, meeting_link=link)
    for entry, facts in (
        (ENTRY, ["24. september kl. 10.00 – 25. september 2024 kl. 15.00", "Quality Hotel Stjørdal", "fysisk"]),
        (digital, [link, "digital"]),
    ):
        written = rendered("session_invitation", language, entry=entry)
        for body in (words(written.text), words(_Read(written.html).text)):
            assert all(fact in body for fact in ["Fellessamling 1", *facts])
    assert _Read(written.html).links == [link]


def test_a_move_says_what_it_was_before_and_another_change_does_not_say_that_it_moved() -> None:
    moved = rendered("session_change", before=replace(ENTRY, first_day=date(2024, 9, 23), last_day=date(2024, 9, 24)))
    assert moved.subject.startswith("Flyttet: Fellessamling 1, 24. september kl. 10.00 – 25. september 2024")
    assert "(før: 23. september kl. 10.00 – 24. september 2024 kl. 15.00)" in words(moved.text)
    assert "Før: 23. september kl. 10.00 – 24. september 2024 kl. 15.00" in words(_Read(moved.html).text)
    changed = rendered("session_change", before=replace(ENTRY, place=None))
    assert changed.subject.startswith("Endret: ")
    assert "(ny)" in changed.text
    assert "flyttet" not in changed.text + changed.html


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        ({"starts_at": None, "ends_at": None}, {}, "Endret"),  # a time that is known more precisely
        ({}, {"duration_minutes": 90}, "Endret"),
        ({}, {"starts_at": "11:00"}, "Flyttet"),
        ({}, {"last_day": date(2024, 9, 26)}, "Flyttet"),
    ],
)
def test_only_another_time_is_a_move(before: dict[str, Any], now: dict[str, Any], word: str) -> None:
    written = rendered("session_change", entry=replace(ENTRY, **now), before=replace(ENTRY, **before))
    assert written.subject.startswith(f"{word}: ")


def test_what_is_held_with_one_party_alone_names_it_since_an_advisor_has_many_of_the_same_name() -> None:
    written = rendered("session_invitation", is_with_party=True)
    assert written.subject.startswith("Invitasjon: Fellessamling 1, Volda, ")
    assert written.calendar is not None
    assert "SUMMARY:Fellessamling 1\\, Volda – Fremtidens kulturskole\r\n" in written.calendar


def test_a_county_branch_is_not_asked_for_a_school_owner_or_a_dialogue_with_itself(language: Language) -> None:
    for kind, words_ in (("application_accepted", ("koleeier", "kuleeigar")), ("application_received", ("dialog",))):
        for party_kind in ("municipality", "county_branch"):
            written = rendered(kind, language, party_kind=party_kind)
            for body in (written.text, written.html):
                assert any(word in body for word in words_) == (party_kind == "municipality")


@pytest.mark.parametrize(
    ("why", "language", "heading"),
    [
        ("cancelled", "nb", "Avlyst"),
        ("cancelled", "nn", "Avlyst"),
        ("without_date", "nb", "Utsatt"),
        ("without_date", "nn", "Utsett"),
        ("not_concerned", "nb", "Gjelder deg ikke lenger"),
        ("not_concerned", "nn", "Gjeld deg ikkje lenger"),
        ("agreement_ended", "nb", "Gjelder deg ikke lenger"),
        ("agreement_ended", "nn", "Gjeld deg ikkje lenger"),
        ("another_entry", "nb", "Står i en annen oppføring"),
        ("another_entry", "nn", "Står i ei anna oppføring"),
        ("handed_over", "nb", "Invitasjonen går til en annen"),
        ("handed_over", "nn", "Invitasjonen går til ein annan"),
    ],
)
def test_a_cancellation_says_why(why: str, language: Language, heading: str) -> None:
    written = rendered("session_cancellation", language, why=why)
    assert written.subject.startswith(f"{heading}: Fellessamling 1, 24. september kl. 10.00 – 25. september 2024")
    assert f"{heading}: Fellessamling 1" in _Read(written.html).text
    assert "24. september kl. 10.00 – 25. september 2024 kl. 15.00" in words(written.text)


def test_only_mails_about_sessions_carry_a_calendar_entry() -> None:
    with_entry = {kind for kind in KINDS if rendered(kind).calendar}
    assert with_entry == {"session_invitation", "session_change", "session_cancellation"}
