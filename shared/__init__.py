"""What the four services have in common: event contracts, messaging kernel, web frame, database, clock."""
