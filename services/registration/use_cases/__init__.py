"""What registration does, one file a verb."""
