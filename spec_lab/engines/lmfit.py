"""lmfit: Levenberg-Marquardt on signed deviance residuals.

The squares of the residuals sum to the statistic, so a least-squares fit of them is a maximum-likelihood fit. Parameter names
carry their number (`p3_logA`): two components of one kind never share a parameter by accident. Errors are not scaled by the
reduced chi-square.
"""

import warnings
from typing import Any

import numpy as np

from spec_lab._base import ByPrecision, EngineError, statistic_text
from spec_lab.engines.best_fit import best_fit_outcome, near_limits
from spec_lab.engines.control import Control
from spec_lab.engines.newton import determined, lower_nearby
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

INSIDE = 0.01  # of the interval
TOLERANCES = {  # of lmfit's search; those for double precision are its own
    "epsfcn": ByPrecision(double=1e-10, single=1e-6),  # the square of the relative step of a difference
    "ftol": ByPrecision(double=1.5e-8, single=1e-6),
    "xtol": ByPrecision(double=1.5e-8, single=1e-6),
}


@frozen_static
class LmfitOptions:
    """Options of lmfit.

    Attributes:
        max_calls: Limit on evaluations.
        seed: Of the draws from the covariance.
        draws: Draws from the covariance.
    """

    max_calls: int = at_least(1, 5000)
    seed: int = seed()
    draws: int = at_least(1, 1000)


def residual_of(problem: Problem, x: np.ndarray) -> np.ndarray:
    """`f[c]`, signed roots of the weighted deviances; large finite numbers where the model gives no finite statistic."""
    _, _, residuals = problem.display(x)
    units = [u for pair in problem.setup.pairs for u in pair.data.units]
    flat = [r for pair in residuals for r in pair]
    joined = np.concatenate([np.sqrt(float(u.weight)) * r for u, r in zip(units, flat, strict=True)])
    return np.nan_to_num(joined, nan=1e50, posinf=1e50, neginf=-1e50)


def parameters_of(problem: Problem) -> Any:
    """The free parameters as lmfit wants them: named by number, bounded by the priors' supports.

    Where a value is at a bound, lmfit's inner coordinate has no slope and the search gets stuck: it begins a little inside.
    """
    from lmfit import Parameters  # on use: it brings pandas and Matplotlib

    parameters = Parameters()
    low, high = near_limits(problem)
    room = INSIDE * np.where(np.isfinite(high - low), high - low, np.maximum(np.abs(problem.setup.free_values), 1.0))
    start = np.clip(problem.setup.free_values, low + room, high - room)
    for j, i in enumerate(problem.setup.free):
        slot = problem.setup.slots[i]
        parameters.add(f"p{slot.pid}_{slot.name}", value=float(start[j]), min=low[j], max=high[j])
    return parameters


def run(problem: Problem, options: LmfitOptions, control: Control) -> Outcome:
    """Minimise with `leastsq`."""
    if problem.n == 0:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    best: dict[str, Any] = {"x": problem.setup.free_values, "stat": np.inf}
    outside = np.full_like(residual_of(problem, best["x"]), 1e50)

    def residual(parameters: Any) -> np.ndarray:
        x = np.array([p.value for p in parameters.values()])
        inside = np.all((x >= problem.bounds[0]) & (x <= problem.bounds[1]))  # bounds far away were dropped
        r = residual_of(problem, x) if inside else outside
        stat = float(r @ r)
        if stat < best["stat"]:
            best.update(x=x, stat=stat)
        return r

    def watch(_: Any, number: int, __: Any) -> bool:
        if number % 20 == 0:
            control.report(None, f"{number} evaluations, {statistic_text(best['stat'])}", best=best["x"])
        return control.stopped and number > problem.n + 1  # earlier, lmfit itself fails on an abort

    from lmfit import Minimizer

    minimizer = Minimizer(residual, parameters_of(problem), iter_cb=watch, scale_covar=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "covariance could not be estimated": told through the outcome
        tolerances = {name: each.of(problem.dtype) for name, each in TOLERANCES.items()}
        result: Any = minimizer.minimize(method="leastsq", max_nfev=options.max_calls, **tolerances)
    covariance = getattr(result, "covar", None)
    stopped = result.aborted and control.stopped
    status = Status.stopped if stopped else Status.converged if result.success else Status.limit
    missed = lower_nearby(problem, best["x"]) if status is Status.converged else ""
    return best_fit_outcome(
        problem,
        engine="lmfit",
        best=best["x"],
        covariance=None if covariance is None else determined(problem, best["x"], np.asarray(covariance)),
        status=Status.doubtful if missed else status,
        remark=missed,
        draws=options.draws,
        seed=options.seed,
        stats=(("calls", int(result.nfev)), ("seconds", control.elapsed)),
    )
