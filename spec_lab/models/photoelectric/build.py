"""Write the packaged cross-section tables beside this file: ``python -m spec_lab.models.photoelectric.build``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spec_lab.models.photoelectric.sections import PACKAGED, compute


def main() -> None:
    """Compute and write the tables of the usual compositions."""
    for kind, abundance in PACKAGED.items():
        lnE, lnS = compute(kind, abundance)
        path = Path(__file__).with_name(f"{kind}.npz")
        np.savez_compressed(path, lnE=lnE, lnS=lnS)
        print(f"{path.name}: {len(lnE)} points, {path.stat().st_size / 1e3:.0f} kB, abundances {abundance}")


if __name__ == "__main__":
    main()
