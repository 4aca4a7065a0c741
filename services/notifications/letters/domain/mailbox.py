"""Whom of those who share a mailbox is written to: one of them, always the same while that one is concerned (N1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

LAST = "~"  # after every id


def written_to(sharing: Iterable[str], first_mails: Mapping[str, str], standing: Collection[str] = ()) -> str:
    """One of the persons who share a mailbox; all are ids.

    Whose calendar has the entry already (`standing`), else who was written to before the others (`first_mails`: the id of each
    one's first mail), else who was known first. An order that nothing changes that is told later.
    """
    return min(sharing, key=lambda it: (it not in standing, first_mails.get(it, LAST), it))


def sharing(addresses: Mapping[str, str]) -> list[list[str]]:
    """Those who share a mailbox with others, together. `addresses` has each person's, empty where it is not known."""
    by_address: dict[str, list[str]] = defaultdict(list)
    for person, address in addresses.items():
        if address:
            by_address[address.lower()].append(person)
    return [those for those in by_address.values() if len(those) > 1]
