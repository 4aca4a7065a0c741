"""Who was there: attendance by participant and day at joint sessions, and of coordinators at their meetings (R5, S5)."""
