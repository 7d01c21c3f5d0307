"""How long a thorough test may go on, and with which random numbers."""

import os


def budget() -> float:
    """Seconds a test: `SPEC_LAB_BUDGET`, else 60."""
    return float(os.environ.get("SPEC_LAB_BUDGET", "60"))


def seed() -> int:
    """`SPEC_LAB_SEED`, else 1."""
    return int(os.environ.get("SPEC_LAB_SEED", "1"))
