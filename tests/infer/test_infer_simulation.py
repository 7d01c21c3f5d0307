"""Simulated data, and the parametric bootstrap made of it."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, MaxLikeFit, unif
from spec_lab.models import pl


@pytest.fixture(scope="module")
def fitted():
    fit = MaxLikeFit([(make_data(1), pl()), (make_data(2, stat="cstat"), pl())])
    fit.link([1, 3])
    fit.link([2, 4])
    fit.par[2].prior = unif(-3, 5)
    fit.fit()
    return fit


def test_one_draw_is_an_infer_with_the_same_parameters(fitted):
    again = fitted.simulate(seed=7)
    assert type(again) is MaxLikeFit
    np.testing.assert_array_equal(again.pvalues, fitted.pvalues)
    assert again.setup.partition == fitted.setup.partition
    assert again.npoint == fitted.npoint
    assert again.stat / again.dof == pytest.approx(1.0, abs=0.6)
    assert fitted.simulate(seed=7).stat == again.stat
    assert fitted.simulate(seed=8).stat != again.stat


def test_many_draws_scatter_around_the_model(fitted):
    (first,), (second,) = fitted.simulate(seed=3, n=400)
    assert len(first) == len(second) == 400
    c = fitted.setup.pairs[0].data.units[0].channels()
    expected = fitted.model_ctsrate[0] * c.ts + c.B * c.ts / c.tb
    np.testing.assert_array_less(np.abs(first.S.mean(axis=0) - expected), 5 * np.sqrt(expected / 400) + 1e-9)
    assert not np.array_equal(first.S[0], second.S[0])


def test_draws_are_written_as_files_that_can_be_read(fitted, tmp_path):
    (first,), _ = fitted.simulate(seed=3, n=2)
    assert len(first.write(tmp_path)) == 5  # two sources, two backgrounds, one response


def test_the_bootstrap_agrees_with_the_covariance(fitted):
    gaussian = fitted.fit()
    true = fitted.bootstrap(simulations=200, seed=5)
    assert true.outcome.figures == {**true.outcome.figures, "refits": 200, "failed": 0}
    assert true.sample.shape == (201, 2)
    np.testing.assert_allclose(true.sample[0], fitted.free_pvalues)
    np.testing.assert_allclose(true.errors, gaussian.errors, rtol=0.25)
    np.testing.assert_array_less(
        np.abs(true.sample[1:].mean(axis=0) - true.sample[0]), 4 * true.errors / np.sqrt(200) + 0.3 * true.errors
    )


def test_a_refit_is_the_fit_of_that_simulation(fitted):
    result = fitted.bootstrap(simulations=3, seed=11)
    again = MaxLikeFit([(make_data(1), pl()), (make_data(2, stat="cstat"), pl())])
    simulations = fitted.simulate(seed=11, n=3)
    pairs = [(sims[0][2], pl()) for sims in simulations]
    again = MaxLikeFit(pairs)
    again.link([1, 3])
    again.link([2, 4])
    again.par[2].prior = unif(-3, 5)
    again.fit()
    np.testing.assert_allclose(result.sample[3], again.free_pvalues, atol=2e-3 * result.errors.max())


def test_exposure_factors_are_refused(fitted):
    infer = BayesInfer([(make_data(1), pl())])
    infer.par["u1.sf"].val = 1.1
    with pytest.raises(RuntimeError, match="exposure factors"):
        infer.simulate(seed=1)
