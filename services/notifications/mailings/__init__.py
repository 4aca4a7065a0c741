"""Mails that are due because of one event: one for each who is concerned (N1)."""
