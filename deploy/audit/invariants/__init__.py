"""What must hold whatever happens: one business invariant a file, stated by the file's docstring.

Each `check` is a pure function: it takes the evidence and yields a line for each thing that breaks the invariant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deploy.audit.evidence import Evidence
from deploy.audit.invariants import (
    credit_notes_pair_with_invoices,
    documents_are_told_once,
    events_never_change,
    invoices_name_what_was_delivered,
    kids_are_unique,
    newest_events_agree_with_the_apis,
    no_more_have_a_place_than_there_are,
    nobody_pays_more_than_the_fee,
    numbers_run_without_gaps,
    projections_agree_with_their_publishers,
    streams_have_what_was_told,
    what_is_issued_stands,
    what_stands_is_what_is_due,
    who_is_invoiced_hears_of_it,
)

INVARIANTS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    module.__name__.rpartition(".")[2]: module.check
    for module in (
        numbers_run_without_gaps,
        nobody_pays_more_than_the_fee,
        credit_notes_pair_with_invoices,
        what_is_issued_stands,
        what_stands_is_what_is_due,
        invoices_name_what_was_delivered,
        documents_are_told_once,
        kids_are_unique,
        newest_events_agree_with_the_apis,
        projections_agree_with_their_publishers,
        events_never_change,
        streams_have_what_was_told,
        who_is_invoiced_hears_of_it,
        no_more_have_a_place_than_there_are,
    )
}


def broken(evidence: Evidence) -> dict[str, list[str]]:
    """By invariant, what breaks it; empty where all hold."""
    found = {name: list(check(evidence)) for name, check in INVARIANTS.items()}
    return {name: lines for name, lines in found.items() if lines}
