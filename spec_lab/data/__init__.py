"""Floor: data."""
