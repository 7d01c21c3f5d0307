"""Floor: bridge."""
