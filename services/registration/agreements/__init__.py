"""Agreements: signatures, concerns and their end (R6, R10, A4, A6)."""
