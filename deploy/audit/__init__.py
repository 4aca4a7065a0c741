"""The audit: whether what the system says of itself adds up, seen from outside by its APIs and its streams."""
