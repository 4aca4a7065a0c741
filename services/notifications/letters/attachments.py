"""The files that a mail carries: asked for when it is written, by their hashes, and when it is sent, with what stands in them.

Who made them keeps them; here nothing is kept of them but their hashes.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.notifications.letters.domain.content import About, File, MailingContent
from services.notifications.letters.domain.kinds import AMENDED, COPIES, WITH_AGREEMENT
from shared.contracts.questions import DocumentFiles, Question, WhatAgreementDocument, WhatFiles


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file as it goes out with a mail."""

    name: str
    media_type: str
    content: bytes


def question_of(
    kind: str, programme: str, it: About | MailingContent, *, with_content: bool
) -> Question[DocumentFiles] | None:
    """Whom to ask for the files of a mail of this kind; None where it carries none.

    An agreement that is amended once it is signed has the document that was signed, which does not go out again.
    """
    if it.document is not None:
        return WhatFiles(
            kind="invoice" if kind.startswith("invoice") else "credit_note",
            programme=programme,
            number=it.document.number,
            with_content=with_content,
        )
    agreement = it.agreement if kind in WITH_AGREEMENT else None
    if agreement is None or agreement.id is None or agreement.fingerprint is None:
        return None
    if kind == AMENDED and agreement.signed_on is not None:
        return None
    return WhatAgreementDocument(agreement=agreement.id, fingerprint=agreement.fingerprint, with_content=with_content)


def named(kind: str, answered: DocumentFiles) -> tuple[File, ...]:
    """The files that a mail of this kind carries, as its content names them.

    A copy has the PDF alone: an accounting system would read the EHF in once more.
    """
    found = answered.files[: 1 if kind in COPIES.values() else None]
    return tuple(File(name=it.name, media_type=it.media_type, sha256=it.sha256) for it in found)


def attached(files: Sequence[File], answered: DocumentFiles) -> list[Attached]:
    """Those that a mail's content names, with what stands in them. Raises ValueError where others are there by now."""
    there = {it.sha256: it for it in answered.files}
    found = []
    for one in files:
        it = there.get(one.sha256)
        content = base64.b64decode(it.content, validate=True) if it is not None and it.content is not None else b""
        if sha256(content).hexdigest() != one.sha256:
            msg = f"{one.name} is not there as it was when the mail was written"
            raise ValueError(msg)
        found.append(Attached(name=one.name, media_type=one.media_type, content=content))
    return found
