"""Guidance visits: whether each party's are booked in time, and the minutes of those that were held (S1)."""
