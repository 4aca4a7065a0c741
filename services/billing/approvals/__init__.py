"""Documents that nobody asked for, many at once: they wait until somebody has looked at what they are (B5)."""
