"""The audit: checks from outside, by APIs and streams alone, that what the system says of itself adds up."""
