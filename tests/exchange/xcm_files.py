"""Small spectra as files, and scripts beside them: what the tests of XSPEC's scripts read."""

from pathlib import Path

import numpy as np
from small import make_unit

from spec_lab.data import write_pha, write_rsp


def make_folder(folder: Path) -> Path:
    """Four sources of 24 channels (s1 with a background and pairs of channels grouped, s2 with one, s3 and s4 without)."""
    for seed in (1, 2, 3, 4):
        unit = make_unit(seed)
        links = {"respfile": "r.rsp"} | ({"backfile": f"b{seed}.pha"} if seed < 3 else {})
        grouping = np.tile([1, -1], 12) if seed == 1 else np.ones(24)
        poisson = {"errors": None, "poisson": True}
        write_pha(folder / f"s{seed}.pha", unit.src.replace(grouping=grouping), **links)
        write_pha(folder / f"b{seed}.pha", unit.bkg.replace(**poisson))
        if seed == 1:
            write_rsp(folder / "r.rsp", unit.rsp)
    return folder


def script(folder: Path, text: str, name: str = "fit.xcm") -> Path:
    """A script beside the spectra."""
    path = folder / name
    path.write_text(text)
    return path
