"""What an agreement's document says, and its fingerprint: what is signed is that version (R6).

All that is printed is put together here, so that the fingerprint covers it: the template gives it a form and adds no word. The
payer's reference is no part of it, nor where and when somebody signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.registration.agreements.domain.agreement import Agreement, Signatory
from services.registration.agreements.domain.signing import COUNCIL_DIRECTOR
from services.registration.agreements.domain.wording import WORDING, Language, Wording
from services.registration.parties.domain.party import LanguageForm, Party
from services.registration.programmes.domain.programme import Programme
from shared.money import kroner, split_fee
from shared.norwegian import day_in_words

FORM = 1  # of the content; another form is another number, and leaves fingerprints as they are
LANGUAGES: dict[LanguageForm, Language] = {"nynorsk": "nn", "bokmål": "nb", "nøytral": "nb"}


@dataclass(frozen=True, kw_only=True)
class Document:
    """`text` is the content as it is kept and hashed, `people` the ids of those whom it names."""

    text: str
    people: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.text)


def fingerprint_of(text: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def document(agreement: Agreement, programme: Programme, party: Party, names: Mapping[str, str | None]) -> Document:
    """The document of an agreement as all of it is now; `names` has who signs by id, None for whose name is lost.

    Whose name is lost writes it in by hand.
    """
    language = LANGUAGES[party.language_form]
    words = WORDING[language]
    content = {
        "form": FORM,
        "language": language,
        "title": words.title,
        "rests_on": words.rests_on.format(years=_years(programme)),
        "council": words.council,
        "party": party.official_name or party.name,
        "facts": [
            [
                words.labels["parties"],
                words.council,
                party.official_name or party.name,
                f"{words.organisation_number} {_in_threes(party.organisation_number)}",
            ],
            [words.labels["programme"], programme.name],
            [
                words.labels["period"],
                f"{day_in_words(agreement.period_start)} – {day_in_words(agreement.period_end)}",
            ],
            [words.labels["fee"], f"{_whole(agreement.fee_ore)} kroner"],
        ],
        "confirms": words.confirms,
        "signing": [
            _side(agreement, words, names, words.council, of_council=True),
            _side(agreement, words, names, party.official_name or party.name, of_council=False),
        ],
        "place": words.place,
        "day": words.day,
        "signature": words.signature,
        "terms_heading": words.terms,
        "terms": _terms(agreement, words, party),
        "fingerprint": words.fingerprint,
        "page": words.page,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Document(text=text, people=tuple(sorted({it.person for it in agreement.signatories})))


def says_another(before: Agreement, after: Agreement) -> bool:
    """Whether a change of the agreement makes its document another: not what nobody reads there, and none once it is signed."""
    return after.signed_on is None and _what_is_said(before) != _what_is_said(after)


def names_others(before: str, after: str) -> bool:
    """Whether one content names others than another, or the same in another language form; the wording alone is no matter."""
    return any(json.loads(before)[part] != json.loads(after)[part] for part in ("language", "facts", "signing"))


def _what_is_said(it: Agreement) -> tuple[object, ...]:
    return it.party, it.period_start, it.period_end, it.fee_ore, [(one.role, one.person) for one in it.signatories]


def _side(
    agreement: Agreement, words: Wording, names: Mapping[str, str | None], name: str, *, of_council: bool
) -> dict[str, Any]:
    signing = [it for it in agreement.signatories if (it.role == COUNCIL_DIRECTOR) == of_council]
    return {
        "for": words.on_behalf_of.format(name=name),
        "signatories": [
            {"name": names[it.person] or "", "role": words.roles[it.role]} for it in sorted(signing, key=_by_rank)
        ],
    }


def _by_rank(it: Signatory) -> bool:
    """Who leads the municipality stands first."""
    return it.role == "head_of_culture_school"


def _terms(agreement: Agreement, words: Wording, party: Party) -> list[dict[str, str]]:
    called = words.party[party.kind]
    filled = {
        "party": called,
        "Party": called.capitalize(),
        "fee": _whole(agreement.fee_ore),
        "rates": _in_a_row([_whole(it) for it in split_fee(agreement.fee_ore)], words),
    }
    is_branch = party.kind == "county_branch"
    texts = [(it.heading, it.text_of_branch if is_branch and it.text_of_branch else it.text) for it in words.each]
    return [{"heading": heading, "text": text.format(**filled)} for heading, text in texts]


def _in_a_row(rates: Sequence[str], words: Wording) -> str:
    *first, last = rates
    return last if set(first) == {last} else f"{', '.join(first)} og {last}"


def _whole(ore: int) -> str:
    return kroner(ore).removesuffix(",00")


def _years(programme: Programme) -> str:
    """Those of the ground document are the programme's."""
    first, last = programme.period_start.year, programme.period_end.year
    return str(first) if first == last else f"{first}–{last}"


def _in_threes(number: str) -> str:
    return "\N{NO-BREAK SPACE}".join(number[at : at + 3] for at in range(0, len(number), 3))
