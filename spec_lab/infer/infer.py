"""Infer: data and models under one roof, with the documented names; BayesInfer and MaxLikeFit are names of it.

It keeps no science of its own: its set-up lives in a store, every change is an edit, every number comes from the compiled
`Problem` of the present set-up, every table from a pure function. What can be read stands in `parameters` and `quantities`, what
can be run in `engines`; here are construction, edits, hooks and files.
"""

import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import attrs
import numpy as np
from jaxtyping import ArrayLike

from spec_lab._base import Info, ParameterError, SpecLabWarning, provided, write_tables
from spec_lab.data import Data
from spec_lab.data import notice_windows as checked
from spec_lab.engines import quick_fit
from spec_lab.fit import (
    Append,
    Edit,
    Link,
    Notice,
    Origin,
    Problem,
    Regroup,
    SetFree,
    SetModel,
    Setup,
    Unlink,
    links,
    make_pair,
    newly_shared,
)
from spec_lab.fit.guess import Guess
from spec_lab.infer.archive import Archive
from spec_lab.infer.engines import Engines
from spec_lab.infer.fit import Fit
from spec_lab.infer.fitted_models import with_values
from spec_lab.infer.hooks import NAMES, BoundHook, Hook, hook_property
from spec_lab.infer.loading import check_fits, try_first_use
from spec_lab.infer.pair import Pair
from spec_lab.infer.par import Par
from spec_lab.infer.sample_matrix import sample_property
from spec_lab.infer.store import LocalStore, Store
from spec_lab.models import Model
from spec_lab.results.estimates import cfg_info, par_info
from spec_lab.results.goodness import stat_table
from spec_lab.variables import Tie


@attrs.frozen(eq=False)
class SetPairs(Edit):
    """Begin anew with other pairs; parameters start as their models say."""

    pairs: tuple[Any, ...]

    def apply(self, setup: Setup) -> Setup:
        return Setup.of_pairs(tuple(map(make_pair, _plain(self.pairs))), setup.rule)

    def as_code(self) -> str:
        return "infer.pairs = [(data, model), ...]"

    def remark(self, before: Setup, after: Setup) -> str:
        return newly_shared(Setup.of_pairs((), before.rule), after)


