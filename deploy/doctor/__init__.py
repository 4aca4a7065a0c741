"""What is wrong with an installation before anybody notices, and what to do about it; nothing is changed by looking."""
