"""The text of a prior: it reads back to the same density, or is refused where it would be read."""

import math

import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import ParameterError
from spec_lab.bridge.distribution import distribution_of
from spec_lab.models import pl
from spec_lab.priors import BY_NAME, Prior, all_priors, as_prior, parse_prior
from spec_lab.tree import SerializationError, io
from spec_lab.variables import Constrained, Interval

DIGITS = hs.floats(-1e6, 1e6, allow_nan=False).map(lambda x: float(f"{x:.6g}"))
POSITIVE = hs.floats(1e-6, 1e6).map(lambda x: float(f"{x:.6g}"))


def same_density(one, other):
    """Whether two priors have one density, on a grid over both and beyond."""
    ends = np.array([*one.interval(0.98), *other.interval(0.98)])
    grid = np.linspace(ends.min() - 1.0, ends.max() + 1.0, 41)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(one.logpdf(grid), other.logpdf(grid), rtol=1e-6, atol=1e-6)
    assert one.support == pytest.approx(other.support, rel=1e-12)
    return True


@hs.composite
def priors(draw):
    """Any prior of the table: random arguments, ordered and positive where they must be."""
    family = draw(hs.sampled_from(sorted(BY_NAME)))
    row, values = BY_NAME[family], {}
    for argument in row.arguments:
        kind = hs.floats(-89.0, 89.0) if math.isfinite(row.within[0]) else DIGITS
        values[argument.name] = draw(POSITIVE if argument.name in row.positive else kind)
    if row.ordered:
        low, high = row.ordered
        values[high] = values[low] + draw(hs.floats(0.01, 100.0)) * (0.01 if math.isfinite(row.within[0]) else 1.0)
    if family.startswith("truncnorm"):
        values["loc"], values["scale"] = 0.0, 1.0
        values[row.ordered[0]] = draw(hs.sampled_from([-math.inf, -1.5, 2.0]))
        values[row.ordered[1]] = draw(hs.sampled_from([math.inf, 2.5, 7.125]))
    return Prior(family, **values)


@settings(max_examples=150, deadline=None)
@given(priors())
def test_every_family_reads_back_exactly(prior):
    assert prior.has_text and parse_prior(str(prior)) == prior
    spoken = eval(prior.as_code(), dict(all_priors))  # as a script says it: an expression, or the text
    assert as_prior(spoken) == prior


WRITTEN = {
    "gumbel": dist.Gumbel(-1.3, 0.02),
    "student": dist.StudentT(3.0, -1.3, 0.02),
    "a whole number": dist.StudentT(3, -1, 1),
    "laplace": dist.Laplace(0.0, 2.0),
    "logistic": dist.Logistic(0.3, 0.1),
    "half cauchy": dist.HalfCauchy(2.0),
    "inverse gamma": dist.InverseGamma(3.0, 2.0),
    "weibull": dist.Weibull(2.0, 1.5),
    "pareto": dist.Pareto(1.0, 3.0),
    "von Mises": dist.VonMises(0.2, 3.0),
    "single precision": dist.Gumbel(jnp.float32(-1.3), jnp.float32(0.02)),
    "power law": dist.DoublyTruncatedPowerLaw(-1.5, 1.0, 10.0),
    "as a family": dist.LogNormal(0.3, 0.7),
    "truncated, as a family": dist.TruncatedNormal(0.0, 1.0, low=-1.0, high=2.0),
    "half normal": dist.HalfNormal(2.0),
}
HALVES = dist.Categorical(jnp.array([0.3, 0.7]))
UNWRITTEN = {
    "mixture of one family": dist.MixtureSameFamily(HALVES, dist.Normal(jnp.array([-1.0, 1.0]), 0.3)),
    "mixture": dist.MixtureGeneral(HALVES, [dist.Normal(-1.0, 0.3), dist.Cauchy(1.0, 0.3)]),
    "truncated": dist.TruncatedCauchy(0.0, 1.0, low=-1.0, high=2.0),
    "one-sided": dist.LeftTruncatedDistribution(dist.Laplace(0.0, 1.0), low=-1.0),
    "transformed": dist.TransformedDistribution(dist.Gamma(2.0, 1.0), dist.transforms.AffineTransform(1.0, 2.0)),
    "folded": dist.FoldedDistribution(dist.Normal(1.0, 1.0)),
}


