"""Applications and their assessment (R2)."""
