"""Development areas: what a county branch has adopted for its term, and applications and development plans name (R2, R11)."""
