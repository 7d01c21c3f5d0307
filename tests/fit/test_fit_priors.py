"""What a variable says about its prior is what a fit believes: objects, distributions, limits of one's own."""

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
import pytest

from spec_lab import BayesInfer, datasets
from spec_lab._base import ParameterError
from spec_lab.fit import Problem, SetPrior, Setup
from spec_lab.models import cpl
from spec_lab.priors import Prior, cauchy, norm, unif
from spec_lab.tree import io
from spec_lab.variables import (
    AbstractConstraint,
    AbstractVariable,
    Constrained,
    Fixed,
    Random,
    Tagged,
)
from spec_lab.variables.bijectors import SigmoidBetween

X64 = jax.config.jax_enable_x64


@pytest.fixture(scope="module")
def burst():
    return datasets.load("burst")


def setup_of(burst, **given):
    return Setup.from_pairs([(burst, cpl(**given))])


@pytest.mark.parametrize(
    "belief",
    [dist.Normal(-1.3, 0.02), norm(-1.3, 0.02), Prior.parse("norm(-1.3, 0.02)")],
    ids=["NumPyro", "maker", "text"],
)
def test_a_random_value_is_fitted_with_its_prior(burst, belief):
    setup = setup_of(burst, alpha=Random(belief))
    assert setup.priors[0] == norm(-1.3, 0.02) and setup.values[0] == pytest.approx(-1.3)
    held = setup_of(burst, alpha=Fixed(Random(belief, -1.2)))
    assert held.priors[0] == norm(-1.3, 0.02) and held.frozen[0] and held.values[0] == pytest.approx(-1.2)
    back = setup.model(0)
    assert isinstance(back.alpha, Random) and Setup.from_pairs([(burst, back)]).priors == setup.priors


@pytest.mark.skipif(not X64, reason="reference values are of double precision")
@pytest.mark.parametrize("belief", [dist.Normal(-1.3, 0.02), norm(-1.3, 0.02)], ids=["NumPyro", "maker"])
def test_the_evidence_is_that_of_the_prior(burst, belief):
    assert BayesInfer([(burst, cpl(alpha=Random(belief)))]).preview().lnZ == pytest.approx(-134.45, abs=0.1)


def test_the_default_prior_is_the_components(burst):
    assert setup_of(burst).priors[0] == setup_of(burst, alpha=-1.2).priors[0] == unif(-2, 2)
    assert setup_of(burst, alpha=Tagged(-1.2)).priors[0] == unif(-2, 2)
    assert setup_of(burst, alpha=Tagged(-1.2, metadata={"prior": "unif(-3, 0)"})).priors[0] == unif(-3, 0)
    assert setup_of(burst, alpha=Tagged(-1.2, metadata={"prior": unif(-3, 0)})).priors[0] == unif(-3, 0)


@pytest.mark.parametrize(
    ("given", "value", "prior"),
    [
        (None, False, False),
        (-1.2, True, False),
        (-1.0, True, False),  # also where it is the default
        (Tagged(-1.2), True, False),
        (Tagged(-1.2, metadata={"prior": "norm(-1, 1)"}), True, True),
        (Random(norm(-1.3, 0.02)), True, True),
        (Fixed(-1.2), True, False),
    ],
)
def test_a_parameter_knows_what_a_person_gave(given, value, prior):
    alpha, peak, _ = cpl(alpha=given).parameters
    assert (alpha.value_given, alpha.prior_given) == (value, prior)
    assert (peak.value_given, peak.prior_given) == (False, False)
    assert jax.tree.structure(cpl()) == jax.tree.structure(cpl(alpha=-1.2))  # one structure whoever gave the value


GUMBEL = dist.Gumbel(-1.3, 0.02)


