"""Answer what is not invoiced in a programme, and what did not arrive: `rpc.billing.unbilled` (B8)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from services.billing.deliveries.repository import NamedDelivery, undelivered_of
from services.billing.instalments import reports
from services.billing.instalments.domain.issue_by import a_month_after
from services.billing.instalments.use_cases.list_unbilled import UnbilledAgreement, pressing
from services.billing.occasions.domain.deliveries import JointSession
from shared.contracts.questions import (
    MOST_LINES,
    PastSession,
    UnbilledInstalment,
    UnbilledOfProgramme,
    UndeliveredDocument,
    WhatIsUnbilled,
)
from shared.database import Database


async def say_what_is_unbilled(database: Database, question: WhatIsUnbilled) -> UnbilledOfProgramme:
    """Nothing of a programme that is not known. The facts are those of now."""
    async with database.reading() as connection:
        found = (await pressing(connection, question.on, only=question.programme)).get(question.programme, [])
        sessions = (await reports.not_completed(connection, question.on)).get(question.programme, [])
        undelivered = await undelivered_of(connection, question.programme, limit=MOST_LINES)
    lines = sorted(_lines(found), key=lambda it: (it.issue_by, it.instalment, it.party_name or it.party))
    return UnbilledOfProgramme(
        count=len(lines),
        first=tuple(lines[:MOST_LINES]),
        not_completed=tuple([_session(it) for it in sessions[:MOST_LINES]]),
        undelivered=tuple([_document(it) for it in undelivered]),
    )


def _lines(found: Sequence[UnbilledAgreement]) -> list[UnbilledInstalment]:
    """One an instalment, with all that it lacks."""
    lines = []
    for _, those in groupby(sorted(found, key=lambda it: it.which), key=lambda it: it.which):
        it, *more = those
        assert it.since is not None  # for the type checker: what is pressing has its day
        lines.append(
            UnbilledInstalment(
                party=it.party,
                party_name=it.party_name,
                instalment=it.unbilled.instalment,
                why=tuple([one.unbilled.why for one in (it, *more)]),
                since=it.since,
                issue_by=a_month_after(it.since),
            )
        )
    return lines


def _document(it: NamedDelivery) -> UndeliveredDocument:
    return UndeliveredDocument(
        kind=it.kind,
        document_number=it.document_number,
        party=it.party,
        party_name=it.party_name,
        is_under_way=it.state != "undelivered",
        why=it.why,
    )


def _session(it: JointSession) -> PastSession:
    assert it.instalment is not None  # for the type checker: it carries one
    assert it.last_day is not None  # and is past
    return PastSession(title=it.title, instalment=it.instalment, last_day=it.last_day)
