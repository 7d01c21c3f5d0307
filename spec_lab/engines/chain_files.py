"""Files of chains: arrays in one `.npz`, written whole or not at all, so that a run cut short spoils nothing kept before."""

from pathlib import Path
from typing import Any

import numpy as np


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays beside their place and rename them there; the folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part.npz")
    try:
        np.savez(part, **arrays)  # pyright: ignore[reportArgumentType]
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
