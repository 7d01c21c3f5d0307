"""The built-in fit: a damped Gauss-Newton method on the compiled problem (`fit.descent`), the fast default behind sliders.

Where a line or several terms of a continuum can hide a lower minimum, starts read off the data are tried besides the present
values. The covariance comes from the exact Hessian.
"""

from typing import Any

import numpy as np
from jaxtyping import Float

from spec_lab._base import EngineError, statistic_text
from spec_lab.engines.best_fit import (
    MISSED,
    NOTHING,
    best_fit_outcome,
    covariance_from_hessian,
    exact_hessian,
    nearly_flat,
)
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.fit import EDM_GOAL, Descent, Origin, Problem, begin, resume_minimise
from spec_lab.fit.guess import guess, may_hide
from spec_lab.tree.attrs import frozen_static

AT_ONCE = 0.1  # of the statistic: a guess that falls by less was fitted
EDM_QUICK = 1e-3  # estimated distance to the minimum for starts that are compared, in units of the statistic
NEAR_BOUND = 2.0  # standard deviations within which a bound is looked at


@frozen_static
class NewtonOptions:
    """Options of the built-in fit.

    Attributes:
        max_iterations: Steps allowed for each start.
        starts: 1 = from the present values; more = also from random places in the priors.
        guesses: Starts read off the data that are tried as well, where a line or several terms of a continuum can hide a lower
            minimum and neither a person nor a fit has set all their values; 0 = none.
        seed: Of the random starts and of the draws from the covariance.
        draws: Draws from the covariance.
    """

    max_iterations: int = at_least(1, 200)
    starts: int = at_least(1, 1)
    guesses: int = at_least(0, 8)
    seed: int = seed()
    draws: int = at_least(1, 1000)


def minimise(problem: Problem, x: np.ndarray, limit: int = 50, goal: float = 0.0) -> Descent:
    """At most `limit` steps from free values `x` (`f[n]`), without ceremony: for live refits and polishing."""
    return problem.run(resume_minimise, begin(problem.host_space, problem.pad(x)), limit, goal)


def quick_fit(problem: Problem, steps: int = 50) -> Float[np.ndarray, "n"]:
    """The free values after some steps from the present ones, good enough to compare starts."""
    return values_of(problem, minimise(problem, problem.setup.free_values, steps, EDM_QUICK))


def determined(
    problem: Problem, best: np.ndarray, covariance: np.ndarray, hessian: np.ndarray | None = None
) -> np.ndarray:
    """`covariance` (`f[n, n]`) of a best fit, or that of the exact Hessian where this is flat in some direction.

    There a program forces a width upon it or inverts noise, which spoils the errors of all parameters. The Hessian is taken where
    nothing is left of the gradient, which curves a valley itself. The exact one at `best` may be given as `hessian`.
    """
    low, high = problem.bounds
    inside = (best > low) & (best < high)
    hessian = exact_hessian(problem, best) if hessian is None else hessian
    if not nearly_flat(hessian[np.ix_(inside, inside)]):
        return covariance
    place = best
    for _ in range(3):  # it stops when the next step is not worth taking: taken three times, rounding alone is left
        loop = minimise(problem, place)
        place = values_of(problem, loop._replace(x=loop.try_))
    settled = problem.hessian(place, *problem.curvature(place)[1:], fine=True)
    own = covariance_from_hessian(settled, ~inside)
    vain = inside & ~np.isfinite(np.diag(own)) & np.all(np.isfinite(settled))
    return own if vain.any() else covariance


def lower_nearby(problem: Problem, best: np.ndarray) -> str:
    """A sentence where a fit that ends at `best` (`f[n]`) missed a lower statistic close by, else ""."""
    lower = float(minimise(problem, best).f)
    missed = lower < problem.value(best) - MISSED
    return f" The statistic falls to {statistic_text(lower)} nearby: infer.fit() finds it." if missed else ""


def fit(problem: Problem, options: NewtonOptions | None = None, control: Control | None = None) -> Outcome:
    """Minimise the statistic from the set-up's values.

    Raises:
        EngineError: Nothing is free, or the statistic is not finite at the start.
    """
    options, control = options or NewtonOptions(), control or Control()
    if problem.n == 0:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    if not problem.knows(resume_minimise):
        control.report(None, COMPILING)
    first = _descend(problem, problem.setup.free_values, options, control)
    best = _from_guesses(problem, first, options, control)
    begun = 1
    while begun < options.starts and not control.stopped:
        number, begun = begun, begun + 1
        control.report(
            number / options.starts, f"start {number + 1} of {options.starts}", best=values_of(problem, best)
        )
        other = _descend(problem, _random_start(problem, options.seed + number), options, control, quiet=True)
        if other is not None and float(other.f) < float(best.f):
            best = other
    return _outcome(problem, best, begun, options, control, _better(first, best))


def _better(first: Descent, best: Descent) -> str:
    """A sentence where another start than the present values led to a lower statistic, else ""."""
    if not float(first.f) - float(best.f) > MISSED:
        return ""
    lower, stood = statistic_text(float(best.f)), statistic_text(float(first.f))
    return f" Another start led lower: {lower}; from the present values it was {stood}."


def _from_guesses(problem: Problem, first: Descent, options: NewtonOptions, control: Control) -> Descent:
    """The better of a finished fit and one from the best of several starts read off the data."""
    setup = problem.setup
    if not options.guesses or control.stopped or not may_hide(setup) or _is_fitted_guess(problem, first):
        return first
    control.report(None, "other starts, read off the data", best=values_of(problem, first))
    steps = lambda one, most: quick_fit(one, 0 if control.stopped else min(most, options.max_iterations))  # noqa: E731
    found = guess(setup, steps, most=options.guesses, ranges=False)
    loop = minimise(problem, found.free_values, min(options.max_iterations, 50))
    best = _finished(problem, loop, options, control)
    return best if float(best.f) < float(first.f) - NOTHING else first