class Ramp(dist.Distribution):
    """A distribution of a person's own, with arguments like NumPyro's."""

    arg_constraints = {"high": dist.constraints.positive}
    support = dist.constraints.unit_interval

    def __init__(self, high=1.0):
        self.high = high
        super().__init__((), ())

    def log_prob(self, value):
        return jnp.log(2 * value)


class Gumbel(Ramp):
    """One whose name is NumPyro's: its text would be another distribution's."""


UNWRITTEN |= {"of one's own": Ramp(), "a namesake": Gumbel()}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_distribution_told_by_numbers_reads_back(name):
    prior = Prior.of(WRITTEN[name])
    assert prior.has_text and same_density(parse_prior(str(prior)), prior)
    spoken = eval(prior.as_code(), {**all_priors, "dist": dist})
    assert same_density(as_prior(spoken), prior)
    back = io.from_state_dict(io.to_state_dict({"prior": prior}))["prior"]
    assert same_density(back, prior)


@pytest.mark.parametrize("name", UNWRITTEN)
def test_any_other_is_shown_and_never_read_or_saved(name):
    prior = Prior.of(UNWRITTEN[name])
    assert not prior.has_text and str(prior) == f"dist.{type(UNWRITTEN[name]).__name__}(...)"
    with pytest.raises(ParameterError, match="Give the distribution itself"):
        parse_prior(str(prior))
    with pytest.raises(SerializationError, match="Set another prior before saving"):
        io.to_state_dict({"prior": prior})


def test_a_fit_with_such_a_prior_works_and_is_not_saved_as_another(tmp_path):
    infer = BayesInfer([(make_data(1), pl())])
    infer.par[1].prior = UNWRITTEN["mixture of one family"]
    assert "MixtureSameFamily(...)" in infer.par_info.text
    infer.fit()
    with pytest.raises(SerializationError, match="Set another prior before saving"):
        infer.export(tmp_path / "fit.zip")
    assert not (tmp_path / "fit.zip").exists()


@pytest.mark.parametrize("text", ["cosine(1, 2)", "plaw(2.5, -1, 3)", "coslat(10, 80)"])
def test_our_own_distribution_of_a_prior_is_that_prior(text):
    prior = parse_prior(text)
    assert Prior.of(distribution_of(prior)) == prior
    cut = Prior.of(distribution_of(prior, (prior.median, prior.support[1])))
    assert cut != prior and not cut.has_text


class Bell(Ramp):
    """On the whole line, and without a cumulative distribution."""

    support = dist.constraints.real

    def log_prob(self, value):
        return -0.5 * value**2 - 0.5 * math.log(2 * math.pi)


def test_a_prior_without_cumulative_is_not_cut_to_limits():
    infer = BayesInfer([(make_data(1), pl(alpha=Constrained(Interval(-3.0, 0.0), -1.5)))])
    with pytest.raises(ParameterError, match=r"beyond the limits of par\[1\].*no cumulative"):
        infer.par[1].prior = Bell()
    infer.par[2].prior = Bell()  # without limits it serves
    assert not infer.par[2].prior.has_cumulative
    with pytest.raises(ParameterError, match="no cumulative distribution"):
        infer.par[2].prior.cdf(0.0)


def test_a_scale_that_is_no_number_is_kept_as_its_logarithm():
    prior = Prior.of(dist.LogNormal(800.0, 1.0))
    assert str(prior) == "dist.LogNormal(loc=800, scale=1)" and parse_prior(str(prior)) == prior


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dist.Nope(a=1)", "no such distribution"),
        ("dist.Gumbel(loc=0, scale=-1)", "does not take these numbers.*scale"),
        ("dist.Gumbel(a=1)", "takes other arguments"),
        ("dist.Gumbel(0, 1)", "written with names"),
        ("dist.Poisson(rate=2)", "continuous distribution"),
    ],
)
def test_what_is_wrong_with_a_typed_distribution_is_said(text, why):
    with pytest.raises(ParameterError, match=why):
        parse_prior(text)
