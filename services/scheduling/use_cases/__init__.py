"""What scheduling does, one file a verb."""
