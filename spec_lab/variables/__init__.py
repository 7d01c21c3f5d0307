"""Floor: variables."""
