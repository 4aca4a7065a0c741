"""A programme in figures."""
