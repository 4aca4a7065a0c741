"""What of a party's obligations is not met, found from what is known (R9, R10). It suggests, and raises no concern by itself."""
