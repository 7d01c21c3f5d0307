"""Best fits and modes with hooks: the likelihood is a function of the user's, known by its values alone.

Nothing of it can be compiled or differentiated, so Minuit finds the minimum and the curvature there with steps of its own. What
is done with them is what the engines do without hooks.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from iminuit import Minuit
from jaxtyping import Float

from spec_lab._base import EngineError, statistic_text
from spec_lab.engines.best_fit import best_fit_outcome
from spec_lab.engines.control import Control
from spec_lab.engines.lmfit import parameters_of
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import find_mode
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem, from_u

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


def _minuit(cost: _Cost, start: np.ndarray, limits: Any, errordef: float, most: int, search: bool = True) -> Minuit:
    """MIGRAD (unless only the curvature is wanted) and HESSE, with derivatives by Minuit's own steps."""
    minuit = Minuit(cost, start)  # pyright: ignore[reportArgumentType]
    minuit.errordef, minuit.strategy = errordef, 2
    if limits is not None:
        minuit.limits = list(zip(*limits, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Minuit's doubts are told through the outcome
        if search:
            minuit.migrad(ncall=most)
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
        if engine == "lmfit":
            start = _simplex(problem, cost, most)
        minuit = _minuit(cost, start, limits, Minuit.LEAST_SQUARES, most, search=engine != "lmfit")
        status = Status.converged if minuit.valid or engine == "lmfit" else Status.stalled
        covariance = None if minuit.covariance is None else np.array(minuit.covariance)
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
        minuit = _minuit(cost, start, None, Minuit.LIKELIHOOD, 10000)
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
