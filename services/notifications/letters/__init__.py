"""Letters: the kinds there are, the queue, and what becomes of a try (N1)."""
