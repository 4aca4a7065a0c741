"""I dag: what needs someone now."""
