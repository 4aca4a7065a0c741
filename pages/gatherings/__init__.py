"""Samling: one session of the plan, and what may be done with it."""
