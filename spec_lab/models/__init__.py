"""Floor: models."""
