"""Circumstances: what speaks against a session's days, told before they are saved, and who accepted it (S6, R9)."""
