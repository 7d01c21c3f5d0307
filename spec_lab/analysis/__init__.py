"""Floor: analysis."""
