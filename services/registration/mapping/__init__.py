"""Mapping: which local actors have which responsibility for children's upbringing (R4)."""
