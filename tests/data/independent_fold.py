"""Folded counts and the C statistic of a spectrum, worked out from the FITS columns with loops: nothing of spec_lab is used.

`python tests/data/independent_fold.py FOLDER` prints the reference values of `test_data_public_spectra`. The model is
K E**-gamma photons/cm²/s/keV, integrated exactly over each photon bin; the window keeps channels that lie wholly inside.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
from astropy.io import fits

GAMMA, NORM = 1.7, 5.0
CASES = {
    "nustar_fpma": ("nustar_fpma.pha", "nustar_fpma.rmf", "nustar_fpma.arf", (3.0, 79.0)),
    "nicer": ("nicer_unbinned.pha", "nicer.rmf", "nicer.arf", (0.3, 10.0)),
    "xmm": ("xmm.pha", "xmm.rmf", "xmm.arf", (0.3, 10.0)),
    "xrt": ("xrt.pha", "xrt.rmf", "xrt.arf", (0.5, 8.0)),
    "rxte": ("rxte.pha", "rxte.rsp", None, (3.0, 25.0)),
    "ixpe": ("ixpe_stokesI.pha", "ixpe.rmf", "ixpe.arf", (2.0, 8.0)),
}


def table(path, *names, number=1):
    """Header and data of the first extension (or another one, counted from 1) with one of these names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(path) as hdus:
            hdu = [h for h in hdus if h.name in names][number - 1]
            return hdu.header, {c.name: np.array(hdu.data[c.name]) for c in hdu.columns}


def matrix_of(path, size, number=1):
    """Photon edges and a matrix [e, ch] of a file, unpacked group by group."""
    header, data = table(path, "MATRIX", "SPECRESP MATRIX", number=number)
    index = list(data).index("F_CHAN") + 1
    origin = int(header.get(f"TLMIN{index}", 1))
    lo, hi = data["ENERG_LO"].astype(float), data["ENERG_HI"].astype(float)
    full = np.zeros((lo.size, size))
    for e in range(lo.size):
        starts, lengths = np.atleast_1d(data["F_CHAN"][e]), np.atleast_1d(data["N_CHAN"][e])
        values, at = np.atleast_1d(data["MATRIX"][e]), 0
        for g in range(int(data["N_GRP"][e])):
            begin, length = int(starts[g]) - origin, int(lengths[g])
            for k in range(length):
                full[e, begin + k] += float(values[at + k])
            at += length
    return np.maximum(lo, 1e-10), hi, full


def reference(folder, name):
    """Number of channels in the window, their counts, the folded counts, and C."""
    spectrum, response, area, (low, high) = CASES[name]
    header, data = table(folder / spectrum, "SPECTRUM")
    exposure = float(header["EXPOSURE"])
    counts = data["COUNTS"].astype(float) if "COUNTS" in data else data["RATE"].astype(float) * exposure
    if np.all(np.abs(counts - np.rint(counts)) <= 1e-6 * (1 + counts)):  # rates of whole counts, in single precision
        counts = np.rint(counts)
    _, bounds = table(folder / response, "EBOUNDS")
    emin, emax = bounds["E_MIN"].astype(float), bounds["E_MAX"].astype(float)
    lo, hi, full = matrix_of(folder / response, emin.size)
    photons = NORM * (lo ** (1 - GAMMA) - hi ** (1 - GAMMA)) / (GAMMA - 1)
    if area is not None:
        photons = photons * table(folder / area, "SPECRESP")[1]["SPECRESP"].astype(float)
    folded = np.array([exposure * float(np.dot(photons, full[:, c])) for c in range(emin.size)])
    good = data.get("QUALITY", np.zeros(emin.size)) == 0
    used = (emin >= low) & (emax <= high) & good
    c_stat = 0.0
    for s, m in zip(counts[used], folded[used], strict=True):
        c_stat += 2 * (m - s + (s * np.log(s / m) if s > 0 else 0.0))
    return int(used.sum()), float(counts[used].sum()), float(folded[used].sum()), float(c_stat)


if __name__ == "__main__":
    for each in CASES:
        print(f'    "{each}": {reference(Path(sys.argv[1]), each)},')
