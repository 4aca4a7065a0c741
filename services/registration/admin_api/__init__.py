"""Registration's routes. What holds personal data needs an administrator's key, to read it too (N2)."""
