"""The words of the mails: those that were wrong stand nowhere, and the right ones where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from services.notifications.letters.domain.kinds import KINDS, Language
from services.notifications.sending.render import Rendered
from tests.unit.notifications.samples import CREDIT_NOTE, ENTRY
from tests.unit.notifications.test_render import LANGUAGES, REASONS, rendered, words

# Whatever a mail of a kind may say otherwise than its sample.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "application_received": [{"party_kind": "county_branch"}],
    "application_accepted": [{"party_kind": "county_branch"}],
    "application_waiting_list": [{"waiting_list_place": 3}],
    "agreement_ended": [{"kind_of_end": "terminated"}],
    "agreement_amended": [{"signed_on": None}, {"signed_on": None, "contacts": ("Kari Vik",)}],
    "concern_raised": [{"raised_by": "municipality"}],
    "contact_list": [{"missing": ("coordinator_is_missing", "contact_person_is_missing"), "of_council": None}],
    "credit_note": [
        {"document": replace(CREDIT_NOTE, reason=reason)} for reason in sorted({reason for reason, _, _ in REASONS})
    ],
    "plan_revised": [{"reason": it} for it in ("venue", "illness", "other")],
    "session_invitation": [{"entry": replace(ENTRY, format=it)} for it in ("digital", "undecided")],
    "session_change": [{"before": ENTRY}, {"before": replace(ENTRY, place=None)}],
    "session_cancellation": [
        *({"why": why} for why in ("without_date", "agreement_ended", "not_concerned", "handed_over", "another_entry")),
        {"why": "handed_over", "goes_to": ("Kari Vik",)},
    ],
}
PROGRAMME = "Fremtidens kulturskole, regionalt program 2024–2025"

WRONG = [
    r"(hver|kvar) fysiske",
    r"(bekymring|bekymringen|uro|uroa) om",
    r"meldt en bekymring",
    r"du er invitert til (?!denne samling)",
    r"\d{4} \d{1,2}\. [a-zæøå]+ \d{4}",  # a year, and then a date
    r"digitalt",
    r"før: –",
    r"\balt\b",
    r"fr[aå] den dagen av",
    r"likevel ikkj?e (regnet|rekna)",
    r"et utviklingsområde(?! vedtatt)",
    r"eit utviklingsområde(?! vedteke)",
    r"som regel koordinatoren",
    r"er du med i kommunegrupp",
    r"\d{11}",  # an account, run together
]


def everything() -> Iterator[tuple[str, Rendered]]:
    """A mail of each kind in each language form, and all its variants."""
    for kind, language in product(KINDS, LANGUAGES):
        for changes in [{}, *VARIANTS.get(kind, [])]:
            yield f"{kind}.{language} {changes}", rendered(kind, language, programme=PROGRAMME, **changes)


@pytest.mark.parametrize("wrong", WRONG)
def test_no_mail_says_it_wrongly(wrong: str) -> None:
    said = {
        name: it[0]
        for name, written in everything()
        for text in (written.subject, written.text, written.html, _unfolded(written.calendar))
        if (it := re.search(wrong, words(text), re.IGNORECASE))
    }
    assert said == {}


def _unfolded(calendar: str | None) -> str:
    """What a calendar entry says to a person."""
    text = (calendar or "").replace("\r\n ", "")
    return " ".join(re.findall("^(?:SUMMARY|DESCRIPTION|LOCATION):(.*)$", text, re.MULTILINE))


RIGHT: list[tuple[str, Language, dict[str, Any], str]] = [
    *((kind, "nb", {}, "én etter hver fysisk fellessamling.") for kind in ("agreement_to_sign", "agreement_signed")),
    *((kind, "nn", {}, "éin etter kvar fysisk fellessamling.") for kind in ("agreement_to_sign", "agreement_signed")),
    ("agreement_signed", "nb", {}, "Har det allerede vært en slik samling"),
    ("agreement_signed", "nn", {}, "Har det allereie vore ei slik samling"),
    ("agreement_ended", "nb", {}, "Samlinger fra og med den dagen"),
    ("agreement_ended", "nn", {}, "Samlingar frå og med den dagen"),
    ("application_received", "nb", {}, "Vi mottok søknaden 2. september 2024."),
    ("application_received", "nn", {}, "Vi fekk søknaden 2. september 2024."),
    ("application_received", "nb", {}, "et utviklingsområde vedtatt av fylkesavdelingen"),
    ("application_received", "nn", {}, "eit utviklingsområde vedteke av fylkesavdelinga"),
    ("concern_raised", "nb", {}, "meldt bekymring for hvordan avtalen"),
    ("concern_raised", "nn", {}, "meldt uro for korleis avtala"),
    ("concern_resolved", "nb", {}, "Bekymringen for hvordan avtalen"),
    ("concern_resolved", "nn", {}, "Uroa for korleis avtala"),
    (
        "credit_note",
        "nb",
        {"document": replace(CREDIT_NOTE, reason="completion_revoked")},
        "Registreringen av samlingen som gjennomført er trukket tilbake.",
    ),
    (
        "credit_note",
        "nn",
        {"document": replace(CREDIT_NOTE, reason="completion_revoked")},
        "Registreringa av samlinga som gjennomført er trekt tilbake.",
    ),
    ("invoice", "nb", {}, "Kontonummer: 1234 56 78903"),
    ("invoice", "nn", {}, "Kontonummer: 1234 56 78903"),
    ("invoice_copy", "nb", {}, "Dette er en kopi og skal ikke betales en gang til."),
    ("invoice_copy", "nn", {}, "Dette er ein kopi og skal ikkje betalast ein gong til."),
    ("credit_note_copy", "nb", {}, "er sendt som EHF til org.nr."),
    ("credit_note_copy", "nn", {}, "er send som EHF til org.nr."),
    ("invoice", "nb", {}, "Kjøper: Volda kommune"),
    ("invoice", "nn", {}, "Kjøpar: Volda kommune"),
    ("session_invitation", "nb", {}, "Du er invitert til denne samlingen: Program: Fremtidens kulturskole"),
    ("session_invitation", "nn", {}, "Du er invitert til denne samlinga: Program: Fremtidens kulturskole"),
    ("session_invitation", "nb", {"entry": replace(ENTRY, format="digital")}, "Form: digital"),
    ("session_invitation", "nn", {"entry": replace(ENTRY, format="digital")}, "Form: digital"),
    (
        "session_reminder",
        "nb",
        {},
        "Vi minner om denne samlingen, som du er invitert til: Program: Fremtidens kulturskole",
    ),
    (
        "session_reminder",
        "nn",
        {},
        "Vi minner om denne samlinga, som du er invitert til: Program: Fremtidens kulturskole",
    ),
    ("contact_list", "nb", {}, "Koordinator: Ada Ås (rektor), +47 900 00 002, ada@volda.example"),
    ("contact_list", "nb", {}, "Deltakere: Bo Nordmann Kari Vik (lærar), kari@volda.example"),
    ("contact_list", "nn", {}, "Rettleiar: Eva Rådgiver +47 900 00 001 eva@kulturskoleradet.example"),
    ("contact_list", "nn", {"group": ()}, "Koordinator: ikkje vald enno Deltakarar: ingen enno"),
    ("contact_list", "nb", {"missing": ("advisor_is_missing",)}, "Listen er ikke komplett. Ennå mangler en veileder."),
    (
        "contact_list_missing",
        "nb",
        {},
        "Kommunen: minst fire deltakere i gruppen Kulturskolerådet: en veileder for Volda",
    ),
    (
        "contact_list_missing",
        "nn",
        {"missing": ("coordinator_is_missing", "a_new_code")},
        "Kommunen: ein koordinator, vald blant deltakarane Det",
    ),
    ("contact_list_missing", "nb", {"missing": ("advisor_is_missing",)}, "en veileder for Volda Dette ordner"),
    ("contact_list_missing", "nn", {"missing": ("advisor_is_missing",)}, "ein rettleiar for Volda Dette ordnar"),
    ("session_change", "nb", {"before": replace(ENTRY, place=None)}, "Hvor: Quality Hotel Stjørdal (ny)"),
    ("session_change", "nn", {"before": replace(ENTRY, place=None)}, "Kvar: Quality Hotel Stjørdal (ny)"),
    (
        "session_cancellation",
        "nb",
        {"why": "handed_over", "goes_to": ("Kari Vik",)},
        "Invitasjonene for Volda går nå til Kari Vik.",
    ),
    (
        "session_cancellation",
        "nn",
        {"why": "handed_over", "goes_to": ("Kari Vik",)},
        "Invitasjonane for Volda går no til Kari Vik.",
    ),
]


@pytest.mark.parametrize(("kind", "language", "changes", "right"), RIGHT)
def test_a_mail_says_it_rightly(kind: str, language: Language, changes: dict[str, Any], right: str) -> None:
    assert right in words(rendered(kind, language, **changes).text)


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("kind", ["session_invitation", "session_change", "session_cancellation"])
def test_an_entry_names_the_programme(kind: str, language: Language) -> None:
    calendar = _unfolded(rendered(kind, language, programme=PROGRAMME).calendar)
    assert "Fellessamling 1 – Fremtidens kulturskole\\, regionalt program 2024–2025" in calendar


def test_a_title_is_no_part_of_a_sentence() -> None:
    """It may end in a party's name, after a comma."""
    title = "Avtale- og kontraktsmøte"
    entry = replace(ENTRY, title=title, first_day=date(2024, 9, 24))
    for kind, language in product(("session_invitation", "session_change", "session_cancellation"), LANGUAGES):
        text = rendered(kind, language, entry=entry, before=entry, is_with_party=True).text
        lines = [line for line in text.splitlines() if title in line]
        assert [line.split()[0] for line in lines] == ["Hva:" if language == "nb" else "Kva:"]


def test_no_line_ends_in_the_middle_of_a_date_or_a_time() -> None:
    ends = {
        name: it for name, written in everything() if (it := re.findall(r"(?:\b\d{1,2}\.|kl\.)\n[^\n]", written.text))
    }
    assert ends == {}
