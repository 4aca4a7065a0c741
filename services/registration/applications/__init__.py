"""Applications, and what is found about them (R2)."""
