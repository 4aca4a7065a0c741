"""Forgetting: what is answered to an erasure, and in which sessions people wrote of somebody (N2)."""
