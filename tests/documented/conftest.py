"""The demo burst and CCD as files, as units, and as a file of two spectra."""

import shutil
from typing import Any

import numpy as np
import pytest
from demo_units import unit

from spec_lab import Data, datasets


@pytest.fixture(scope="module")
def paths():
    return {name: str(path) for name, path in datasets.paths("burst").items()}


@pytest.fixture(scope="module")
def ccd():
    return {name: str(path) for name, path in datasets.paths("ccd").items()}


@pytest.fixture(scope="module")
def burst(paths):
    nai = unit(paths, "na", notc=[8, 900], stat="pgstat", grpg={"min_evt": 5}, rebn={"min_sigma": 2, "max_bin": 10})
    bgo = unit(paths, "bg", notc=[300, 38000], stat="pgstat", rebn={"min_sigma": 2, "max_bin": 10})
    return Data([("nai", nai), ("bgo", bgo)])


@pytest.fixture
def burst_spectra(tmp_path):
    """The demo burst, and a file of two spectra made of it."""
    from astropy.io import fits

    paths = datasets.paths("burst")
    for name, path in paths.items():
        shutil.copy(path, tmp_path / name)
    with fits.open(tmp_path / "na.pha") as hdus:
        spectrum: Any = hdus["SPECTRUM"]
        table, header = spectrum.data, spectrum.header
        counts = np.asarray(table["COUNTS"], float)
        n = counts.size
        columns = fits.ColDefs([
            fits.Column("SPEC_NUM", "I", array=[1, 2]),
            fits.Column("CHANNEL", f"{n}I", array=np.tile(np.arange(1, n + 1), (2, 1))),
            fits.Column("COUNTS", f"{n}D", array=np.stack([counts, 2 * counts])),
        ])  # fmt: skip
        made = fits.BinTableHDU.from_columns(columns, name="SPECTRUM")
        for key in ("TELESCOP", "INSTRUME", "EXPOSURE", "BACKSCAL", "AREASCAL", "DETCHANS", "HDUCLASS", "HDUCLAS1"):
            if key in header:
                made.header[key] = header[key]
        made.header["HDUCLAS4"], made.header["POISSERR"] = "TYPE:II", True
        two = tmp_path / "two.pha"
        fits.HDUList([fits.PrimaryHDU(), made]).writeto(two)
    return tmp_path, two
