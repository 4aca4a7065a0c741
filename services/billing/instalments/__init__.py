"""What of the fee is due to whom, what is unbilled and why, and issuing the difference (B1–B6)."""
