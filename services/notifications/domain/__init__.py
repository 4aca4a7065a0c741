"""The rules: which mail is for whom, what should stand in a calendar, what becomes of a mail that was tried."""
