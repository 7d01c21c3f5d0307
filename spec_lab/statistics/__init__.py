"""Floor: statistics."""
