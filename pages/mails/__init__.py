"""E-post: what was sent to whom, and what was not."""
