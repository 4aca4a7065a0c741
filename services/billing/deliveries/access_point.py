"""What carries an EHF to its receiver: a provider's API, or a folder that it takes files from.

An access point takes a document more than once if it is submitted more than once. So whoever submits asks its state first,
unless it is certain that it was never submitted before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.billing.deliveries.domain.answer import Answer, trouble
from services.billing.documents.domain.series import Kind

# What Peppol calls our two kinds of document, and the process they belong to (PEPPOL BIS Billing 3.0).
_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1"
_UBL = "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:"
DOCUMENT_TYPES: dict[Kind, str] = {
    "invoice": f"{_UBL}Invoice-2::Invoice##{_BILLING}",
    "credit_note": f"{_UBL}CreditNote-2::CreditNote##{_BILLING}",
}
PROCESS = "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_PARTICIPANTS = "iso6523-actorid-upis"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """An EHF on its way. `id` is ours: by it an access point is asked what became of it."""

    id: str
    xml: bytes
    sender: str  # scheme:number, as 0192:312345676
    receiver: str
    kind: Kind

    @property
    def document_type(self) -> str:
        return DOCUMENT_TYPES[self.kind]


class AccessPoint(Protocol):
    """Neither raises for what an access point does or leaves undone: that is an answer too."""

    name: str  # what stands with a delivery: how it went, and whether it was for show

    async def submit(self, it: Submission) -> Answer:
        """Hand a document over: `working` where it is certain that it was taken, else `trouble`, and only its state tells."""
        ...

    async def state(self, id: str) -> Answer:
        """What became of a document."""
        ...

    async def aclose(self) -> None: ...


class NoAccessPoint:
    """In place of one that is not there, or not any more: what was to go through it waits, and then goes by mail."""

    name = "none"

    async def submit(self, it: Submission) -> Answer:
        return trouble("no_access_point")

    async def state(self, id: str) -> Answer:
        return trouble("no_access_point")

    async def aclose(self) -> None:
        """Nothing is held open."""


def participant(endpoint: str) -> str:
    """An endpoint as Peppol identifies who takes part.

    >>> participant("0192:312345676")
    'iso6523-actorid-upis::0192:312345676'
    """
    return f"{_PARTICIPANTS}::{endpoint}"
