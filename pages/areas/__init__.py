"""Utviklingsområder: what the county branches have adopted, with the term of each."""
