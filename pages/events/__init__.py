"""The catalogue of events, for developers of other systems: open to all, since it says what is told and nothing that was told."""
