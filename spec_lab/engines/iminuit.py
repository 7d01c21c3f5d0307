"""iminuit: MIGRAD with exact gradients from JAX, HESSE, and MINOS on request. Errors are not scaled by anything."""

from typing import Any

import numpy as np
from iminuit import Minuit

from spec_lab._base import ByPrecision, EngineError, statistic_text
from spec_lab.engines.best_fit import best_fit_outcome, covariance_from_hessian, exact_hessian, near_limits
from spec_lab.engines.control import Control
from spec_lab.engines.newton import determined, lower_nearby, minimise, values_of
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

TOLERANCE = ByPrecision(double=0.1, single=10.0)  # Minuit's own, 500 times its goal of the distance to the minimum
_BAD = 1e100  # what MIGRAD is told where the statistic is not finite, so that it steps back


class _Stop(Exception):
    """Ends MIGRAD from inside the cost function; the only way to stop it."""


@frozen_static
class IminuitOptions:
    """Options of iminuit.

    Attributes:
        max_calls: Limit on evaluations in MIGRAD.
        minos: Whether to run MINOS for asymmetric errors.
        seed: Of the draws from the covariance.
        draws: Draws from the covariance.
    """

    max_calls: int = at_least(1, 10000)
    minos: bool = False
    seed: int = seed()
    draws: int = at_least(1, 1000)


class _Cost:
    """The statistic and its gradient as Minuit wants them: two functions, one evaluation."""

    def __init__(self, problem: Problem, control: Control):
        self.problem, self.control = problem, control
        self.calls, self.best, self.best_stat = 0, problem.setup.free_values, np.inf
        self._last: tuple[bytes, float, np.ndarray] | None = None

    def _both(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        x = np.asarray(x, dtype=float)
        key = x.tobytes()
        if self._last is None or self._last[0] != key:
            if self.control.stopped:
                raise _Stop
            inside = np.all(
                (x >= self.problem.bounds[0]) & (x <= self.problem.bounds[1])
            )  # bounds far away were dropped
            value, gradient = self.problem.value_and_grad(x) if inside else (np.inf, np.zeros_like(x))
            self.calls += 1
            if value < self.best_stat:
                self.best, self.best_stat = x.copy(), value
            if self.calls % 10 == 0:
                self.control.report(None, f"{self.calls} evaluations, {statistic_text(self.best_stat)}", best=self.best)
            finite = np.isfinite(value) and bool(np.all(np.isfinite(gradient)))
            self._last = (key, value if finite else _BAD, gradient if finite else np.zeros_like(x))
        return self._last[1], self._last[2]

    def value(self, x: np.ndarray) -> float:
        return self._both(x)[0]

    def gradient(self, x: np.ndarray) -> np.ndarray:
        return self._both(x)[1]


def run(problem: Problem, options: IminuitOptions, control: Control) -> Outcome:
    """Minimise the statistic with MIGRAD and HESSE (and MINOS)."""
    if problem.n == 0:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    cost = _Cost(problem, control)
    names = [f"p{i + 1}({problem.setup.slots[i].name})" for i in problem.setup.free]
    start = problem.setup.free_values
    minuit = Minuit(cost.value, start, grad=cost.gradient, name=names)  # pyright: ignore[reportArgumentType]
    minuit.errordef, minuit.tol = Minuit.LEAST_SQUARES, TOLERANCE.of(problem.dtype)
    if problem.dtype != np.float64:
        minuit.precision = float(np.finfo(problem.dtype).eps)
    minuit.limits = list(zip(*near_limits(problem), strict=True))
    stopped, extra = False, ""
    try:
        minuit.migrad(ncall=options.max_calls)
        minuit.hesse()
        if options.minos:
            control.report(None, "MINOS")
            minuit.minos()
    except _Stop:
        stopped = True
    except RuntimeError as error:  # MINOS away from a valid minimum: the fit itself is kept and the reason is told
        extra = f" MINOS gave no errors: {error}"
    return _outcome(problem, minuit, cost, options, control, stopped, extra)


def _covariance(problem: Problem, best: np.ndarray, minuit: Minuit) -> np.ndarray:
    """HESSE's; in single precision, where differences of slopes say little, the exact Hessian's at the minimum nearby."""
    if problem.dtype == np.float64:
        return determined(problem, best, np.array(minuit.covariance))
    low, high = problem.bounds
    place = values_of(problem, minimise(problem, best))
    return covariance_from_hessian(exact_hessian(problem, place), (best <= low) | (best >= high))


def _outcome(
    problem: Problem, minuit: Minuit, cost: _Cost, options: IminuitOptions, control: Control, stopped: bool, extra: str
) -> Outcome:
    known = minuit.covariance is not None and not stopped
    if stopped:
        status = Status.stopped
    elif minuit.valid:
        status = Status.converged
    else:
        status = Status.limit if minuit.fmin is not None and minuit.fmin.has_reached_call_limit else Status.stalled
    stats: list[tuple[str, Any]] = [("calls", cost.calls), ("seconds", control.elapsed)]
    if options.minos and minuit.merrors:
        stats.append(("minos", tuple((name, m.lower, m.upper) for name, m in minuit.merrors.items())))
    ended = np.array(minuit.values)
    best = ended if not stopped and np.all(np.isfinite(ended)) else cost.best
    if status is Status.converged and (missed := lower_nearby(problem, best)):
        status, extra = Status.doubtful, f"{missed}{extra}"
    return best_fit_outcome(
        problem,
        engine="iminuit",
        best=best,
        covariance=_covariance(problem, best, minuit) if known else None,
        status=status,
        draws=options.draws,
        seed=options.seed,
        stats=tuple(stats),
        settings=(("minos", options.minos),),
        remark=extra,
    )
