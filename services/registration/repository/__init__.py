"""Registration's queries, one module an entity. Each works in the caller's transaction; rows come out as domain objects."""
