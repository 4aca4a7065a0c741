"""What the pages make of the answers of the APIs."""
