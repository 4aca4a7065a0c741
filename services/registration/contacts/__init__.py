"""Who is to hear of something (N1)."""
