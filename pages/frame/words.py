"""The Norwegian word for what the APIs say by a code. One place, so that the pages say the same everywhere."""

from __future__ import annotations

WORDS = {
    "application": {
        "received": "mottatt",
        "accepted": "tatt opp",
        "waiting_list": "på venteliste",
        "declined": "avslått",
        "withdrawn": "trukket",
    },
    "session": {
        "planned": "planlagt",
        "completed": "gjennomført",
        "cancelled": "avlyst",
    },
    "session_kind": {
        "joint_session": "Fellessamling",
        "coordinator_meeting": "Koordinatorsamling",
        "guidance_visit": "Veiledningsbesøk",
        "inspiration_session": "Inspirasjonssamling",
        "sharing_arena": "Delingsarena",
        "contract_meeting": "Kontraktsmøte",
    },
    "format": {"physical": "fysisk", "digital": "digital", "undecided": "ikke bestemt ennå"},
    "role": {"reader": "lesetilgang", "administrator": "administrator", "operator": "operatør"},
}

# What a page says after a change, by the code in its address.
DONE = {
    "logget-ut": "Du er logget ut.",
}


def word(code: str | None, of: str) -> str:
    """`{{ session.state | word("session") }}`; the code itself where no word stands for it."""
    return "" if code is None else WORDS[of].get(code, code)


def count(number: int, one: str, many: str) -> str:
    """`1 faktura`, `12 fakturaer`.

    >>> count(12, "faktura", "fakturaer")
    '12 fakturaer'
    """
    return f"{number} {one if number == 1 else many}"
