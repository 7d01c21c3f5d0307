"""Write the cross-section tables that travel with the package: `python notebooks/make_absorption_tables.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spec_lab.models.absorption.cross_sections import PACKAGED, compute

FOLDER = Path(__file__).resolve().parents[1] / "spec_lab" / "models" / "absorption"


def main() -> None:
    """Compute and write the tables of the usual compositions."""
    for kind, abundance in PACKAGED.items():
        lnE, lnS = compute(kind, abundance)
        path = FOLDER / f"{kind}.npz"
        np.savez_compressed(path, lnE=lnE, lnS=lnS)
        print(f"{path.name}: {len(lnE)} points, {path.stat().st_size / 1e3:.0f} kB, abundances {abundance}")


if __name__ == "__main__":
    main()
