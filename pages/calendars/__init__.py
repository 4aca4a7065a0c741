"""The calendars that the plan can be subscribed to as: their addresses, seen and renewed (S6)."""
