"""A mail to somebody else does not name any more who was erased (N2)."""

from __future__ import annotations

from typing import Any

from services.notifications.letters.domain.erased import Erased, without

KARI = Erased(persons=frozenset({"kari"}), names=frozenset({"Kari Vik"}), addresses=frozenset({"kari@molde.example"}))


def someone(name: str, email: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "email": email, "phone": None, **more}


def test_by_the_id_or_by_name_and_address_together() -> None:
    eva = someone("Eva Lie", "eva@raadet.example", person="eva")
    namesake = someone("Kari Vik", "kari.vik@aure.example", person="another")
    sharing = someone("Bo Dahl", "kari@molde.example")
    content = {
        "contact": someone("Kari Vik-Moe", "ny@molde.example", person="kari"),
        "of_council": eva,
        "contact_person": someone("KARI VIK", "Kari@Molde.example"),
        "others": [namesake, sharing],
    }
    assert without(content, KARI) == {
        "contact": None,
        "of_council": eva,
        "contact_person": None,
        "others": [namesake, sharing],
    }


def test_names_that_are_listed_go_and_the_rest_stays_as_it_is() -> None:
    content = {
        "contacts": ["Kari Vik", "Eva Lie"],
        "goes_to": ["kari vik"],
        "document": {"buyer": {"name": "Kari Vik"}},
    }
    assert without(content, KARI) == {
        "contacts": ["Eva Lie"],
        "goes_to": [],
        "document": {"buyer": {"name": "Kari Vik"}},
    }
