"""Floor: infer."""
