"""Development plans: a party's own focus, tied to a development area, and five phases to work through (R11)."""
