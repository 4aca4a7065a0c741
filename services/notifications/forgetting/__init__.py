"""Forgetting: what is emptied here of a person whom registration erased, and what of somebody is kept (N2)."""
