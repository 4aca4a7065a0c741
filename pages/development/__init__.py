"""Kartlegging and Utviklingsplan of one party, and how far all of a programme have come."""
