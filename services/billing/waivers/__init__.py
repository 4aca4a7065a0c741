"""Instalments that one agreement is let off by hand (B5)."""
