"""Unit values: every component at its defaults against numbers computed elsewhere, to the printed digits."""

import numpy as np
import pytest
from precision import tolerance

from spec_lab import models
from spec_lab._base import ModelError

ENERGIES = np.array([0.5, 1.0, 10.0, 100.0, 1000.0])
UNIT_VALUES = {
    "cpl": (1.99002496, 0.990049834, 0.0904837418, 0.00367879441, 4.53999298e-8),
    "sbpl": (2.00000194, 1.0, 0.0999122958, 0.00619521427, 9.99122958e-6),
    "csbpl": (0.497878357, 0.990024667, 5.60915635, 0.366945467, 4.42992461e-6),
    "dsbpl": (0.50038083, 1.0, 6.19518658, 0.618433139, 9.96498647e-4),
    "tsbpl": (0.25009531, 1.0, 78.6750721, 618.977389, 61.9249002),
    "sb2pl": (2.00000001, 1.0, 0.0999950009, 0.00707106785, 9.99950009e-6),
    "csb2pl": (0.497529062, 0.990047854, 6.39835869, 0.36780588, 4.53114949e-6),
    "sb3pl": (0.500023437, 1.0, 7.07124456, 0.707106781, 9.99950009e-4),
    "sb4pl": (0.25093342, 1.0, 71.0615577, 707.089102, 70.7071775),
    "band": (199.002496, 99.0049834, 9.04837418, 0.367879441, 5.41341133e-4),
    "cband": (0.452192556, 0.817912432, 1.33988675, 0.122456428, 0.00497870684),
    "dband": (0.452192556, 0.817912432, 1.33988675, 0.122456428, 0.00497870684),
    "bb": (0.00392643252, 0.0076565843, 0.0468636743, 3.65599533e-4, 2.99559118e-41),
    # mbb's last value is bayspec's 64-point quadrature, 2e-8 from the integral.
    "mbb": (0.0171546995, 0.0287847922, 0.0194702901, 0.00166757886, 4.50525615e-7),
}


@pytest.mark.parametrize("name", UNIT_VALUES)
def test_unit_values(name):
    model = models.Model.parse(name)
    np.testing.assert_allclose(model.evaluate(ENERGIES), UNIT_VALUES[name], rtol=5e-9 if name != "mbb" else 3e-8)


def test_high_latitude_emission_fades_and_softens():
    expected = (0.495024917, 0.245049668, 0.0204682688, 3.38338208e-4, 5.15288406e-13)
    np.testing.assert_allclose(models.hlecpl().evaluate(ENERGIES, T=20.0), expected, rtol=5e-9)
    band = models.hleband(beta=-4.0, logAc=0.5)
    late = models.band(beta=-4.0, logEp=2 - np.log10(2.0), logA=0.5 - 2 * np.log10(2.0))
    np.testing.assert_allclose(band.evaluate(ENERGIES, T=20.0), late.evaluate(ENERGIES), rtol=1e-12)


def test_high_latitude_emission_does_not_exist_before_its_start():
    assert np.isnan(models.hlecpl().evaluate(ENERGIES, T=5.0)).all()
    with pytest.raises(ModelError, match="depends on time"):
        models.hlecpl().evaluate(ENERGIES)


@pytest.mark.parametrize(
    "name, expected, rtol",
    [
        # Read from tables of XSPEC's: at 0.5 keV, where the depth is 6, they carry 3e-6 of its rounding and spacing.
        ("wabs", (6.38744564e-4, 0.0887439705, 0.990513509), (1e-5, 2e-6, 1e-7)),
        ("phabs", (0.00332839045, 0.179052199, 0.991729554), (1.8e-5, 2e-6, 1e-7)),
        ("tbabs", (0.00184294335, 0.175952564, 0.992947041), (1.2e-5, 2e-6, 1e-7)),
    ],
)
def test_transmission_of_one_unit_column(name, expected, rtol):
    ours = models.Model.parse(name).evaluate(ENERGIES[:3])
    assert np.all(np.abs(ours / np.array(expected) - 1) < np.maximum(rtol, tolerance(0.0, 3e-5)))


def test_dust_at_optical_wavelengths():
    energy = 12.398419843320026 / np.array([3000.0, 5500.0, 10000.0])
    np.testing.assert_allclose(models.redden().evaluate(energy), (0.5950433, 0.75186973, 0.89105395), rtol=1e-8)
    np.testing.assert_allclose(models.zdust().evaluate(energy), (0.59873219, 0.75803559, 0.89121338), rtol=1e-8)


def test_no_dust_below_the_lyman_limit():
    xrays = np.array([0.0137, 0.5, 10.0])
    assert np.all(models.redden().evaluate(xrays) == 1)
    assert np.all(models.zdust(method="smc").evaluate(xrays) == 1)


def test_peak_energy_is_where_energy_flux_peaks():
    """Every peak mode: E²N is highest at Ep."""
    E = np.geomspace(1, 1e5, 20001)
    for text in ("cpl", "sbpl", "csbpl", "dsbpl", "sb2pl", "csb2pl", "band"):
        model = models.Model.parse(text)
        at = E[np.argmax(E**2 * model.evaluate(E))]
        assert at == pytest.approx(100.0, rel=2e-3), text


def test_peak_and_break_modes_describe_the_same_curves():
    E = np.geomspace(1, 1e4, 50)
    cut = models.cpl(vfv_peak=False, alpha=-0.7, logEc=2.0)
    np.testing.assert_allclose(cut.evaluate(E), models.cpl(alpha=-0.7, logEp=2 + np.log10(1.3)).evaluate(E), rtol=1e-12)
    bent = models.sbpl(vfv_peak=False, alpha1=-1.0, alpha2=-3.0, logEb=2.0)
    np.testing.assert_allclose(bent.evaluate(E), models.sbpl(alpha=-1.0, beta=-3.0, logEp=2.0).evaluate(E), rtol=1e-12)
