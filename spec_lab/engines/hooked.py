"""Best fits and modes with hooks: the likelihood is a function of the user's, known by its values alone.

Nothing of it can be compiled or differentiated, so Minuit finds the minimum and the curvature there with steps of its own. What
is done with them is what the engines do without hooks. A hook that reads its Infer has the digits that JAX computes in: in single
precision the curvature comes from longer steps (`difference_curvature`), for which Minuit's are too short.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from iminuit import Minuit
from jaxtyping import Float

from spec_lab._base import EngineError, statistic_text
from spec_lab.engines.best_fit import best_fit_outcome, covariance_from_hessian
from spec_lab.engines.control import Control
from spec_lab.engines.difference_curvature import RISE, newton_steps
from spec_lab.engines.lmfit import parameters_of
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import find_mode
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem, from_u

Limits = tuple[np.ndarray, np.ndarray]
_BAD = 1e100  # what a minimiser is told where the likelihood is zero or undefined, so that it steps back


class _Stop(Exception):
    """Ends a minimiser from inside its cost function."""


class _Cost:
    """A function to minimise that counts, remembers the best point, and listens to the stop flag."""

    def __init__(self, function: Callable[[np.ndarray], float], start: np.ndarray, control: Control):
        self.function, self.control = function, control
        self.calls, self.best, self.least = 0, np.asarray(start, dtype=float), np.inf

    def __call__(self, x: Any) -> float:
        if self.control.stopped:
            raise _Stop
        x = np.asarray(x, dtype=float)
        value = float(self.function(x))
        self.calls += 1
        if value < self.least:
            self.best, self.least = x.copy(), value
        if self.calls % 20 == 0:
            self.control.report(None, f"{self.calls} evaluations, {statistic_text(self.least)}")
        return value if np.isfinite(value) else _BAD


def _minuit(cost: _Cost, start: np.ndarray, limits: Any, errordef: float, strategy: int = 2) -> Minuit:
    """Minuit with derivatives by its own steps."""
    minuit = Minuit(cost, start)  # pyright: ignore[reportArgumentType]
    minuit.errordef, minuit.strategy = errordef, strategy
    if limits is not None:
        minuit.limits = list(zip(*limits, strict=True))
    return minuit


def _searched(minuit: Minuit, most: int, search: bool = True) -> Minuit:
    """MIGRAD (unless only the curvature is wanted) and HESSE; in strategy 0 without HESSE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Minuit's doubts are told through the outcome
        if search:
            minuit.migrad(ncall=most)
        if minuit.strategy.strategy > 0:
            minuit.hesse()
    return minuit


def best_fit(
    problem: Problem, engine: str, control: Control, hooks: Hooks, *, most: int, draws: int, seed: int
) -> Outcome:
    """Minimise -2 times the hooked log-likelihood from the set-up's values.

    Args:
        problem: What is fitted; its own statistic is not asked.
        engine: `fit`, `iminuit` or `lmfit`; lmfit searches by Nelder and Mead's simplex, the others by MIGRAD.
        control: Progress and the stop flag.
        hooks: With `loglike_func`.
        most: Limit on evaluations.
        draws: From the covariance.
        seed: Of the draws.

    Raises:
        EngineError: Nothing is free, or the likelihood is not finite at the start.
    """
    start, limits, target = problem.setup.free_values, problem.bounds, Target(problem, hooks)
    if problem.n == 0:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    cost = _Cost(lambda x: -2.0 * target.log_like(x[None])[0], start, control)
    if cost(start) == _BAD:
        raise EngineError("loglike_func is not finite at the starting values", got=start.tolist())
    status, covariance = Status.stopped, None
    try:
        minimum = _minimum if problem.dtype == np.float64 else _minimum_in_single_precision
        valid, covariance = minimum(problem, engine, cost, start, limits, most)
        status = Status.converged if valid else Status.stalled
    except _Stop:
        pass
    return best_fit_outcome(
        problem,
        engine=engine,
        best=cost.best,
        covariance=covariance,
        status=status,
        draws=draws,
        seed=seed,
        stats=(("calls", cost.calls), ("seconds", control.elapsed)),
        target=target,
    )


def _minimum(
    problem: Problem, engine: str, cost: _Cost, start: np.ndarray, limits: Limits, most: int
) -> tuple[bool, np.ndarray | None]:
    """Whether the minimum was found (by `cost`, which keeps it), and the covariance there."""
    if engine == "lmfit":
        start = _simplex(problem, cost, most)
    minuit = _searched(_minuit(cost, start, limits, Minuit.LEAST_SQUARES), most, search=engine != "lmfit")
    valid = minuit.valid or engine == "lmfit"
    return valid, None if minuit.covariance is None else np.array(minuit.covariance)


def _minimum_in_single_precision(
    problem: Problem, engine: str, cost: _Cost, start: np.ndarray, limits: Limits, most: int
) -> tuple[bool, np.ndarray | None]:
    """The same from the digits of single precision."""
    if engine == "lmfit":
        _simplex(problem, cost, most)
    else:
        _searched(_minuit(cost, start, limits, Minuit.LEAST_SQUARES, strategy=0), most)
    best, hessian, valid = newton_steps(cost, cost.best, *limits)
    return valid, covariance_from_hessian(hessian, (best <= limits[0]) | (best >= limits[1]))


def _simplex(problem: Problem, cost: _Cost, most: int) -> np.ndarray:
    from lmfit import Minimizer  # on use: it brings pandas and Matplotlib

    again = lambda parameters: cost([p.value for p in parameters.values()])  # noqa: E731
    Minimizer(again, parameters_of(problem), nan_policy="propagate").minimize(
        method="nelder", max_nfev=most, options={"xatol": 1e-6, "fatol": 1e-7}
    )
    return cost.best


def hooked_mode(
    problem: Problem, target: Target, control: Control
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n n"]]:
    """The mode of the hooked posterior in the unbounded chart, and the Hessian of minus the log density there.

    Searched from the mode without hooks.

    Raises:
        EngineError: The posterior is not finite there.
    """
    n, start = problem.n, find_mode(problem)[0][: problem.n]
    cost = _Cost(lambda u: -log_density(problem, target, u[None])[0, 0], start, control)
    if cost(start) == _BAD:
        raise EngineError("the posterior with its hooks is not finite near its mode without them")
    try:
        if problem.dtype != np.float64:
            _searched(_minuit(cost, start, None, Minuit.LIKELIHOOD, strategy=0), 10000)
            nowhere = np.full(n, np.inf)
            return newton_steps(cost, cost.best, -nowhere, nowhere, 0.5 * RISE)[:2]
        minuit = _searched(_minuit(cost, start, None, Minuit.LIKELIHOOD), 10000)
    except _Stop:
        return start, np.eye(n)
    if minuit.covariance is None:
        return cost.best, np.eye(n)
    return np.array(minuit.values), np.linalg.inv(np.array(minuit.covariance))


def log_density(problem: Problem, target: Target, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s columns"]:
    """Per draw: hooked log posterior density in the chart, -2 log-likelihood, log prior, and the free values."""
    rows = [from_u(problem.host_space, u, xp=np) for u in problem.pad(us)]
    xs, slopes = (np.array(part)[:, : problem.n] for part in zip(*rows, strict=True))
    like, prior = target.log_like(xs), target.log_prior(xs)
    return np.column_stack([like + prior + slopes.sum(axis=1), -2.0 * like, prior, xs])
