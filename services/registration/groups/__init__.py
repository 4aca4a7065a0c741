"""A party's group: who takes part, who coordinates, who advises (R3, R5, R8)."""
