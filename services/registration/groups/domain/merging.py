"""Two people who turn out to be one (N1): what the one was in a group, the other was."""

from __future__ import annotations

from dataclasses import replace

from services.registration.groups.domain.group import Group
from services.registration.groups.domain.history import united
from shared.errors import Conflict


def as_one(group: Group, gone: str, kept: str) -> Group:
    """The group with the person `kept` wherever `gone` stood; both are ids. Raises Conflict where both take part (R5)."""
    theirs = [it for it in group.participants if it.person in (gone, kept)]
    if sum(not it.has_left for it in theirs) > 1:
        msg = f"both take part in the group of {group.party} in {group.programme}; remove one of the two first"
        raise Conflict(msg, code="both_take_part", rule="R5", field="merge")
    advising = tuple(replace(it, who=kept) if it.key == ("advisor", gone) else it for it in group.tenures)
    found = replace(group, advisor=kept if group.advisor == gone else group.advisor, tenures=united(advising))
    if not theirs:
        return found
    one = min(theirs, key=lambda it: (it.has_left, it.id))
    ids = {it.id for it in theirs}
    tenures = [replace(it, who=one.id) if it.role != "advisor" and it.who in ids else it for it in found.tenures]
    return replace(
        found,
        participants=tuple(
            replace(it, person=kept) if it == one else it for it in group.participants if it == one or it.id not in ids
        ),
        tenures=united(tenures),
    )
