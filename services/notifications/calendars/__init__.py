"""What should stand in each person's calendar, compared with what was last told (S6, N1)."""
