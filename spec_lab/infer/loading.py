"""A fit read from a file is tried before it is handed over: its words, its tables, its statistic.

A file of another version, or one that somebody changed, can be readable part by part and still hold a fit that does not work: a
spectrum without counts, as many values as parameters but one. Without a trial that would show at first use, as an error of
some inner function. Nothing is compiled here: the statistic is traced only.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab.engines import Outcome
from spec_lab.fit import Problem, Setup
from spec_lab.priors import Prior
from spec_lab.tree import SerializationError


def try_first_use(path: str | Path, what: str, use: Callable[[], Any]) -> None:
    """Use something read from a file for the first time.

    Args:
        path: The file.
        what: The thing, for a person to read.
        use: Uses it.

    Raises:
        SerializationError: It failed, in whatever way.
    """
    try:
        use()
    except Exception as error:  # what a forged part raises can be anything; it is said here, not at first use
        raise SerializationError(
            f"cannot load {Path(path).name}: {what} in it cannot be used: {type(error).__name__}: {error}",
            hint="The file was changed after it was written, or another version of spec_lab wrote it.",
        ) from error


def check_fits(path: str | Path, setups: Sequence[Setup], outcomes: Sequence[Outcome | None] = ()) -> None:
    """Try set-ups and the outcomes of runs; pairs of data and models that they share are tried once.

    Args:
        path: The file they were read from.
        setups: The set-ups.
        outcomes: Of runs, each with the set-up it ran on; None stands for none.

    Raises:
        SerializationError: One of them cannot be used.
    """
    runs = [outcome for outcome in outcomes if outcome is not None]
    for run in runs:
        if not isinstance(run, Outcome):
            raise SerializationError(f"cannot load {Path(path).name}: a run in it has no outcome", got=run)
    known: list[Any] = []
    for setup in (*setups, *(run.setup for run in runs)):
        try_first_use(path, "a set-up", lambda setup=setup: _use_setup(setup))
        if setup.pairs and not any(setup.pairs is pairs for pairs in known):
            known.append(setup.pairs)
            try_first_use(path, "a set-up", lambda setup=setup: _use_problem(setup))
    for run in runs:
        try_first_use(path, "the outcome of a run", lambda run=run: _use_outcome(run))


def _use_setup(setup: Setup) -> None:
    slots = setup.slots
    for name in ("values", "frozen", "priors", "partition"):
        if len(getattr(setup, name)) != len(slots):
            raise ValueError(f"{len(getattr(setup, name))} {name} for {len(slots)} parameters")
    values = np.asarray(setup.values)
    if values.shape != (len(slots),) or values.dtype.kind != "f" or not np.isfinite(values).all():
        raise ValueError("values that are no finite numbers, one a parameter")
    if not all(isinstance(flag, bool) for flag in setup.frozen):
        raise ValueError("flags that are no switches")
    if not all(isinstance(prior, Prior | None) for prior in setup.priors):
        raise ValueError("priors that are none")
    if not all(type(root) is int and 0 <= root <= i for i, root in enumerate(setup.partition)):
        raise ValueError("links that are none")
    if not all(type(pid) is int and isinstance(text, str) for pid, text in setup.ties):
        raise ValueError("ties that are none")
    for i in range(len(slots)):
        setup.range_of(i)
        setup.value_origin(i)
        setup.prior_origin(i)
    repr(setup)
    for pair in setup.pairs:
        repr(pair.model)
        repr(pair.data)


def _use_problem(setup: Setup) -> None:
    problem = Problem(setup)
    problem.trace_statistic()
    problem.log_prior(setup.free_values)


def _use_outcome(outcome: Outcome) -> None:
    repr(outcome)
    n = len(outcome.setup.free)
    for name, rank in (("best", 1), ("draws", 2), ("covariance", 2)):
        values = np.asarray(getattr(outcome, name))
        if values.ndim != rank or values.shape[-1] != n or values.dtype.kind != "f":
            raise ValueError(f"{name} of shape {values.shape} for {n} free parameters")
    if not isinstance(outcome.stat, float):
        raise ValueError(f"a statistic that is no number: {outcome.stat!r}")
