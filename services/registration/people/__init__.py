"""People: who is written to, and the council's advisors among them. All of it is personal data (N2)."""
