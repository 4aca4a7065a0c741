"""Billing with its database."""
