"""Every query, by what it is about. Each works in the caller's transaction."""
