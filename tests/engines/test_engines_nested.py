"""Nested sampling against integrals that are known exactly, over many seeds: narrow, plateaued, two-moded, in wide priors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import EngineError
from spec_lab.engines import Control, run_engine
from spec_lab.engines.draws import systematic
from spec_lab.engines.evidence import evidence, shells
from spec_lab.engines.nested.importance import KernelMixture, sharpen
from spec_lab.engines.nested.likelihoods import CompiledLikelihood, HookedLikelihood
from spec_lab.engines.nested.live_points import NestedRun, Plan
from spec_lab.engines.nested.run_evidence import run_evidence
from spec_lab.fit import Problem
from spec_lab.fit.space import FreeSpace, from_cube_np, log_prior_np
from spec_lab.priors import logunif, norm, unif


class Toy(Problem):
    """What nested sampling asks of a problem, with the likelihood of a test in place of spectra."""

    width = 0  # of a toy: given, not computed

    def __init__(self, priors, log_like):
        self.n = len(priors)
        self.width = w = -(-self.n // 4) * 4
        fill = w - self.n
        low, high = (np.array([p.support[i] for p in priors] + [(-np.inf, np.inf)[i]] * fill) for i in (0, 1))
        code = np.array([*(p.code for p in priors), *[0] * fill], dtype=np.int32)
        params = np.array([*(p.params for p in priors), *[(0.0, 1.0, 0.0, 0.0)] * fill])
        uncut = np.zeros(w), np.ones(w)
        self.host_space = FreeSpace(np.zeros(w), np.eye(w), low, high, code, params, *uncut, np.arange(w) < self.n)
        self._stat = lambda x: -2.0 * log_like(x)
        self._batch, self._made = jax.jit(jax.vmap(self._stat)), {}

    def stat(self, space, x, use="value"):
        return self._stat(x[: self.n])

    def run(self, function, *arguments):
        if function not in self._made:
            self._made[function] = jax.jit(lambda *a: function(self, self.host_space, *a))
        return self._made[function](*arguments)

    def pad(self, x):
        return np.concatenate([x, np.zeros((*np.shape(x)[:-1], self.width - self.n))], axis=-1)

    def batch(self, xs):
        return np.asarray(self._batch(xs))

    def log_prior(self, xs):
        return log_prior_np(self.host_space, self.pad(xs))

    def from_cube(self, q):
        return from_cube_np(self.host_space, self.pad(q))[..., : self.n]


class Asked(HookedLikelihood):
    """The same in the cube, as with hooks."""

    def __init__(self, toy):
        self.problem, self.n = toy, toy.n
        self.from_cube, self.log_like = toy.from_cube, lambda xs: -0.5 * toy.batch(xs)
        self.target, self.width, self.calls = self, toy.n, 0


def nest(toy, seed, live=100, moves=4, source=CompiledLikelihood):
    state = NestedRun(source(toy), toy.n, Plan(live, moves, seed))
    while state.remaining > 0.01:
        state.advance()
        assert state.rounds < 500
    points, alive = state.all_points()
    return state, evidence(points.log_like, alive, seed)


def gaussian(n, sd=0.05, correlation=0.7):
    """A correlated Gaussian likelihood of integral 1, off centre."""
    sds = sd * np.linspace(1, 3, n)
    covariance = correlation ** np.abs(np.subtract.outer(np.arange(n), np.arange(n))) * np.outer(sds, sds)
    inverse, centre = np.linalg.inv(covariance), np.linspace(-2, 3, n)
    constant = -0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]
    return lambda x: constant - 0.5 * (x - centre) @ inverse @ (x - centre)


def scores(toy, exact, seeds, **options):
    found = [nest(toy, seed, **options)[1] for seed in range(seeds)]
    return np.array([(f.log_z - exact) / f.error for f in found])


@pytest.mark.parametrize(
    ("n", "source"), [(1, CompiledLikelihood), (2, CompiledLikelihood), (5, CompiledLikelihood), (2, Asked)]
)
def test_evidence_of_a_gaussian(n, source):
    seeds = 10 if source is CompiledLikelihood else 5  # the other asks point by point
    z = scores(Toy([unif(-10, 10)] * n, gaussian(n)), -n * np.log(20.0), seeds, source=source)
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert 0.4 < z.std(ddof=1) < 1.9


def test_evidence_of_a_plateau():
    """Half of the prior without likelihood, a quarter of it of one and the same."""

    def log_like(x):
        return jnp.where(x[0] < 0, -jnp.inf, jnp.where(x[1] < 0, -3.0, -0.5 * x[1] ** 2))

    exact = np.log(0.25 * np.exp(-3.0) + 0.5 * np.sqrt(np.pi / 2) / 20)
    z = scores(Toy([unif(-1, 1), unif(-10, 10)], log_like), exact, 10)
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert np.abs(z).max() < 4


def test_two_far_modes_keep_their_shares():
    def log_like(x):
        def lump(a, w):
            return jnp.log(w) - 0.5 * jnp.sum(((x - a) / 0.02) ** 2) - 2 * jnp.log(0.02) - jnp.log(2 * jnp.pi)

        return jnp.logaddexp(lump(-4.0, 0.7), lump(4.0, 0.3))

    toy, shares, z = Toy([unif(-10, 10)] * 2, log_like), [], []
    for seed in range(8):
        state, found = nest(toy, seed, live=200)
        points, _ = state.all_points()
        shares.append(found.weights[points.q[:, 0] > 0].sum())
        z.append((found.log_z + 2 * np.log(20.0)) / found.error)
    assert np.mean(shares) == pytest.approx(0.3, abs=0.1)
    assert abs(np.mean(z)) < 4 / np.sqrt(8)


def test_priors_over_decades_and_without_bounds():
    """A Gaussian in ln x under a log-uniform prior, and one of a normal prior: both integrals are elementary."""

    def log_like(x):
        return -0.5 * ((jnp.log(x[0]) - 2.0) / 0.1) ** 2 - 0.5 * ((x[1] - 1.0) / 0.5) ** 2

    one = np.log(np.sqrt(2 * np.pi) * 0.1 / np.log(1e6))
    two = np.log(0.5 / np.sqrt(0.25 + 4.0)) - 0.5 / (0.25 + 4.0)
    z = scores(Toy([logunif(1e-3, 1e3), norm(0, 2)], log_like), one + two, 10)
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert np.abs(z).max() < 4


@pytest.mark.parametrize("n", [1, 4])
def test_importance_draws_sharpen_the_evidence(n):
    toy, z = Toy([unif(-10, 10)] * n, gaussian(n)), []
    for seed in range(6):
        state, _ = nest(toy, seed, live=200)
        found = run_evidence(state, importance=True)
        sharp = found.importance
        assert found.settled and sharp is not None and sharp.error < 0.02 and sharp.effective > 3000
        z.append((sharp.log_z + n * np.log(20.0)) / sharp.error)
    assert np.abs(z).max() < 4.5


def test_kernels_that_miss_the_target_are_not_trusted():
    generator = np.random.default_rng(1)
    kernels = KernelMixture(generator.standard_normal((256, 3)))
    xs = kernels.draw(4000, generator)
    wide = -0.5 * np.sum((xs / 30.0) ** 2, axis=1)
    assert not sharpen(wide - kernels.log_density(xs)).trusted


def test_the_kernels_density_integrates_to_one():
    generator = np.random.default_rng(2)
    kernels = KernelMixture(generator.standard_normal((256, 2)) @ [[0.1, 0.0], [0.3, 2.0]] + [5.0, -3.0])
    axis = np.linspace(-15, 15, 301)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)  # in units of the standard deviations
    total = np.exp(kernels.log_density(kernels.mean + grid @ kernels.root.T)).sum() * np.linalg.det(kernels.root) * 0.01
    assert abs(total) == pytest.approx(1.0, abs=2e-3)
    xs = kernels.draw(20_000, generator)  # and draws follow it: they integrate a Gaussian
    log_bell = -0.5 * np.sum(((xs - kernels.mean) @ kernels.inverse.T) ** 2, axis=1) - np.log(2 * np.pi)
    weights = np.exp(log_bell - kernels.log_density(xs)) / abs(np.linalg.det(kernels.root))
    assert weights.mean() == pytest.approx(1.0, abs=0.03)


def test_volumes_fill_the_prior():
    volume = np.exp(-np.cumsum(np.full(4000, 1 / 200)))
    assert shells(volume).sum() == pytest.approx(1.0, abs=1e-12)
    flat = evidence(np.zeros(4000), np.full(4000, 200), seed=1)
    assert flat.log_z == pytest.approx(0.0, abs=1e-9) and flat.error < 1e-9


def test_systematic_resampling_keeps_the_weights():
    weights = np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount(systematic(weights, 1000, seed=1), minlength=4)
    np.testing.assert_allclose(counts, 1000 * weights, atol=1)


def test_a_limit_is_said(exact):
    outcome = run_engine("nested", exact("power law").problem, live=64, max_rounds=3)
    assert outcome.status == "limit" and "lower estimate" in outcome.message


def test_too_few_live_points_are_refused(exact):
    with pytest.raises(EngineError, match="at least 16"):
        run_engine("nested", exact("power law").problem, live=10)


def test_sharpening_can_be_left_out(exact):
    p = exact("power law")
    outcome = run_engine("nested", p.problem, live=200, sharpen=False)
    assert outcome.log_evidence == outcome.figures["dead_log_evidence"]
    assert 0.1 < outcome.log_evidence_error < 0.5
    assert abs(outcome.log_evidence - p.log_z) < 4 * outcome.log_evidence_error


def test_draws_may_be_looked_at_while_it_runs(exact):
    p = exact("power law")
    looks = []
    run_engine("nested", p.problem, Control(on_progress=lambda r: looks.append(r.detail.get("draws"))), live=200)
    first, last = looks[1](), looks[-1]()
    assert first.shape == (200, 2) and last.shape == (1000, 2)
    assert np.all(first.std(axis=0) > 10 * last.std(axis=0))
    assert np.all(np.abs(last.mean(axis=0) - p.mean) < 0.5 * p.sd)
