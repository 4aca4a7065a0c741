"""Contact lists: the council's contacts and a party's own group, exchanged in writing before the period starts (R7, A8)."""
