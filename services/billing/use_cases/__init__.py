"""What billing does, one file a verb."""
