"""Makes the demonstration data that travel with the package: `python notebooks/make_demo_data.py`.

Two observations with analytic responses, so that no instrument team's calibration is needed: `burst`, a gamma-ray burst with
a cut-off power law in a NaI-like and a BGO-like scintillator over a modelled (Gaussian) background; and `ccd`, an
absorbed power law with an iron line in a CCD-like detector with RMF, ARF and a Poisson background. The truth is written
in `TRUTH`.
"""

import sys
from pathlib import Path

import numpy as np

from spec_lab.data.ogip.write import write_arf, write_pha, write_rsp
from spec_lab.data.response import Auxiliary, Redistribution, Response
from spec_lab.data.spectrum import Background, Source
from spec_lab.models import Grid, cpl, gauss, pl, tbabs

FOLDER = Path(__file__).resolve().parents[1] / "spec_lab" / "data" / "demo"
SEED = 20240229
TRUTH = {
    "burst": {"alpha": -1.1, "Epeak": 260.0, "K": 12.0},  # K photons/cm²/s/keV at 1 keV
    "ccd": {"nH": 0.35, "gamma": 1.9, "K": 2.4e-3, "line": 6.4, "width": 0.05, "flux": 6e-5},
}


def edges(lo: float, hi: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """n logarithmic bins from lo to hi, keV."""
    grid = np.geomspace(lo, hi, n + 1)
    return grid[:-1], grid[1:]


def gaussian_rows(centre: np.ndarray, sigma: np.ndarray, lo: np.ndarray, hi: np.ndarray) -> np.ndarray:
    """[e, ch] share of a Gaussian at each centre that falls into each channel."""
    from scipy.special import ndtr

    z = lambda edge: (edge[None, :] - centre[:, None]) / sigma[:, None]  # noqa: E731
    return ndtr(z(hi)) - ndtr(z(lo))


def pruned(matrix: np.ndarray, share: float = 1e-4) -> np.ndarray:
    """The matrix [e, ch] without what is less than `share` of a row's peak: it makes the files small."""
    return np.where(matrix < share * matrix.max(axis=1, keepdims=True), 0.0, matrix)


def scintillator(elo: np.ndarray, ehi: np.ndarray, emin: np.ndarray, emax: np.ndarray, peak: float) -> np.ndarray:
    """[e, ch] cm²: a photo-peak of resolution 0.12 sqrt(100 keV/E) and a flat Compton shelf below it."""
    energy = np.sqrt(elo * ehi)
    sigma = 0.12 / 2.355 * 2 * np.sqrt(100 * energy)
    area = peak * np.exp(-((np.log(energy / (8 * elo[0])) / 2.2) ** 2))
    compton = 0.45 * energy / (energy + 500)
    shelf = np.clip((0.8 * energy)[:, None] - emin[None, :], 0, (emax - emin)[None, :]) / (0.8 * energy)[:, None]
    return area[:, None] * (
        (1 - compton)[:, None] * gaussian_rows(energy, sigma, emin, emax) + compton[:, None] * shelf
    )


def cutoff_photons(elo: np.ndarray, ehi: np.ndarray) -> np.ndarray:
    """[e] photons/cm²/s of the burst: a cut-off power law."""
    truth = TRUTH["burst"]
    model = cpl(alpha=truth["alpha"], logEp=np.log10(truth["Epeak"]), logA=np.log10(truth["K"]))
    return np.asarray(model.photons(model.theta, Grid.make(elo, ehi)))


def ccd_photons(elo: np.ndarray, ehi: np.ndarray) -> np.ndarray:
    """[e] photons/cm²/s of the CCD source: an absorbed power law with an iron line."""
    truth = TRUTH["ccd"]
    line = gauss(El=truth["line"], sigma=truth["width"], logA=np.log10(truth["flux"]))
    model = tbabs(N_H=truth["nH"]) * (pl(alpha=-truth["gamma"], logA=np.log10(truth["K"])) + line)
    return np.asarray(model.photons(model.theta, Grid.make(elo, ehi)))


def make_burst(folder: Path, rng: np.random.Generator) -> None:
    """Two detectors, 8 s."""
    detectors = {
        "na": (8.0, 1000.0, 96, 5.0, 3000.0, 100.0, 150.0),
        "bg": (200.0, 40000.0, 96, 100.0, 60000.0, 120.0, 60.0),
    }
    for name, (lo, hi, channels, photon_lo, photon_hi, peak, level) in detectors.items():
        emin, emax = edges(lo, hi, channels)
        elo, ehi = edges(photon_lo, photon_hi, 80)
        # Single precision in the file: what is simulated must be what is read.
        matrix = pruned(scintillator(elo, ehi, emin, emax, peak)).astype(np.float32).astype(np.float64)
        exposure = 8.0
        background = exposure * level * (emin / lo) ** -0.7 * (emax - emin) / (emax[0] - emin[0]) / channels * 6
        error = 0.05 * background + 0.1
        counts = rng.poisson(exposure * cutoff_photons(elo, ehi) @ matrix + background)
        measured = rng.normal(background, error)
        header = {"TELESCOP": "SIMULATED", "INSTRUME": name.upper()}
        write_rsp(
            folder / f"{name}.rsp", Response(elo, ehi, emin, emax, matrix), header=header, single=True, overwrite=True
        )
        source, model = Source(counts, exposure=exposure), Background(measured, error, exposure=exposure)
        write_pha(folder / f"{name}.bak", model, header=header, overwrite=True)
        write_pha(
            folder / f"{name}.pha",
            source,
            backfile=f"{name}.bak",
            respfile=f"{name}.rsp",
            header=header,
            overwrite=True,
        )


def make_ccd(folder: Path, rng: np.random.Generator) -> None:
    """One CCD, 20 ks, with a background region five times as large."""
    emin = 0.2 + 0.025 * np.arange(400)
    emax = emin + 0.025
    elo, ehi = edges(0.25, 11.0, 320)
    energy = np.sqrt(elo * ehi)
    sigma = np.sqrt(0.035**2 + (0.0215**2) * energy)
    rows = pruned(gaussian_rows(energy, sigma, emin, emax), 1e-3)
    rows = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32).astype(np.float64)
    area = 420 * np.exp(-((np.log(energy / 1.6) / 1.05) ** 2)) * np.where((energy > 1.84) & (energy < 2.3), 0.8, 1.0)
    exposure, ratio = 20000.0, 5.0
    level = 1.2e-4 + 1e-3 * np.exp(-((emin - 0.5) ** 2) / 0.05)  # counts/s/channel in the background region
    expected = exposure * (ccd_photons(elo, ehi) * area @ rows + level / ratio)
    source = Source(rng.poisson(expected), exposure=exposure, backscale=1e-6)
    background = Background(rng.poisson(exposure * level), exposure=exposure, backscale=1e-6 * ratio)
    header = {"TELESCOP": "SIMULATED", "INSTRUME": "CCD"}
    write_rsp(
        folder / "ccd.rmf", Redistribution(elo, ehi, emin, emax, rows), header=header, single=True, overwrite=True
    )
    write_arf(folder / "ccd.arf", Auxiliary(elo, ehi, area), header=header, overwrite=True)
    write_pha(folder / "ccd.bak", background, header=header, overwrite=True)
    names = {"backfile": "ccd.bak", "respfile": "ccd.rmf", "ancrfile": "ccd.arf"}
    write_pha(folder / "ccd.pha", source, **names, header=header, overwrite=True)


def main(folder: Path = FOLDER) -> None:
    """Write all demonstration files; the same files every time."""
    for name, make in (("burst", make_burst), ("ccd", make_ccd)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        make(folder / name, np.random.default_rng(SEED))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
