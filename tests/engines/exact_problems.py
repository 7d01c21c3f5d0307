"""Small problems with exactly known posteriors: two free parameters each, integrated on a grid."""

from typing import NamedTuple

import numpy as np
from small import make_data

from spec_lab import unif
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Link, Problem, SetPrior, Setup, SetValue
from spec_lab.models import cpl, pl


class Exact(NamedTuple):
    """A problem and its posterior by quadrature."""

    problem: Problem
    mean: np.ndarray
    sd: np.ndarray
    log_z: float


def power_law() -> Setup:
    setup = Setup.from_pairs([(make_data(1), pl())])
    return SetPrior(2, unif(-3, 5)).apply(SetValue(2, 2.0).apply(setup))


def at_bound() -> Setup:
    """The same, with a prior that cuts the posterior near its middle."""
    best = run_engine("fit", Problem(power_law())).best
    return SetPrior(1, unif(float(best[0]) - 0.01, 1.0)).apply(power_law())


def linked() -> Setup:
    """Two spectra of different statistics, one cut-off power law with a frozen cut-off."""
    setup = Setup.from_pairs([(make_data(1), cpl()), (make_data(2, stat="cstat"), cpl())])
    for a, b in ((1, 4), (2, 5), (3, 6)):
        setup = Link((a, b)).apply(setup)
    for edit in (SetPrior(3, unif(-3, 5)), SetValue(3, 2.0), SetValue(2, 2.5), Freeze((2,))):
        setup = edit.apply(setup)
    return setup


MAKERS = {"power law": power_law, "at a bound": at_bound, "linked": linked}


def integrate(problem: Problem, size: int = 161) -> Exact:
    """The posterior on a grid that reaches eight standard deviations around the best fit, or to the bounds."""
    fit = run_engine("fit", problem)
    wide = run_engine("fit", Problem(problem.setup.replace(priors=(None,) * len(problem.setup.values))))
    low = np.maximum(fit.best - 8 * wide.errors, problem.bounds[0])
    high = np.minimum(fit.best + 8 * wide.errors, problem.bounds[1])
    axes = [np.linspace(a, b, size) for a, b in zip(low, high, strict=True)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    log_p = -0.5 * problem.batch(places) + problem.log_prior(places)
    ends = np.ones(size)
    ends[[0, -1]] = 0.5
    weights = np.exp(log_p - log_p.max()) * np.outer(ends, ends).reshape(-1)
    cell = np.prod((high - low) / (size - 1))
    log_z = float(log_p.max() + np.log(weights.sum() * cell))
    weights /= weights.sum()
    mean = weights @ places
    return Exact(problem, mean, np.sqrt(weights @ (places - mean) ** 2), log_z)
