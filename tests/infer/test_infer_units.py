"""Units in and out: quantities of astropy for values, priors, windows and fluxes; and for what is read."""

import numpy as np
import pytest
from astropy import units as u
from small import make_data

from spec_lab import BayesInfer, norm, unif
from spec_lab._base import DataError, ParameterError
from spec_lab.data.notice import notice_windows
from spec_lab.models import cpl, gauss


@pytest.fixture
def infer():
    return BayesInfer([(make_data(1), cpl() + gauss())])


def test_values_are_physical(infer):
    infer.par["cpl.logEp"].val = 600 * u.keV
    assert infer.par["cpl.logEp"].val == pytest.approx(np.log10(600))
    infer.par["gauss.El"] = 0.0065 * u.MeV
    assert infer.par["gauss.El"].val == pytest.approx(6.5)
    assert infer.par["cpl.logEp"].quantity.to_value(u.MeV) == pytest.approx(0.6)
    infer.par["cpl.logA"].val = 1e-3 * u.photon / u.cm**2 / u.s / u.keV
    assert infer.par["cpl.logA"].val == pytest.approx(-3.0)


def test_another_dimension_changes_nothing(infer):
    before = infer.par["gauss.El"].val
    with pytest.raises(ParameterError, match="cannot take the unit kg"):
        infer.par["gauss.El"].val = 3 * u.kg
    with pytest.raises(ParameterError, match="cannot take the unit keV"):
        infer.par["cpl.alpha"].val = 3 * u.keV
    assert infer.par["gauss.El"].val == before


def test_priors_take_units(infer):
    infer.par["cpl.logEp"].prior = unif(10 * u.keV, 1 * u.MeV)
    assert infer.par["cpl.logEp"].prior == unif(1.0, 3.0)
    infer.par["gauss.El"].prior = norm(6400 * u.eV, scale=50 * u.eV)
    assert infer.par["gauss.El"].prior == norm(6.4, 0.05)
    infer.par["cpl.logEp"].prior = norm(100 * u.keV, 0.2)
    assert infer.par["cpl.logEp"].prior == norm(2.0, 0.2)
    with pytest.raises(ParameterError, match="scale of norm is no place"):
        infer.par["cpl.logEp"].prior = norm(100 * u.keV, 20 * u.keV)
    with pytest.raises(ParameterError):
        infer.par["cpl.alpha"].prior = unif(-2 * u.keV, 1 * u.keV)


def test_windows_take_units():
    assert notice_windows([8 * u.keV, 0.9 * u.MeV]) == ((8.0, 900.0),)
    assert notice_windows([[8, 30] * u.keV, [40 * u.keV, None]]) == ((8.0, 30.0), (40.0, np.inf))
    assert notice_windows([8, 900] * u.keV) == ((8.0, 900.0),)
    with pytest.raises(DataError, match="cannot take the unit kg"):
        notice_windows([8 * u.kg, 9 * u.kg])


def test_fluxes_in_and_out(infer):
    post = infer.fit()
    plain, given = post.flux(10, 1000, most=20), post.flux(10 * u.keV, 1 * u.MeV, most=20)
    assert np.array_equal(plain.draws, given.draws) and given.title == plain.title
    assert given.quantity.unit == u.erg / u.cm**2 / u.s and given.quantity.shape == (20,)
    assert post.flux_info(10 * u.keV, 1 * u.MeV).data_dict["Band"] == ["10-1000 keV"] * 2
    with pytest.raises(ParameterError, match="low cannot take the unit s"):
        post.flux(10 * u.s, 1 * u.MeV)
    table = post.to_qtable()
    assert table["cpl.logEp"].unit == u.keV and len(table) == len(infer.outcome.draws)
    column = infer.setup.free.index(infer.setup.index("cpl.logEp"))
    assert table["cpl.logEp"].value == pytest.approx(10 ** np.asarray(infer.outcome.draws)[:, column])
    assert post.free_par_info.to_qtable().colnames == list(post.free_par_info.columns)
