"""Erasure: all that is known of a person, for export; and a person erased, with a receipt over all services (N2)."""
