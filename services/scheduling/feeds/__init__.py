"""Calendar feeds: the exact days of the plan, for a programme, a municipality or an advisor, by secret addresses (S6)."""
