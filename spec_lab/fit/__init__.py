"""Floor: fit."""
