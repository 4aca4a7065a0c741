"""The newest event of each entity has the version and the fields that its service's API answers."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.audit.evidence import Evidence
from shared.contracts.billing import Release, Waiver
from shared.contracts.registration import Agreement, Application, Party, Programme
from shared.contracts.scheduling import Session

# The entity that events carry, the name of the same in the evidence, and the fields that are compared.
AGREEMENT = (
    *("party", "predecessor", "signed_on", "called_back_on", "ends_on", "kind_of_end"),
    *("period_start", "period_end", "fee_ore", "payer_reference", "order_reference", "accounting_cost"),
)
PARTY = (
    *("kind", "name", "official_name", "language_form", "address"),
    *("takes_invoices_by", "invoice_endpoint"),
)
ENTITIES = (
    (Programme, "programmes", ("name", "period_start", "period_end", "fee_ore", "days_to_pay", "closed_on")),
    (Party, "parties", PARTY),
    (Application, "applications", ("state",)),
    (Agreement, "agreements", AGREEMENT),
    (Session, "sessions", ("kind", "format", "number", "instalment", "state")),
    (Release, "releases", ("instalment", "effective_on", "withdrawn")),
    (Waiver, "waivers", ("agreement", "instalment", "withdrawn")),
)


def check(evidence: Evidence) -> Iterator[str]:
    for entity, name, fields in ENTITIES:
        word = entity.__name__.lower()
        newest = {id: it for id, it in evidence.newest(entity).items() if not it.get("deleted")}
        rows = {"/".join(str(row[it]) for it in entity.identity): row for row in getattr(evidence, name)}
        for id in sorted(rows.keys() ^ newest.keys()):
            yield f"the {word} {id} is {'told and not there' if id in newest else 'there and not told'}"
        for id in sorted(rows.keys() & newest.keys()):
            differs = [it for it in ("version", *fields) if rows[id][it] != newest[id].get(it)]
            if differs:
                yield f"the {word} {id} and its newest event differ in {', '.join(differs)}"
