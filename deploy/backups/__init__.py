"""Back-ups of the four databases and what opens them, and putting them back."""
