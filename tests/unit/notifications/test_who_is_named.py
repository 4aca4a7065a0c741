"""Whom a mail names: the programme's contact person in each, and in one about a concern both sides and who calls whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.notifications.letters.contents import fingerprint
from services.notifications.letters.domain.kinds import KINDS, PURPOSES, Language
from services.notifications.letters.domain.letter import Mail
from services.notifications.sending.render import Rendered, render
from tests.unit.notifications.samples import ADVISOR, CONTACT_PERSON, COORDINATOR, ORGANISER, SENDER, mail

LANGUAGES: tuple[Language, ...] = ("nb", "nn")


def written(it: Mail) -> Rendered:
    return render(it, organiser=ORGANISER, sender=SENDER)


def words(kind: str, language: Language = "nb", **changes: Any) -> str:
    return " ".join(written(mail(kind, language, **changes)).text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_mail_names_the_contact_person_once_there_is_one(kind: str, language: Language) -> None:
    found = written(mail(kind, language))
    named = "Kontaktperson for programmet: Ingrid Moe, +47 900 00 003, ingrid@kulturskoleradet.example"
    assert named in " ".join(found.text.split())
    assert named in found.html
    without = written(mail(kind, language, contact_person=None))
    assert "Kontaktperson for programmet" not in without.text + without.html


@pytest.mark.parametrize(
    ("language", "calls", "contacts"), [("nb", "ringer", "tar kontakt med"), ("nn", "ringjer", "tek kontakt med")]
)
def test_a_concern_says_who_calls_whom_and_how_both_are_reached(language: Language, calls: str, contacts: str) -> None:
    said = words("concern_raised", language)
    assert f"Eva Rådgiver i {ORGANISER} {calls} Ada Ås i Volda" in said
    for it in (ADVISOR, COORDINATOR):
        assert f"{it.name} {it.phone} {it.email}" in said
    unknown = words("concern_raised", language, contact=replace(COORDINATOR, phone=None))
    assert f"Eva Rådgiver i {ORGANISER} {contacts} Ada Ås i Volda" in unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_advisor_is_named_with_telephone_number_and_address(language: Language) -> None:
    said = words("advisor_attached", language)
    assert all(it in said for it in (ADVISOR.name, ADVISOR.email, str(ADVISOR.phone)))
    assert CONTACT_PERSON.name in words("advisor_detached", language)
    assert "None" not in words("advisor_attached", language, of_council=replace(ADVISOR, phone=None))


@pytest.mark.parametrize("kind", [it for it in KINDS if it in PURPOSES])
def test_nobody_is_named_in_a_fingerprint(kind: str) -> None:
    before, after = mail(kind), mail(kind, contact_person=None, contact=None, of_council=None, contacts=())
    assert fingerprint(kind, before.content) == fingerprint(kind, after.content)
