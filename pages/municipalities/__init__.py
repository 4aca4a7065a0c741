"""Kommune: everything about one party in a programme."""
