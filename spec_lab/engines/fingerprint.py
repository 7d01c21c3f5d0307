"""Fingerprints: what a saved chain belongs to, so that it is never continued on anything else.

A fingerprint has named parts (data, model, links, priors, ...), so that one can say what differs. It is kept as JSON beside
the chain; a chain of another fit is moved aside, never overwritten and never an error. Free values are no part of it: where a
chain stands does not depend on where the sliders are.
"""

import hashlib
import itertools
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np

from spec_lab._base import SpecLabWarning
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem
from spec_lab.fit.program_layout import statistic_of

Fingerprint = dict[str, str]


def fingerprint(problem: Problem, hooks: Hooks | None = None, **settings: Any) -> Fingerprint:
    """The parts of a problem's fingerprint.

    Args:
        problem: The problem.
        hooks: Functions of the user's in place of the problem's own.
        **settings: Settings of the engine that a continued run cannot change.
    """
    setup = problem.setup
    values, partition = np.asarray(setup.values), setup.partition
    held = [i for i, root in enumerate(partition) if i == root and setup.frozen[i]]
    return {
        "data": _data(setup),
        "model": "; ".join(f"{p.model.expression} {p.model.config} {setup.rule}" for p in setup.pairs),
        "free parameters": ", ".join(setup.slots[i].path for i in setup.free),
        "links": str([(i + 1, root + 1) for i, root in enumerate(partition) if i != root]),
        "ties": str(setup.ties),
        "fixed values": ", ".join(f"{setup.slots[i].path}={values[i]:.12g}" for i in held),
        "priors": ", ".join(str(setup.priors[i]) for i in setup.free),
        "likelihood": _probe(problem),
        **({"hooks": _hooks(problem, hooks)} if hooks else {}),
        **{name: str(value) for name, value in settings.items()},
    }


def _data(setup: Any) -> str:
    digest = hashlib.sha256()
    for pair in setup.pairs:
        for name, unit in zip(pair.data.names, pair.data.units, strict=True):
            c = unit.channels()
            digest.update(f"{name} {statistic_of(unit).tag} {float(unit.weight)!r} {unit.time}".encode())
            for array in (c.S, c.B, c.sigma_S, c.sigma_B, c.ts, c.tb, c.emin, c.emax, c.matrix, *unit.energies):
                digest.update(np.ascontiguousarray(array, dtype=float).tobytes())
    return digest.hexdigest()[:32]


def _probe(problem: Problem) -> str:
    """The statistic at two fixed quantiles of the priors, to six digits: tells apart what text cannot, such as user functions."""
    return _digits(problem.batch(problem.from_cube(_quantiles(problem.n))))


def _quantiles(n: int) -> np.ndarray:
    return np.linspace([0.5] * n, [0.25 + 0.5 * (j % 2) for j in range(n)], 2)


def _digits(values: np.ndarray) -> str:
    return ", ".join(f"{value:.6g}" for value in np.ravel(values))


def _hooks(problem: Problem, hooks: Hooks) -> str:
    """Which functions, and what they answer at the same quantiles: their text does not tell what they read elsewhere."""
    target, qs = Target(problem, hooks), _quantiles(problem.n)
    xs = target.from_cube(qs)
    functions = ", ".join(f"{name}={_code(hook)}" for name, hook in hooks.items())
    return f"{functions}: {_digits(xs)}; {_digits(target.log_like(xs))}; {_digits(target.log_prior(xs))}"


def _code(hook: Any) -> str:
    function = getattr(hook, "func", hook)  # bound to its `Infer` around the user's function
    code = getattr(function, "__code__", None)
    content = repr(type(function)).encode() if code is None else code.co_code + repr(code.co_consts).encode()
    return hashlib.sha256(content).hexdigest()[:12]


def resumable(folder: Path, engine: str, chain: str, own: Mapping[str, str]) -> bool:
    """Whether the folder holds a chain to go on with; what belongs to another fit is moved aside, aloud.

    Args:
        folder: Where to look.
        engine: The engine's name.
        chain: File name of the chain.
        own: The fingerprint of the present problem.

    Warns:
        SpecLabWarning: There is a chain that belongs to something else, or nothing says what it belongs to: its files are now
            in a folder beside where they were.
    """
    if not (folder / chain).exists():
        return False
    try:
        theirs = json.loads(_path(folder, engine).read_text(encoding="utf-8"))
        differing = [name for name in {**theirs, **own} if theirs.get(name) != own.get(name)]
    except (OSError, ValueError, AttributeError):
        move_aside(folder, engine, f"nothing says what the chain {folder / chain} belongs to")
        return False
    if differing:
        move_aside(folder, engine, f"the chain {folder / chain} belongs to another fit ({', '.join(differing)} differ)")
    return not differing


SavedChain = TypeVar("SavedChain")


def saved_chain(
    folder: str, engine: str, chain: str, own: Mapping[str, str], read: Callable[[Path], SavedChain]
) -> SavedChain | None:
    """The chain to go on with, or None; a file that cannot be read is moved aside like one of another fit.

    Args:
        folder: Where to look; "" has none.
        engine: The engine's name.
        chain: File name of the chain.
        own: The fingerprint of the present problem.
        read: Reads the chain in a folder.

    Warns:
        SpecLabWarning: As `resumable` does.
    """
    if not folder or not resumable(Path(folder), engine, chain, own):
        return None
    try:
        return read(Path(folder))
    except (BadZipFile, EOFError, KeyError, ValueError) as error:
        move_aside(Path(folder), engine, f"the chain {Path(folder) / chain} is damaged ({error})")
        return None


def move_aside(folder: Path, engine: str, why: str) -> None:
    """Move the engine's files into a new folder beside them, and say so."""
    taken = [path for pattern in _FILES[engine] for path in folder.glob(pattern) if path.is_file()]
    number = next(i for i in itertools.count(1) if not (folder / f"earlier_{i}").exists())
    goal = folder / f"earlier_{number}"
    goal.mkdir()
    for path in taken:
        path.rename(goal / path.name)
    warnings.warn(f"{why}: its files were moved to {goal}, and the run starts anew", SpecLabWarning, stacklevel=2)


_FILES = {
    "emcee": ("1-.npz", "1-posterior_sample.txt", "1-nstep.json", "1-discard.json", "1-autocorr_time.json",
              "1-emcee_fingerprint.json"),
    "nuts": ("1-nuts.npz", "1-nuts_fingerprint.json"),
    "nested": ("1-nested.npz", "1-nested_fingerprint.json"),
    "multinest": ("1-.txt", "1-IS.*", "1-ev.dat", "1-live.points", "1-phys_live.points", "1-post_equal_weights.dat",
                  "1-resume.dat", "1-stats.dat", "1-summary.txt", "1-posterior_sample.txt", "1-nlive.json",
                  "1-posterior_stats.json", "1-max_iter_warning.txt", "1-multinest_fingerprint.json"),
}  # fmt: skip


def write_fingerprint(folder: Path, engine: str, own: Mapping[str, str]) -> None:
    """Keep the fingerprint beside the chain."""
    _path(folder, engine).write_text(json.dumps(dict(own), indent=2), encoding="utf-8")


def _path(folder: Path, engine: str) -> Path:
    return folder / f"1-{engine}_fingerprint.json"
