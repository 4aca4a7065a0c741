"""A delivery as others hear of it."""

from __future__ import annotations

from collections.abc import Mapping

from services.billing.deliveries.domain.delivery import Delivery
from services.billing.documents.domain.series import series_id
from shared.contracts import billing as events


def delivery(it: Delivery, hashes: Mapping[str, str]) -> events.Delivery:
    """`hashes` are the SHA-256 of its kept files, by what these end with."""
    return events.Delivery(
        version=it.version,
        series=series_id(it.programme, it.kind),
        number=it.number,
        document_number=it.document_number,
        kind=it.kind,
        programme=it.programme,
        party=it.party,
        channel=it.channel or "ehf",
        receipt=it.receipt,
        sha256_of_ehf=hashes.get("xml"),
        sha256_of_pdf=hashes.get("pdf"),
        code=it.why,
    )
