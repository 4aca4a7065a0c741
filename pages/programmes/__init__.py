"""Programmer: which there are, and one as a table of its municipalities and its plan."""
