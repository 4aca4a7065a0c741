"""Programmes: their periods, fees and when applications are taken (R1, R6, B1)."""
