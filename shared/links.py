"""Which text is a link, and which is only text (S6)."""

from __future__ import annotations

import re

# A host, and neither spaces nor who one would be there: what a person reads is where it leads.
HTTPS = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?([/?#][^\s<>\"@\\]*)?", re.IGNORECASE)


def is_link(text: str) -> bool:
    """Whether it is the address of a page, over https. Anything else that a meeting link says is shown, and led nowhere.

    >>> [is_link(it) for it in ("https://mote.example/1", "http://mote.example", "javascript:alert(1)", "Teams, se invitasjon")]
    [True, False, False, False]
    """
    return HTTPS.fullmatch(text) is not None
