"""Floor: tree."""
