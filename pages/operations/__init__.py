"""Drift: how the services are, for operators."""
