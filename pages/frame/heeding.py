"""What speaks against dates: shown before they are saved, and saved only once somebody has ticked that it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pages.frame.api import Refused
from pages.frame.forms import Form, body_of
from pages.frame.refusals import in_norwegian

NOT_ACCEPTED = "warnings_are_not_accepted"
TOLD = "told"  # among what was typed: the codes that the tick is about
ACCEPTED, BECAUSE = "accepted", "accepted_because"


def accepted_in(values: Mapping[str, str]) -> dict[str, Any]:
    """What of a request's body says that warnings were seen."""
    codes = values.get(ACCEPTED, "").split()
    return {ACCEPTED: codes} | body_of(values, BECAUSE) if codes else {}


def warned(name: str, values: Mapping[str, str], why: Refused) -> Form | None:
    """The form as it was typed, with the warnings and a tick for them; none where it was refused for something else."""
    if why.problem.get("code") != NOT_ACCEPTED:
        return None
    codes = dict.fromkeys(str(it.get("code")) for it in why.faults)
    texts = dict.fromkeys(map(_text, why.faults))
    typed = {**values, TOLD: " ".join(codes)}
    typed.pop(ACCEPTED, None)
    return Form(name, typed, wrong=tuple(texts), status=why.status)


def _text(it: Mapping[str, Any]) -> str:
    """Where several sessions are changed at once, with the one that it is about."""
    values = it.get("values") or {}
    text = in_norwegian(str(it.get("code")), values)
    return f"{values['of']}: {text}" if values.get("of") else text


def shown(warnings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each with its text in Norwegian, and who accepted it."""
    return [{**it, "text": in_norwegian(it["code"], it["values"])} for it in warnings]
