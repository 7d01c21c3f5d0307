"""The public spectra: bins and fixed-point statistics agree with what other codes give for them."""

import numpy as np
import pytest
from test_data_scaling import w_statistic

from spec_lab._base import SpecLabWarning
from spec_lab.data import DataUnit

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def quasar(real_data):
    with pytest.warns(SpecLabWarning, match="POISSERR = F on integer counts") as said:
        unit = DataUnit(real_data / "3c273" / "3c273.pi", stat="cstat")
    assert len(said) == 1
    return unit


def power_law_counts(unit, gamma, norm):
    """Folded counts of norm E^-gamma, integrated exactly over each photon bin."""
    lo, hi = unit.energies
    seen = unit.channels()
    return seen.ts * (seen.matrix @ (norm * (hi ** (1 - gamma) - lo ** (1 - gamma)) / (1 - gamma)))


def test_header_links_of_3c273(quasar):
    assert [part.name for part in (quasar.bkg, quasar.rmf, quasar.arf)] == ["3c273_bg.pi", "3c273.rmf", "3c273.arf"]


@pytest.mark.parametrize(
    ("choices", "at", "bins", "expected"),
    [({}, (1.782, 1.622e-4), 46, 62.12275005769554),
     ({"notc": [0.5, 7], "notc_mode": "overlap"}, (1.7, 1e-4), 42, 172.19118862474699),
     ({"notc": [0.5, 7]}, (1.7, 1e-4), 40, 170.1598197879),
     ({"notc": [0.5, 7], "notc_mode": "overlap", "grpg": "none"}, (1.7, 1e-4), 446, 630.1081495542)],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*363 of 446 groups have no background counts")
def test_3c273(quasar, choices, at, bins, expected):
    unit = quasar.replace(**choices)
    seen = unit.channels()
    assert seen.size == bins <= unit.max_groups
    with np.errstate(divide="ignore", invalid="ignore"):
        assert w_statistic(seen, power_law_counts(unit, *at)) == pytest.approx(expected, rel=1e-9)


def test_the_burst(real_data):
    folder = real_data / "grb-me-he"
    sizes = []
    for name, notc in (("me", [8, 900]), ("he", [300, 38000])):
        with pytest.warns(SpecLabWarning, match="POISSERR = F on integer counts") as said:
            unit = DataUnit(folder / f"{name}.src", folder / f"{name}.bkg", rsp=folder / f"{name}.rsp", notc=notc)
        assert len(said) == 1 and not unit.bkg.poisson and unit.src.poisson
        sizes.append(unit.channels().size)
    assert sizes == [119, 117]


def test_a_notice_edit_is_fast(quasar):
    import time

    quasar.replace(notc=[0.4, 8]).channels()
    begun = time.perf_counter()
    for i in range(10):
        quasar.replace(notc=[0.5 + 0.01 * i, 7]).channels()
    assert (time.perf_counter() - begun) / 10 < 0.5  # a few milliseconds on an idle machine
