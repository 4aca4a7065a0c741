"""Frammøte: a session's sheet for all municipalities."""