def _is_fitted_guess(problem: Problem, first: Descent) -> bool:
    """Whether the present values are a guess that was chosen among several fits: a fit from there finds nothing lower."""
    origins = {problem.setup.value_origin(i) for i in problem.setup.free}
    return Origin.DEFAULT not in origins and problem.value() < float(first.f) + AT_ONCE


def _lower_at_a_bound(
    problem: Problem, best: Descent, covariance: np.ndarray, options: NewtonOptions, control: Control
) -> Descent | None:
    """A lower fit that lies at a bound near a finished one, with nothing between but a low rise; None where there is none.

    A parameter that the data hardly know, such as the upper index of a Band function, has its least statistic now inside and now
    at its bound.
    """
    x, (low, high) = values_of(problem, best), problem.bounds
    if not options.guesses or control.stopped:
        return None
    found = best
    for i, variance in enumerate(np.diag(covariance)):
        for bound in (low[i], high[i]):
            if not (variance > 0 and 0 < abs(bound - x[i]) < NEAR_BOUND * np.sqrt(variance)):
                continue
            start = np.clip(x + covariance[:, i] / variance * (bound - x[i]), low, high)
            ends = low.copy(), high.copy()
            start[i] = ends[0][i] = ends[1][i] = bound
            if not np.all(np.isfinite(start)):
                continue
            held = minimise(problem.within(*ends), start)
            if float(held.f) < float(found.f) - NOTHING:
                other = _descend(problem, values_of(problem, held), options, control, quiet=True)
                found = other if other is not None and float(other.f) < float(found.f) - NOTHING else found
    return None if found is best else found


def _descend(problem: Problem, x: np.ndarray, options: NewtonOptions, control: Control, quiet: bool = False) -> Any:
    loop = _finished(problem, minimise(problem, x, min(options.max_iterations, 50)), options, control)
    if np.isfinite(float(loop.f)):
        return loop
    if quiet:
        return None
    raise EngineError(
        "the statistic is not finite at the starting values",
        got=dict(zip((problem.setup.slots[i].path for i in problem.setup.free), map(float, x), strict=True)),
        hint="Move the parameters to where the model is defined and give it a positive flux.",
    )


def _finished(problem: Problem, loop: Descent, options: NewtonOptions, control: Control) -> Descent:
    """A fit that was begun, led to its end, its limit or a stop."""
    while int(loop.steps) < options.max_iterations and _unfinished(loop) and not control.stopped:
        done = int(loop.steps)
        control.report(
            done / options.max_iterations,
            f"step {done}: {statistic_text(float(loop.f))}",
            best=values_of(problem, loop),
        )
        loop = problem.run(resume_minimise, loop, min(done + 50, options.max_iterations), 0.0)
    return loop


def _unfinished(loop: Any) -> bool:
    return (
        float(loop.edm) > EDM_GOAL.of(loop.edm.dtype)
        and float(loop.damping) < 1e11
        and bool(np.isfinite(float(loop.f)))
    )


def values_of(problem: Problem, loop: Any) -> Float[np.ndarray, "n"]:
    """The free values at which a fit stands: on the host, and within the bounds, which single precision rounds."""
    return np.clip(np.asarray(loop.x, dtype=float)[: problem.n], *problem.bounds)


def _random_start(problem: Problem, seed: int) -> np.ndarray:
    """A draw from the priors' central 98 %; parameters without a proper prior start where they are, jittered."""
    generator = np.random.default_rng(seed)
    drawn = problem.from_cube(generator.uniform(0.01, 0.99, problem.n))
    here = problem.setup.free_values
    jittered = here + generator.normal(0, 1, problem.n) * np.maximum(0.1 * np.abs(here), 0.1)
    return np.where(np.isfinite(drawn) & (problem.host_space.code[: problem.n] != 0), drawn, jittered)


def _outcome(problem: Problem, loop: Any, begun: int, options: NewtonOptions, control: Control, remark: str) -> Outcome:
    x, n = values_of(problem, loop), problem.n
    low, high = problem.bounds
    hessian = exact_hessian(problem, x, (np.array(loop.g, float)[:n], np.array(loop.H, float)[:n, :n]))
    covariance = covariance_from_hessian(hessian, (x <= low) | (x >= high))
    lower = _lower_at_a_bound(problem, loop, covariance, options, control)
    if lower is not None:
        return _outcome(problem, lower, begun, options, control, _better(loop, lower) or remark)
    return best_fit_outcome(
        problem,
        engine="fit",
        best=x,
        covariance=determined(problem, x, covariance, hessian),
        status=Status.stopped if begun < options.starts else _status(loop, control),
        draws=options.draws,
        seed=options.seed,
        stats=(("starts", begun), ("steps", int(loop.steps)), ("edm", float(loop.edm)), ("seconds", control.elapsed)),
        settings=(("starts", options.starts), ("guesses", options.guesses)),
        remark=remark,
    )


def _status(loop: Any, control: Control) -> Status:
    if control.stopped and float(loop.edm) > EDM_GOAL.of(loop.edm.dtype):
        return Status.stopped
    if float(loop.edm) > 1e-4:
        return Status.stalled if float(loop.damping) >= 1e11 else Status.limit
    return Status.converged
