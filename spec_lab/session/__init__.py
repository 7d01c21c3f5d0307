"""Floor: session."""
