"""What a group lacks before its agreement can be sent: four, the school owner, a coordinator (R3, R5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.registration.groups.domain.group import Group
from shared.errors import RuleBroken

AT_LEAST = 4  # participants


def missing(group: Group) -> Iterator[dict[str, Any]]:
    """What the group lacks, as the arguments of a RuleBroken. A county branch owns no school: R3 asks nothing of it."""
    if group.kind == "municipality" and not group.school_owner_represented:
        yield {"rule": "R3", "message": "the school owner must be represented in the group"}
    if len(group.present) < AT_LEAST:
        yield {"rule": "R5", "message": "a group needs at least four participants"}
    if group.coordinator is None:
        yield {"rule": "R5", "message": "a group elects one coordinator among its participants"}


def check_has_advisor(group: Group) -> None:
    """Raises RuleBroken for a group that no advisor is attached to (R8)."""
    if group.advisor is None:
        msg = "attach an advisor first, or say that the agreement goes without"
        raise RuleBroken(msg, rule="R8", field="without_advisor")


def is_complete(group: Group) -> bool:
    return next(missing(group), None) is None


def check_complete(group: Group) -> None:
    """Raises RuleBroken with all that is missing, under the rule of the first."""
    if not (found := list(missing(group))):
        return
    first, *others = found
    msg = "; ".join([first["message"], *(f"{it['rule']}: {it['message']}" for it in others)])
    raise RuleBroken(msg, rule=first["rule"], field="party")
