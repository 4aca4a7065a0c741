"""What an access point answers, as far as it can be understood. Its own verdict alone decides about a document (B8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# `unknown`: it has no such document. `trouble`: it did not answer, or not what it would say itself; this says nothing about
# the document.
Says = Literal["working", "delivered", "refused", "unknown", "trouble"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    says: Says
    receipt: str | None = None  # of what is delivered: what the access point calls it
    why: str | None = None  # it is refused, or what the trouble is: a code, never a text of somebody else's


LONGEST_RECEIPT = 100
WORKING, UNKNOWN = Answer(says="working"), Answer(says="unknown")


def receipt_of(text: str) -> str | None:
    """What an access point calls what it delivered, as it can be kept and told: what may not be seen is left out."""
    return "".join(it for it in text if it.isascii() and it.isprintable()).strip()[:LONGEST_RECEIPT].strip() or None


def trouble(why: str) -> Answer:
    return Answer(says="trouble", why=why)
