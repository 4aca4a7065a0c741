"""What makes an instalment due: joint sessions, as scheduling tells of them, and releases by hand (B3, B6)."""
