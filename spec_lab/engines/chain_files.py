"""Files of chains: arrays in one `.npz`, written whole or not at all, so that a run cut short spoils nothing kept before."""

from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import written_whole


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays; the folder is made if missing."""
    with written_whole(path) as part:
        np.savez(part, **arrays)  # pyright: ignore[reportArgumentType]
