"""Parties: municipalities and county branches, which apply, sign and pay (R1)."""
