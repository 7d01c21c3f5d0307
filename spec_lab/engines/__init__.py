"""Floor: engines."""