class TestDistributionsWithoutAnEqual:
    def test_they_enter_by_their_own_density(self, burst):
        setup = setup_of(burst, alpha=Random(GUMBEL))
        problem = Problem(setup)
        x = setup.free_values
        others = sum(p.logpdf(v) for p, v in zip(setup.priors[1:3], x[1:], strict=True))
        assert float(problem.log_prior(x)) == pytest.approx(float(GUMBEL.log_prob(x[0])) + others, rel=1e-5)
        np.testing.assert_allclose(problem.from_cube([[0.5, 0.5, 0.5]])[0, 0], GUMBEL.icdf(0.5), rtol=1e-5)

    def test_such_a_prior_is_structure_and_compiles_once(self, burst):
        start = Problem(setup_of(burst))
        with_law = Problem(SetPrior(1, Prior.of(GUMBEL)).apply(start.setup), start)
        assert with_law.program is not start.program
        again = Problem(SetPrior(1, Prior.of(dist.Gumbel(-1.3, 0.02))).apply(start.setup), start)
        assert again.program is with_law.program
        for prior in (norm(-1, 1), unif(-3, 0), None):
            assert Problem(SetPrior(1, prior).apply(start.setup), start).program is start.program

    def test_it_is_fitted_and_saved(self, burst):
        infer = BayesInfer([(burst, cpl())])
        infer.par[1].prior = GUMBEL
        assert str(infer.par[1].prior) == "dist.Gumbel(loc=-1.3, scale=0.02)"
        infer.fit()
        assert np.isfinite(infer.preview().lnZ)
        back = io.from_state_dict(io.to_state_dict({"prior": infer.par[1].prior}))["prior"]
        assert back == infer.par[1].prior

    def test_engines_that_need_a_quantile_refuse_it_where_there_is_none(self, burst):
        infer = BayesInfer([(burst, cpl(alpha=Random(dist.StudentT(3.0, -1.3, 0.02))))])
        infer.fit()
        with pytest.raises(ParameterError, match=r"dist\.StudentT.* has no quantile"):
            infer.problem.from_cube([[0.5, 0.5, 0.5]])

    @pytest.mark.parametrize(
        "law", [dist.Poisson(2.0), dist.Delta(1.0), dist.Normal(jnp.zeros(2), 1.0), dist.Dirichlet(jnp.ones(3))]
    )
    def test_what_is_no_prior_of_one_number_is_refused(self, burst, law):
        with pytest.raises(ParameterError, match=r"one (real )?number"):
            setup_of(burst, alpha=Random(law, -1.0))


class Window(AbstractConstraint):
    """A constraint of one's own: bounds and bijector only."""

    @property
    def bounds(self):
        return jnp.asarray(-1.5), jnp.asarray(-0.5)

    @property
    def bijector(self):
        return SigmoidBetween(jnp.asarray(-1.5), jnp.asarray(-0.5))


class Doubled(AbstractVariable):
    """A variable of one's own: a value only."""

    raw_value: jax.Array

    @property
    def value(self):
        return 2 * self.raw_value


def test_your_own_classes_work_in_a_fit(burst):
    infer = BayesInfer([(burst, cpl(alpha=Constrained(Window(), -1.0), logEp=Doubled(jnp.asarray(1.2))))])
    assert infer.par[1].range == (-1.5, -0.5) and infer.par[2].val == pytest.approx(2.4)
    infer.fit()
    assert -1.5 < infer.par[1].val < -0.5 and np.isfinite(infer.preview().lnZ)
    moved = infer.setup.model(0)
    assert isinstance(moved.alpha.constraint, Window) and float(moved.alpha.value) == pytest.approx(infer.par[1].val)
    assert Window().support is not None


@pytest.mark.parametrize(
    ("belief", "start"),
    [
        (cauchy(-1.2, 0.3), -1.2),
        (dist.Cauchy(-1.2, 0.3), -1.2),
        (dist.HalfCauchy(1.0), 1.0),
        (dist.Normal(-1.3, 0.1), -1.3),
    ],
)
def test_a_random_value_without_a_mean_starts_at_its_median(belief, start):
    assert float(Random(belief).value) == pytest.approx(start, rel=1e-6)


def test_one_with_neither_needs_a_value():
    with pytest.raises(ParameterError, match="neither a mean nor a median"):
        Random(dist.StudentT(1.0, -1.0, 0.3))
    assert float(Random(dist.StudentT(1.0, -1.0, 0.3), -1.1).value) == pytest.approx(-1.1)
