"""Billing's rules."""
