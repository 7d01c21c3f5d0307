"""The preview keeps its word: over integrals that are known, what it trusts lies within its errors, and it seldom cries wolf.

`-m thorough` makes 20 likelihoods with 10 seeds each and 300 power laws behind box priors, the usual run a few of them.
"""

import numpy as np
import pytest
from evidence_problems import at_bounds, banana, decades, gaussian, heavy_tails, normal_priors, ridge, skew, two_modes
from exact_problems import integrate, power_law
from test_engines_nested import Toy

from spec_lab import unif
from spec_lab.engines import Control, run_engine
from spec_lab.engines.frozen_draws import WeighedDraws, frozen_draws
from spec_lab.engines.preview import measured
from spec_lab.engines.starting_proposals import starting_proposals
from spec_lab.fit import Problem, SetPrior

QUICK = [gaussian(3), at_bounds(2), ridge(2)]
MORE = [
    gaussian(1), gaussian(2), gaussian(4), gaussian(6), at_bounds(1), at_bounds(4), two_modes(1), heavy_tails(2), heavy_tails(4),
    skew(2), skew(4), banana(2), normal_priors(2), normal_priors(4), decades(1), decades(3), ridge(4),
]  # fmt: skip


class Fitted(Toy):
    """A likelihood with what the built-in fit asks of a problem."""

    def __init__(self, problem):
        super().__init__(problem.priors, problem.log_like)
        self.setup = self
        self.free_values = self.from_cube(np.full(self.n, 0.45))

    def curvature(self, *given):
        """As a problem has it (of `x`), and as its view has it (of a space and `x`): this is both."""
        import jax
        import jax.numpy as jnp

        space, x = given if len(given) == 2 else (self.host_space, jnp.asarray(given[0]))
        hessian = jax.hessian(lambda x: self.stat(space, x))(x)
        values, vectors = jnp.linalg.eigh(jnp.where(jnp.isfinite(hessian), hessian, 0.0))
        made = *jax.value_and_grad(lambda x: self.stat(space, x))(x), (vectors * jnp.abs(values)) @ vectors.T
        return made if len(given) == 2 else (float(made[0]), *(np.array(a) for a in made[1:]))


def preview(toy: Fitted, seed: int) -> WeighedDraws:
    generator = np.random.default_rng(seed)
    chart, start = starting_proposals(toy, [], 8.0, generator)
    return frozen_draws(start, lambda us: measured(toy, chart, us), 20000, 4000, generator, Control()).weighed


def table(problems, seeds):
    """Error made, error quoted, and whether it is trusted, of each problem and seed."""
    rows = [[preview(toy, seed) for seed in seeds] for toy in map(Fitted, problems)]
    made = [[one.log_evidence - p.log_z for one in row] for p, row in zip(problems, rows, strict=True)]
    return tuple(
        np.array(a) for a in (made, [[w.error for w in r] for r in rows], [[w.trusted for w in r] for r in rows])
    )


def test_quoted_errors_are_errors():
    made, quoted, trusted = table(QUICK, range(2))
    assert trusted.all() and np.all(np.abs(made) < 4 * quoted)


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_twenty_problems_and_ten_seeds():
    problems = [*QUICK, *MORE]
    made, quoted, trusted = table(problems, range(10))
    pulls = made / quoted
    for problem, pull, told in zip(problems, pulls, trusted, strict=True):
        print(
            f"{problem.name:20} rms pull {np.sqrt(np.mean(pull**2)):.2f}, greatest {np.abs(pull).max():.1f}, {told.sum()} trusted"
        )
    assert np.all(np.abs(pulls[trusted]) < 4) and np.sqrt(np.mean(pulls[trusted] ** 2)) <= 1.5
    assert np.sum(trusted.sum(axis=1) < 5) <= 4


def boxes(number):
    """Power laws whose priors cut the posterior somewhere, with ln Z by quadrature."""
    start = Problem(power_law())
    fit, random = run_engine("fit", start), np.random.default_rng(7)
    for _ in range(number):
        setup = start.setup
        for i, (best, error) in enumerate(zip(fit.best, fit.errors, strict=True)):
            low, high = best - error * random.uniform(-1, 8), best + error * random.uniform(2, 8)
            setup = SetPrior(i + 1, unif(float(low), float(high))).apply(setup)
        yield Problem(setup.with_free(np.clip(fit.best, *Problem(setup, start).bounds)), start)


def doubted(number: int, size: int) -> int:
    count = 0
    for problem in boxes(number):
        outcome, truth = run_engine("preview", problem, draws=20000), integrate(problem, size).log_z
        count += outcome.status == "doubtful"
        trusted = outcome.status == "converged"
        assert not trusted or abs(outcome.log_evidence - truth) < 4 * outcome.log_evidence_error + 2e-3
    return count


def test_box_priors_are_not_doubted():
    assert doubted(4, 201) == 0


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_three_hundred_box_priors():
    assert doubted(300, 401) <= 10
