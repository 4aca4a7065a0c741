"""Plans: what stands in a programme's, each change of it, its publication and revisions, and what it lacks of its shape (S1, S2, S6)."""
