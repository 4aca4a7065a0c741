"""The real programme 2024–2025, played through the public APIs on a simulated clock."""
