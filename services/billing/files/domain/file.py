"""The files of a document, by name; what stands in them is made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from services.billing.documents.domain.series import Kind, part_of, series_id

Format = Literal["pdf", "xml"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {"pdf": "application/pdf", "xml": "application/xml"}


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document that files belong to."""

    programme: str
    kind: Kind
    number: int
    document_number: str | None  # none of those issued before there was one
    agreement: str

    @property
    def called(self) -> str:
        return self.document_number or str(self.number)

    @property
    def part(self) -> str:
        """What it is among its programme's documents.

        >>> Issued(programme="p", kind="invoice", number=35, document_number="FK1-35", agreement="a").part
        'invoice/35'
        """
        return part_of(self.kind, self.number)

    def file(self, format: Format) -> str:
        """
        >>> Issued(programme="p", kind="invoice", number=35, document_number="FK1-35", agreement="a").file("pdf")
        'p/invoices/FK1-35.pdf'
        """
        return f"{folder(self.programme, self.kind)}{self.called}.{format}"


def folder(programme: str, kind: Kind) -> str:
    """What the names of the files of a programme's documents of this kind begin with."""
    return f"{series_id(programme, kind)}/"
