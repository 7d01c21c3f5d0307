"""Parametric bootstrap: simulate under the best fit, refit every simulation, look at the spread.

All refits of a block run together in one compiled loop (the built-in method, vectorised over simulations), so hundreds of
simulated spectra are fitted in the time of a few single fits.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from spec_lab._base import EngineError
from spec_lab.engines.best_fit import NOTHING, at_bounds, names_of
from spec_lab.engines.control import Control
from spec_lab.engines.newton import minimise, values_of
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.simulation import simulate_units
from spec_lab.fit import FreeSpace, Problem, View, begin_traced, resume_minimise
from spec_lab.tree.attrs import frozen_static

BLOCK = 64  # refits between two looks at the stop flag
STEPS = 100


@frozen_static
class BootstrapOptions:
    """Options of the parametric bootstrap.

    Attributes:
        simulations: Simulated data sets to fit.
        seed: Of the simulations.
    """

    simulations: int = at_least(2, 256)
    seed: int = seed()


def refit(
    view: View,
    space: FreeSpace,
    x: Float[Array, "n"],
    S: tuple[Float[Array, "s _"], ...],
    B: tuple[Float[Array, "s _"], ...],
) -> tuple[Float[Array, "s n"], Float[Array, "s"], Float[Array, "s"]]:
    """Fits of `s` data sets from `x`: `(f[s, n], statistic f[s], estimated distance to the minimum f[s])`.

    Args:
        view: The problem.
        space: Its free space.
        x: `f[n]`, the start.
        S: One `f[s, c]` a statistic: source counts in the (padded) channels.
        B: Background counts likewise.
    """

    def one(source: Any, background: Any) -> Any:
        stats = tuple(
            stat._replace(S=s, B=b, sigma_S=jnp.sqrt(jnp.maximum(s, 1.0)))
            for stat, s, b in zip(view.block.stats, source, background, strict=True)
        )
        again = View(view.layout, view.block._replace(stats=stats))
        loop = resume_minimise(again, space, begin_traced(space, x), STEPS)
        return loop.x, loop.f, loop.edm

    return jax.vmap(one)(S, B)


def run(problem: Problem, options: BootstrapOptions, control: Control) -> Outcome:
    """Fit, simulate under the best fit, refit."""
    if problem.n == 0:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    if any(kind.summed for kind in problem.layout.statistics):
        raise EngineError("an upper-limit statistic cannot be bootstrapped", hint="Choose another statistic.")
    control.report(0.0, "best fit")
    fitted = minimise(problem, problem.setup.free_values, 200)
    best = _upon_bounds(problem, values_of(problem, fitted))
    if not np.isfinite(float(fitted.f)):
        raise EngineError("the statistic is not finite at the starting values", hint="Move the parameters.")
    truth = Problem(problem.setup.with_free(best), problem)
    S, B = _arranged(truth, simulate_units(truth, options.seed, options.simulations))
    found, edm = [], []
    for at in range(0, options.simulations, BLOCK):
        if control.stopped:
            break
        control.report(at / options.simulations, f"{at} of {options.simulations} simulations fitted")
        rows = np.arange(at, min(at + BLOCK, options.simulations))
        filled = np.concatenate([rows, np.full(BLOCK - len(rows), rows[0])])
        x, _, distance = truth.run(refit, truth.pad(best), tuple(s[filled] for s in S), tuple(b[filled] for b in B))
        found.append(np.clip(np.asarray(x, dtype=float)[: len(rows), : problem.n], *problem.bounds))
        edm.append(np.asarray(distance, dtype=float)[: len(rows)])
    return _outcome(truth, float(fitted.f), best, found, edm, options, control)


def _upon_bounds(problem: Problem, best: np.ndarray) -> np.ndarray:
    """The best fit with values that lie at a bound put upon it, where the model has a value there."""
    snapped = at_bounds(problem, best)[0]
    moved = bool(np.any(snapped != best))
    return snapped if moved and problem.value(snapped) <= problem.value(best) + NOTHING else best


def _arranged(problem: Problem, simulations: list[list[Any]]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Simulated counts in the order and padding of the problem's statistics."""
    S: list[list[np.ndarray]] = [[] for _ in problem.layout.statistics]
    B: list[list[np.ndarray]] = [[] for _ in problem.layout.statistics]
    for place, units in zip(problem.layout.pairs, simulations, strict=True):
        for where, simulated in zip(place.units, units, strict=True):
            for into, counts in zip((S, B), simulated.grouped(), strict=True):
                padded = np.zeros((len(counts), where.channels))
                padded[:, : counts.shape[1]] = counts
                into[where.statistic].append(padded)
    return [np.concatenate(s, axis=1) for s in S], [np.concatenate(b, axis=1) for b in B]


def _outcome(
    problem: Problem,
    stat: float,
    best: np.ndarray,
    found: list[np.ndarray],
    edm: list[np.ndarray],
    options: BootstrapOptions,
    control: Control,
) -> Outcome:
    refits = np.concatenate([*found, np.empty((0, problem.n))])
    good = np.concatenate([*edm, np.empty(0)]) < 1e-4
    draws = np.vstack([best, refits[good]])
    failed = int((~good).sum())
    known = good.sum() > 1
    status = Status.stopped if control.stopped else Status.doubtful if failed > 0.05 * len(good) else Status.converged
    remark = f" {failed} of {len(good)} refits did not converge and are left out." if failed else ""
    if pressed := names_of(problem, at_bounds(problem, best)[1]):
        status = Status.at_bound if status is Status.converged else status
        remark = f" At its bound: {', '.join(pressed)}, where refits pile up.{remark}"
    log_like = -0.5 * problem.batch(draws)
    return Outcome(
        engine="bootstrap",
        setup=problem.setup,
        best=best,
        stat=stat,
        covariance=np.atleast_2d(np.cov(refits[good], rowvar=False)) if known else np.full((problem.n,) * 2, np.nan),
        draws=draws,
        scores=(log_like, log_like + problem.log_prior(draws)),
        status=status,
        message=status.sentence + remark,
        stats=(("refits", len(good)), ("failed", failed), ("seconds", control.elapsed)),
        settings=(("simulations", options.simulations), ("seed", options.seed)),
    )