class Infer(Engines):
    """Pairs of data and model, their parameters, the statistic, and all engines.

    Args:
        pairs: `(Data, Model)` pairs in either order; a `DataUnit` serves as data of one unit.
        rule: Integration over photon-energy bins: `"exact"`, or `"trapezoid5"` (five-point trapezoid, for comparison with
            published results obtained that way).

    Raises:
        ParameterError: A pair does not join data and a model.
    """

    inference_type = "Inference"

    def __init__(self, pairs: Iterable[Any] | None = None, rule: str = "exact"):
        self._stand_on(Fit(LocalStore(Setup.from_pairs(_plain(pairs or ()), rule=rule))))

    def _stand_on(self, fit: Fit) -> None:
        self._fit = fit
        self._handles: dict[int, Par] = {}
        self._hooks: dict[str, Hook | None] = dict.fromkeys(NAMES)
        self._by_hand: dict[str, np.ndarray] = {}

    @classmethod
    def _of(cls, setup: Setup) -> Self:
        """An `Infer` on a set-up that exists."""
        made = cls()
        made._stand_on(Fit(LocalStore(setup)))
        return made

    def _again(self, setup: Setup) -> Self:
        return type(self)._of(setup)

    def without_data(self) -> Self:
        """Another one of the same class, with the same hooks, on no data yet: a session attaches it where this one is gone."""
        made = type(self)()
        made._hooks = self._hooks
        return made

    # -- state ---------------------------------------------------------------------------------------------------------
    @property
    def store(self) -> Store:
        """Where the set-up lives."""
        return self._fit.store

    def attach(self, store: Store) -> None:
        """Hand the set-up over to another store (a session); it must hold the same pairs.

        Raises:
            ParameterError: This is an analyzer, which cannot move.
        """
        self._fit.change("store")
        self._fit.store = store

    def editable(self) -> "Infer":
        """What a Lab may edit: this object itself; of an analyzer, a copy of its set-up."""
        return self

    def commit(self, edit: Edit) -> None:
        """Apply an edit through the store."""
        self._fit.commit(edit)

    @property
    def pairs(self) -> list[Pair]:
        """The pairs, as live views; each reads as the tuple `(data, model)`. Setting them starts anew."""
        return [Pair.of(self._fit, i) for i in range(len(self.setup.pairs))]

    @pairs.setter
    def pairs(self, pairs: Iterable[Any]) -> None:
        self.commit(SetPairs(tuple(pairs)))

    def append(self, *pair: Any) -> None:
        """Add pairs: `append((data, model), ...)` or `append(data, model)`."""
        flat = len(pair) == 2 and not isinstance(pair[0], (tuple, list))
        for one in [pair] if flat else pair:
            self.commit(Append(*_plain([one])))

    def set_model(self, model: Model | Tie | str, pair: int | None = None) -> None:
        """Give a pair another model; what both models have keeps value, prior, freeze and links.

        Args:
            model: A model, a `Tie` around one, or an expression such as `"tbabs*(pl+gauss)"`.
            pair: The number of the pair, from 1; None: every pair.

        Raises:
            ModelError: The expression is no model.
            ParameterError: There is no such pair, or a parameter is tied to one that would go.
        """
        self.commit(SetModel(Model.parse(model) if isinstance(model, str) else model, pair))

    def link(self, pids: Iterable[int | str]) -> None:
        """Make parameters one; the first named gives value, prior and frozen state to the group. One alone stays as it is."""
        several = tuple(_several(pids))
        if len({self.setup.index(pid) for pid in several}) > 1 or not several:
            self.commit(Link(several))

    def unlink(self, pids: Iterable[int | str] | None = None) -> None:
        """Separate the named parameters (None: all) from their groups and each other; their values stay."""
        setup = self.setup
        named = range(1, len(setup.values) + 1) if pids is None else _several(pids)
        linked = tuple(p for p in named if len(links.members(setup.partition, setup.index(p))) > 1)
        if linked:
            self.commit(Unlink(linked))

    def notice(self, unit: str, windows: Any) -> None:
        """Choose the energy windows (keV) of a data unit: `[lo, hi]`, a list of those, or None for everything."""
        nothing = isinstance(windows, (list, tuple)) and not windows
        self.commit(Notice(unit, (None if nothing else checked(windows)) or ()))

    def group(self, unit: str, grouping: Any) -> None:
        """Group the channels of a data unit otherwise, for the fit.

        Args:
            unit: Its name.
            grouping: None (the file's flags), "none", "optimal" or a dictionary, as `DataUnit` takes for `grpg`.

        Example:
            >>> from spec_lab import BayesInfer, datasets
            >>> from spec_lab.models import cpl
            >>> infer = BayesInfer([(datasets.load("burst"), cpl())])
            >>> infer.group("na", {"min_evt": 200})
            >>> infer.pairs[0].data["na"].npoint
            45
        """
        self.commit(Regroup(unit, grouping))

    def at_par(self, theta: ArrayLike, *, origin: str = "given") -> None:
        """Put the free parameters at `theta` (`f[n]`).

        Args:
            theta: One number a free parameter.
            origin: Where they come from: `given` by a person, or `fitted`, as a journal writes that repeats what a fit found.
                A later `guess()` moves what was fitted, and never what was given.

        Raises:
            ParameterError: Not one finite number for each free parameter, or an unknown origin.
        """
        vector = self._vector(theta)
        if not np.all(np.isfinite(vector)):
            raise ParameterError("the values of parameters must be finite numbers", got=vector.tolist())
        self.commit(SetFree(tuple(map(float, vector)), why="typed values", origin=Origin.of(origin)))

    def guess(self) -> Info:
        """Move what nobody gave to where the data suggest: values near a good fit, priors over the energies observed.

        What a person gave stays as it is, and so does what is frozen, tied, or known to no rule. One edit, which undoes as one.

        Returns:
            What it changed, a row for each parameter.

        Raises:
            ParameterError: There are no pairs yet.

        Example:
            >>> from spec_lab import BayesInfer, datasets
            >>> from spec_lab.models import cpl
            >>> infer = BayesInfer([(datasets.load("burst"), cpl())])
            >>> before = infer.stat
            >>> infer.guess().data_dict["Parameter"]
            ['alpha', 'logEp', 'logA']
            >>> infer.stat < before, infer.par[1].origin
            (True, 'guessed')
        """
        self._fit.begin("guess")
        edit = Guess.of(self.problem.setup, quick_fit)
        self.commit(edit)
        return edit.table

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
        check_fits(path, [saved.setup], [saved.outcome])
        made: Any = (_KINDS.get(saved.kind, cls) if cls is Infer else cls)._of(saved.setup)
        made.outcome = saved.outcome
        try_first_use(path, "the fit", lambda: (made.par_info, repr(made)))
        return made

    @classmethod
    def from_xcm(cls, path: str | Path) -> Self:
        """Read an XSPEC script (.xcm), as `save all` writes it; `spec_lab.exchange.read_xcm` gives a report beside it.

        Args:
            path: The script; the files it names are looked up beside it.

        Raises:
            DataError: Something in it cannot be held here, or a file is missing: names the line.
        """
        return provided("xcm.read")(path, cls)

    def to_xcm(self, path: str | Path | None = None, *, write_data: bool = False, overwrite: bool = False) -> str:
        """The fit as an XSPEC script (.xcm), at its present values.

        Args:
            path: Where to write it, too; names of files in it are relative to its folder (without: to the present one).
            write_data: Write spectra and responses that are in no file as they stand, or are grouped otherwise, beside it.
            overwrite: Whether files that are there may be replaced.

        Raises:
            ParameterError: Something that XSPEC cannot hold, by name.
            DataError: A file is there already.
        """
        return provided("xcm.write")(self, path, write_data, overwrite)

    @property
    def Data(self) -> list[Data]:
        """The data of each pair, with the present factors: see `Pair.data`."""
        return [self._fit.data(i) for i in range(len(self.setup.pairs))]

    @property
    def Model(self) -> list[Model]:
        """The model of each pair, with the present values."""
        return [with_values(self.setup, i) for i in range(len(self.setup.pairs))]

    @property
    def Pair(self) -> list[Pair]:
        """The same as `pairs`."""
        return self.pairs

    # -- samples -------------------------------------------------------------------------------------------------------
    posterior_sample = sample_property("posterior_sample", True)
    bootstrap_sample = sample_property("bootstrap_sample", False)

    # -- hooks ---------------------------------------------------------------------------------------------------------
    loglike_func = hook_property(NAMES[0], "Replaces the log-likelihood: called with (infer, theta), returns a number.")
    logprior_func = hook_property(NAMES[1], "Replaces the log prior: called with (infer, theta), returns a number.")
    prior_transform_func = hook_property(
        NAMES[2], "Replaces the prior transform: called with (infer, cube), returns `f[n]`."
    )

    @property
    def hooks(self) -> dict[str, Callable[[np.ndarray], Any]]:
        """The functions that replace log-likelihood, log prior or prior transform, bound to this object."""
        problem = self.problem if any(self._hooks.values()) else None
        return {
            name: BoundHook(self._own(problem), name, hook) for name, hook in self._hooks.items() if hook is not None
        }

    def _own(self, problem: Problem | None) -> "Infer":
        """A copy for a hook, without hooks; it shares the compiled programs."""
        made = _KINDS[_kind(type(self))]()
        made._stand_on(Fit(LocalStore(self.setup), problem))
        return made

    def __repr__(self) -> str:
        names = "; ".join(f"{'+'.join(p.data.names)}: {p.model.expression}" for p in self.setup.pairs)
        return f"<{type(self).__name__} {names or 'without pairs'}, {self.free_nparams} free>"

    def __str__(self) -> str:
        if not self.setup.pairs:
            return repr(self)
        return "\n".join([repr(self), cfg_info(self.setup).text, self.notable_par_info.text])

    def _repr_html_(self) -> str:
        return self.notable_par_info._repr_html_()

    def save(self, savepath: str | Path) -> None:
        """Write `infer_cfg.json`, `infer_par.json` and `infer_stat.json` into a folder (made if missing).

        Raises:
            ParameterError: `savepath` is no path.
        """
        tables = {"cfg": cfg_info(self.setup), "par": par_info(self.setup), "stat": stat_table(self.problem)}
        write_tables(savepath, {f"infer_{name}": table for name, table in tables.items()})


class BayesInfer(Infer):
    """An `Infer` for posteriors: `preview()` in a fraction of a second, samplers for the final word."""

    inference_type = "Bayesian Inference"


class MaxLikeFit(Infer):
    """An `Infer` for maximum likelihood: `fit()` (built-in), `iminuit()`, `lmfit()`, `bootstrap()`."""

    inference_type = "Maximum Likelihood Estimation"


_KINDS: dict[str, type[Infer]] = {kind.__name__: kind for kind in (Infer, BayesInfer, MaxLikeFit)}


def _plain(pairs: Iterable[Any]) -> list[Any]:
    """Pairs as they were given, those of another `Infer` as tuples."""
    return [tuple(pair) if isinstance(pair, Pair) else pair for pair in pairs]


def _several(pids: Any) -> tuple[int | str, ...]:
    return tuple(pids) if isinstance(pids, Iterable) and not isinstance(pids, str) else (pids,)


def _kind(cls: type) -> str:
    """The nearest class of those that files know."""
    return next(base.__name__ for base in cls.__mro__ if base in _KINDS.values())
