"""Scheduling's rules."""
