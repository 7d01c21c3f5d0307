"""The documented spectra and fluxes of a model at its start values, against plain integrals."""

import numpy as np
import pytest

from spec_lab._base import ModelError, ParameterError
from spec_lab.models import Model, cpl, gauss, hlecpl, pl, tbabs

E = np.array([0.5, 10.0, 1000.0])
ERG = 1.602176634e-9


def test_spectra_in_their_units():
    model = cpl(alpha=-1.2, logA=1.0)
    N = model.evaluate(E)
    np.testing.assert_array_equal(model.phtspec(E), N)
    np.testing.assert_allclose(model.flxspec(E), ERG * E * N, rtol=1e-14)
    np.testing.assert_allclose(model.ergspec(list(E)), ERG * E**2 * N, rtol=1e-14)
    assert tbabs().nouspec(1.0) == tbabs().evaluate(1.0)
    assert hlecpl().phtspec(10.0, T=20.0) == hlecpl().evaluate(10.0, T=20.0)


@pytest.mark.parametrize("text", ["cpl(alpha=-1.2)", "tbabs*(pl(alpha=-1.7)+bb(logkT=0.0))"])
def test_fluxes(text):
    model = Model.parse(text)
    e = np.geomspace(0.9, 40.0, 200_001)
    photons, energy = np.trapezoid(model.phtspec(e), e), np.trapezoid(model.ergspec(e) / e, e)
    assert model.phtflux(0.9, 40.0) == pytest.approx(photons, rel=1e-5)
    assert model.ergflux(0.9, 40.0) == pytest.approx(energy, rel=1e-5)
    assert model.phtflux(0.9, 40.0, 300) == pytest.approx(photons, rel=1e-3)


def test_a_narrow_line_counts_in_full():
    assert (pl(logA=-9.0) + gauss(El=6.4, sigma=1e-5)).phtflux(1, 10) == pytest.approx(1.0, rel=1e-6)
    assert hlecpl().phtflux(10, 100, time=20.0) > 0


def test_what_has_no_spectrum_or_band_says_so():
    for call in (tbabs().phtspec, tbabs().flxspec, tbabs().ergspec, pl().nouspec):
        with pytest.raises(ModelError, match="factor"):
            call(1.0)
    with pytest.raises(ModelError, match="factor"):
        tbabs().phtflux(1, 10)
    for band in ((10, 1), (0, 1), ("a", 1), (1, np.inf), (1, 10, 2), (1, 10, 2.5)):
        with pytest.raises(ParameterError, match="band"):
            pl().ergflux(*band)


def test_arrays_do_not_make_arrays_of_models():
    for combine in (lambda: pl() * np.ones(2), lambda: np.ones(2) * pl(), lambda: np.ones(2) + tbabs()):
        with pytest.raises(TypeError):
            combine()
    assert (np.float64(2) * pl()).expression == "2*pl"
