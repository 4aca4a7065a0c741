"""Logging in with one's own API key, and out."""
