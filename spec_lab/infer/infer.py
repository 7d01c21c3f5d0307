"""Infer: data and models under one roof, with the documented names.

It keeps no science of its own: its set-up lives in a store, every change is an edit, every number comes from the compiled
`Problem` of the present set-up, every table from a pure function. `BayesInfer` and `MaxLikeFit` add engines.
"""

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np

from spec_lab._base import ParameterError, SpecLabWarning
from spec_lab._base.info import Info
from spec_lab.data.notice import windows as checked
from spec_lab.engines import Control, Outcome, run_engine
from spec_lab.fit import Append, Edit, Link, Notice, Origin, Problem, SetFree, SetModel, Setup, Unlink
from spec_lab.infer import tables
from spec_lab.infer.analyzer import Bootstrap
from spec_lab.infer.archive import Archive
from spec_lab.infer.hooks import NAMES, BoundHook, Hook, hook_property
from spec_lab.infer.loading import check_fits, tried
from spec_lab.infer.pair import Pair
from spec_lab.infer.par import Cfg, Cfgs, Handles
from spec_lab.infer.readings import Readings
from spec_lab.infer.store import LocalStore, Store
from spec_lab.models import Model


class Infer(Readings):
    """Pairs of data and model, their parameters, and the statistic.

    Args:
        pairs: `(Data, Model)` pairs in either order; a `DataUnit` serves as data of one unit.
        rule: Integration over photon-energy bins: `"exact"`, or `"trapezoid5"` (five-point trapezoid, for comparison with
            published results obtained that way).

    Raises:
        ParameterError: A pair does not join data and a model.
    """

    def __init__(self, pairs: Iterable[Any] | None = None, rule: str = "exact"):
        self._store: Store = LocalStore(Setup.from_pairs(list(pairs or []), rule=rule))
        self._problem: Problem | None = None
        self.outcome: Outcome | None = None
        self._hooks: dict[str, Hook | None] = dict.fromkeys(NAMES)

    # -- state ---------------------------------------------------------------------------------------------------------
    @property
    def setup(self) -> Setup:
        """The present set-up (immutable)."""
        return self._store.get()

    @property
    def store(self) -> Store:
        """Where the set-up lives."""
        return self._store

    def attach(self, store: Store) -> None:
        """Hand the set-up over to another store (a session); it must hold the same pairs."""
        self._store = store

    def commit(self, edit: Edit) -> None:
        """Apply an edit through the store."""
        self._store.commit(edit)

    @property
    def problem(self) -> Problem:
        """The compiled problem of the present set-up; remade (not recompiled) after each edit."""
        setup = self.setup
        if not setup.pairs:
            raise ParameterError("there are no pairs yet", hint="Add one: infer.append((data, model)).")
        if self._problem is None or self._problem.setup is not setup:
            self._problem = Problem(setup, self._problem)
        return self._problem

    def append(self, *pair: Any) -> None:
        """Add pairs: `append((data, model), ...)` or `append(data, model)`."""
        flat = len(pair) == 2 and not isinstance(pair[0], (tuple, list))
        for one in [pair] if flat else pair:
            self.commit(Append(one))

    def set_model(self, model: Model | str, pair: int | None = None) -> None:
        """Give a pair another model; what both models have keeps value, prior, freeze and links.

        Args:
            model: A model, or an expression such as `"tbabs*(pl+gauss)"`.
            pair: The number of the pair, from 1; None: every pair.

        Raises:
            ModelError: The expression is no model.
            ParameterError: There is no such pair, or a parameter is tied to one that would go.
        """
        self.commit(SetModel(Model.parse(model) if isinstance(model, str) else model, pair))

    def link(self, pids: Iterable[int | str]) -> None:
        """Make parameters one; the first named gives value, prior and frozen state to the whole group."""
        self.commit(Link(_several(pids)))

    def unlink(self, pids: Iterable[int | str]) -> None:
        """Separate the named parameters from their groups and each other; their values stay."""
        self.commit(Unlink(_several(pids)))

    def notice(self, unit: str, windows: Any) -> None:
        """Choose the energy windows (keV) of a data unit: `[lo, hi]`, a list of those, or None for everything."""
        nothing = isinstance(windows, (list, tuple)) and not windows
        self.commit(Notice(unit, (None if nothing else checked(windows)) or ()))

    def at_par(self, theta: Any) -> None:
        """Put the free parameters at `theta` (`f[n]`).

        Raises:
            ParameterError: Not one finite number for each free parameter.
        """
        vector = self._vector(theta)
        if not np.all(np.isfinite(vector)):
            raise ParameterError("the values of parameters must be finite numbers", got=vector.tolist())
        self.commit(SetFree(tuple(map(float, vector)), why="typed values", origin=Origin.GIVEN))

    # -- files ---------------------------------------------------------------------------------------------------------
    def export(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Save the fit whole: data, responses, models, values, links, ties, priors, and the last outcome.

        Args:
            path: A folder to make, or a file that ends in `.zip`.
            overwrite: Whether an earlier export there may be replaced.

        Raises:
            FileExistsError: Something is there.
            SerializationError: Something cannot be saved, such as a component made of a lambda; nothing is written.
        """
        hooks = [name for name, hook in self._hooks.items() if hook]
        if hooks:
            warnings.warn(
                f"{', '.join(hooks)} are not saved: set them again after loading", SpecLabWarning, stacklevel=2
            )
        return Archive(_kind(type(self)), self.setup, self.outcome).export(path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | Path, *, allow: str | tuple[str, ...] = ()) -> Self:
        """Read what `export` wrote. `Infer.load` gives the class that was saved, a subclass's `load` gives that subclass.

        Args:
            path: The folder or `.zip`.
            allow: Packages of yours, beside those of `spec_lab.tree.allow_package`, that the file may name.

        Raises:
            FileNotFoundError: There is nothing.
            SerializationError: It is damaged, no saved fit, or names something that cannot be found here.
        """
        saved = Archive.load(path, allow=allow)
        check_fits([saved.setup], [saved.outcome])
        made: Any = (_kinds().get(saved.kind, cls) if cls is Infer else cls)()
        made._store, made.outcome = LocalStore(saved.setup), saved.outcome
        tried("the fit", lambda: (made.par_info, repr(made)))
        return made

    # -- parameters ----------------------------------------------------------------------------------------------------
    @property
    def pairs(self) -> list[Pair]:
        """The pairs, as live views."""
        return [Pair.of(self, i) for i in range(len(self.setup.pairs))]

    @property
    def par(self) -> Handles:
        """All parameters by number: `par[1]`."""
        return Handles(self, tuple(range(1, len(self.setup.values) + 1)))

    @property
    def cfg(self) -> Cfgs:
        """All configuration values by number."""
        rows = tables.cfg_rows(self.setup)
        return Cfgs({str(i): Cfg(row[2], row[3], row[4]) for i, row in enumerate(rows, start=1)})

    @property
    def pvalues(self) -> np.ndarray:
        """`f[p]`, the value of every parameter."""
        return np.array(self.setup.values)

    @property
    def free_par(self) -> Handles:
        """The free parameters."""
        return Handles(self, tuple(i + 1 for i in self.setup.free))

    @property
    def free_pvalues(self) -> np.ndarray:
        """`f[n]`, the values of the free parameters."""
        return self.setup.free_values

    @property
    def free_nparams(self) -> int:
        """Number of free parameters."""
        return len(self.setup.free)

    @property
    def free_pranges(self) -> list[tuple[float, float]]:
        """The hard limits of the free parameters: their priors' supports."""
        return [p.range for p in self.free_par.values()]

    @property
    def free_plabels(self) -> list[str]:
        """LaTeX labels of the free parameters."""
        return [f"${p.label}$" for p in self.free_par.values()]

    @property
    def clean_free_plabels(self) -> list[str]:
        """Plain names of the free parameters."""
        return [p.name for p in self.free_par.values()]

    @property
    def free_indexed_plabels(self) -> list[str]:
        """LaTeX labels with numbers: unique."""
        return [f"$p{p.pid}({p.label})$" for p in self.free_par.values()]

    @property
    def clean_free_indexed_plabels(self) -> list[str]:
        """Plain names with numbers, `p3(logA)`: unique."""
        return [f"p{p.pid}({p.name})" for p in self.free_par.values()]

    # -- tables --------------------------------------------------------------------------------------------------------
    cfg_info = property(lambda self: tables.cfg_info(self.setup), doc="Table of configuration values.")
    par_info = property(lambda self: tables.par_info(self.setup), doc="Table of all parameters; `*` marks free ones.")
    free_par_info = property(lambda self: tables.free_par_info(self.setup), doc="Table of the free parameters.")

    # -- numbers -------------------------------------------------------------------------------------------------------
    @property
    def stat(self) -> float:
        """The statistic (weighted) at the present parameters."""
        return self.problem.stat()

    def calc_stat(self, theta: Any) -> float:
        """The statistic at free values `theta` (`f[n]`); the parameters stay where they are."""
        return self.problem.stat(self._vector(theta))

    def calc_loglike(self, theta: Any) -> float:
        """-stat/2 at `theta`, or what `loglike_func` says."""
        hook = self.hooks.get("loglike_func")
        return hook(self._vector(theta)) if hook else -0.5 * self.calc_stat(theta)

    def calc_logprior(self, theta: Any) -> float:
        """Log prior density at `theta`, or what `logprior_func` says."""
        hook = self.hooks.get("logprior_func")
        return hook(self._vector(theta)) if hook else float(self.problem.log_prior(self._vector(theta)))

    def calc_logprob(self, theta: Any) -> float:
        """Log-likelihood plus log prior at `theta`; -inf outside the priors without evaluating the model."""
        prior = self.calc_logprior(theta)
        return prior + self.calc_loglike(theta) if np.isfinite(prior) else -np.inf

    def calc_pseudo_residual(self, theta: Any) -> np.ndarray:
        """`f[c]`, signed square roots of the weighted deviances at `theta`; their squares sum to the statistic."""
        _, _, residuals = self.problem.display(self._vector(theta))
        return self._weighted(residuals)

    def prior_transform(self, cube: Any) -> np.ndarray:
        """Free values at prior quantiles `cube` (`f[n]` in [0, 1]), or what `prior_transform_func` says."""
        hook = self.hooks.get("prior_transform_func")
        return np.asarray(hook(self._vector(cube)) if hook else self.problem.from_cube(self._vector(cube)))

    def _vector(self, theta: Any) -> np.ndarray:
        what, allowed = "the vector does not fit the free parameters", ", ".join(self.clean_free_indexed_plabels)
        try:
            vector = np.atleast_1d(np.asarray(theta, dtype=float))
        except (TypeError, ValueError):
            raise ParameterError(what, got=theta, allowed=f"one number each: {allowed}") from None
        if vector.shape != (self.free_nparams,):
            raise ParameterError(what, got=vector.shape, allowed=f"shape ({self.free_nparams},): {allowed}")
        return vector

    # -- engines -------------------------------------------------------------------------------------------------------
    loglike_func = hook_property(NAMES[0], "Replaces the log-likelihood: called with (infer, theta), returns a number.")
    logprior_func = hook_property(NAMES[1], "Replaces the log prior: called with (infer, theta), returns a number.")
    prior_transform_func = hook_property(
        NAMES[2], "Replaces the prior transform: called with (infer, cube), returns `f[n]`."
    )

    @property
    def hooks(self) -> dict[str, Callable[[np.ndarray], Any]]:
        """The functions that replace log-likelihood, log prior or prior transform, bound to this object."""
        return {name: BoundHook(self, name, hook) for name, hook in self._hooks.items() if hook}

    def run(self, engine: str, control: Control | None = None, **options: Any) -> Outcome:
        """Run an engine by name on the present set-up and keep its outcome; the parameters stay where they are.

        Raises:
            EngineError: The engine cannot run, or cannot honour a hook that is set.
        """
        self.outcome = run_engine(engine, self.problem, control=control, hooks=self.hooks, **options)
        self._store.record(self.outcome)
        return self.outcome

    def fit(self, **options: Any) -> Bootstrap:
        """Minimise the statistic with the built-in method, leave the parameters at the best fit, return its reading.

        Args:
            **options: See `spec_lab.engines.NewtonOptions`: `starts`, `seed`, `max_iterations`, `draws`.
        """
        return self._fitted("fit", **options)

    def _fitted(self, engine: str, **options: Any) -> Bootstrap:
        outcome = self.run(engine, **options)
        self.commit(SetFree(tuple(map(float, outcome.best)), why=engine))
        return Bootstrap(self, outcome)

    def __repr__(self) -> str:
        names = "; ".join(f"{'+'.join(p.data.names)}: {p.model.expression}" for p in self.setup.pairs)
        return f"<{type(self).__name__} {names or 'without pairs'}, {self.free_nparams} free>"

    def _repr_html_(self) -> str:
        shown: Info = tables.par_info(self.setup, hide_frozen_data=True)
        return shown._repr_html_()


def _several(pids: Any) -> tuple[int | str, ...]:
    return tuple(pids) if isinstance(pids, Iterable) and not isinstance(pids, str) else (pids,)


def _kinds() -> dict[str, type[Infer]]:
    return {kind.__name__: kind for kind in (Infer, *Infer.__subclasses__()) if kind.__module__.startswith("spec_lab.")}


def _kind(cls: type) -> str:
    """The nearest class of this package."""
    return next(base.__name__ for base in cls.__mro__ if base in _kinds().values())
