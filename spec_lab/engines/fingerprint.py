"""Fingerprints: what a saved chain belongs to, so that it is never continued on anything else.

A fingerprint has named parts (data, model, links, priors, ...), so that one can say what differs. It is kept as JSON beside
the chain, with the seed the chain was begun with; a chain of another fit is moved aside, never overwritten and never an error.
Free values are no part of it: where a chain stands does not depend on where the sliders are.
"""

import hashlib
import itertools
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np

from spec_lab._base import EngineError, SpecLabWarning
from spec_lab.data import SparseMatrix
from spec_lab.engines.chain_files import DAMAGE, save_text
from spec_lab.engines.options import SEEDS
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem, statistic_of
from spec_lab.priors import Prior

Fingerprint = dict[str, str]
_SEED, _FILES_KEPT = "seed", "files"  # stand in the file, but are nothing to compare


def fingerprint(problem: Problem, hooks: Hooks | None = None, **settings: bool | float | str) -> Fingerprint:
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
        "model": "; ".join(f"{p.model.expression} {p.model.setting_rows} {setup.rule}" for p in setup.pairs),
        "free parameters": ", ".join(setup.slots[i].path for i in setup.free),
        "links": str([(i + 1, root + 1) for i, root in enumerate(partition) if i != root]),
        "ties": str(setup.ties),
        "fixed values": ", ".join(f"{setup.slots[i].path}={values[i]:.12g}" for i in held),
        "priors": ", ".join(_prior(setup.priors[i]) for i in setup.free),
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
                for part in (
                    (array.values, array.columns, array.starts) if isinstance(array, SparseMatrix) else (array,)
                ):
                    digest.update(np.ascontiguousarray(part, dtype=float).tobytes())
    return digest.hexdigest()[:32]


def _prior(prior: Prior | None) -> str:
    """The text of a prior; where it does not tell the prior from others, with numbers that do."""
    if prior is None or prior.has_text:
        return str(prior)
    places = np.array([*prior.interval(0.5), *prior.interval(0.9)])
    return f"{prior} {_digits(places)} {_digits(np.asarray(prior.logpdf(places)))}"


def _probe(problem: Problem) -> str:
    """The statistic at two fixed quantiles of the priors, to six digits: tells apart what text cannot, such as user functions."""
    return _digits(problem.batch(_places(Target(problem))))


def _places(target: Target) -> np.ndarray:
    """Free values `f[2, n]` at two fixed quantiles; between the ends of central intervals where a prior has no quantile."""
    setup, qs = target.problem.setup, _quantiles(target.problem.n)
    priors = [setup.priors[i] for i in setup.free]
    if "prior_transform_func" in target.hooks or all(p is None or p.has_quantile for p in priors):
        return target.from_cube(qs)
    ends = np.array([(0.0, 1.0) if p is None else p.interval(0.9) for p in priors]).T
    return np.clip(ends[0] + (ends[1] - ends[0]) * qs, *np.array([setup.range_of(i) for i in setup.free]).T)


def _quantiles(n: int) -> np.ndarray:
    return np.linspace([0.5] * n, [0.25 + 0.5 * (j % 2) for j in range(n)], 2)


def _digits(values: np.ndarray) -> str:
    return ", ".join(f"{value:.6g}" for value in np.ravel(values))


def _hooks(problem: Problem, hooks: Hooks) -> str:
    """Which functions, and what they answer at the same quantiles: their text does not tell what they read elsewhere."""
    target = Target(problem, hooks)
    xs = _places(target)
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
    differing = _differing(folder, engine, own)
    if differing is None:
        move_aside(folder, engine, f"nothing says what the chain {folder / chain} belongs to")
        return False
    if differing:
        move_aside(folder, engine, f"the chain {folder / chain} belongs to another fit ({', '.join(differing)} differ)")
        return False
    damaged = _damaged(folder, engine)
    if damaged:
        move_aside(
            folder, engine, f"the chain {folder / chain} is damaged ({', '.join(damaged)}: not as it was written)"
        )
    return not damaged


def _damaged(folder: Path, engine: str) -> list[str]:
    """The files that are no longer as they were written, of an engine that reads them without looking."""
    kept = json.loads(_path(folder, engine).read_text(encoding="utf-8")).get(_FILES_KEPT)
    digests = kept if isinstance(kept, dict) else {}
    return sorted(str(name) for name, digest in digests.items() if _digest(folder / Path(str(name)).name) != digest)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _differing(folder: Path, engine: str, own: Mapping[str, str]) -> list[str] | None:
    """The parts in which the fingerprint of a folder is another one; None where there is none to be read."""
    try:
        theirs = json.loads(_path(folder, engine).read_text(encoding="utf-8"))
        compared = {**theirs, **own}.keys() - {_SEED, _FILES_KEPT}
        return [name for name in {**theirs, **own} if name in compared and theirs.get(name) != own.get(name)]
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return None


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

    Raises:
        EngineError: The file is there, but may not be read.
    """
    if not folder or not resumable(Path(folder), engine, chain, own):
        return None
    try:
        return read(Path(folder))
    except OSError as error:
        raise EngineError(f"the chain {Path(folder) / chain} cannot be read: {error.strerror or error}") from error
    except DAMAGE as error:
        move_aside(Path(folder), engine, f"the chain {Path(folder) / chain} is damaged ({error})")
        return None


def move_aside(folder: Path, engine: str, why: str) -> None:
    """Move the engine's files into a new folder beside them, and say so.

    Raises:
        EngineError: The folder may not be changed.
    """
    taken = [path for pattern in _FILES[engine] for path in folder.glob(pattern) if path.is_file()]
    number = next(i for i in itertools.count(1) if not (folder / f"earlier_{i}").exists())
    goal = folder / f"earlier_{number}"
    try:
        goal.mkdir()
        for path in taken:
            path.rename(goal / path.name)
    except OSError as error:
        raise EngineError(
            f"{why}, and its files cannot be moved out of the way: {error.strerror or error}",
            hint="Choose another savepath.",
        ) from error
    warnings.warn(f"{why}: its files were moved to {goal}, and the run starts anew", SpecLabWarning, stacklevel=2)


_MULTINEST = ("1-.txt", "1-IS.*", "1-ev.dat", "1-live.points", "1-phys_live.points", "1-post_equal_weights.dat",
              "1-resume.dat", "1-stats.dat", "1-summary.txt")  # fmt: skip
_FILES = {
    "emcee": ("1-.npz", "1-posterior_sample.txt", "1-nstep.json", "1-discard.json", "1-autocorr_time.json",
              "1-emcee_fingerprint.json"),
    "nuts": ("1-nuts.npz", "1-nuts_fingerprint.json"),
    "nested": ("1-nested.npz", "1-nested_fingerprint.json"),
    "multinest": (*_MULTINEST, "1-posterior_sample.txt", "1-nlive.json",
                  "1-posterior_stats.json", "1-max_iter_warning.txt", "1-multinest_fingerprint.json"),
}  # fmt: skip
_READ_BLINDLY = {"multinest": _MULTINEST}  # a damaged one makes the library hang, stop, or go on with other numbers


def write_fingerprint(folder: Path, engine: str, own: Mapping[str, str], seed: int) -> None:
    """Keep the fingerprint beside the chain, with the seed the chain was made with, and the digests of what Fortran reads."""
    more: dict[str, Any] = {_SEED: seed}
    if engine in _READ_BLINDLY:
        paths = [path for pattern in _READ_BLINDLY[engine] for path in sorted(folder.glob(pattern)) if path.is_file()]
        more[_FILES_KEPT] = {path.name: _digest(path) for path in paths}
    save_text(_path(folder, engine), json.dumps({**own, **more}, indent=2))


def keep_chain(folder: str, engine: str, own: Mapping[str, str], seed: int, write: Callable[[Path], None]) -> str:
    """Write the files of a run and its fingerprint; a sentence where that could not be done, else "".

    The draws are not lost with the files, so this is no error; the fingerprint of another fit goes before the first file is
    written, and that of this one comes last.

    Args:
        folder: Where to; made if missing.
        engine: The engine's name.
        own: The fingerprint of the problem.
        seed: Of the run.
        write: Writes the files into the folder.

    Warns:
        SpecLabWarning: The files could not be written; those of an earlier run are as they were.
    """
    place = Path(folder)
    try:
        if _differing(place, engine, own):
            _path(place, engine).unlink()
        write(place)
        write_fingerprint(place, engine, own, seed)
    except OSError as error:
        told = f"The run could not be kept in {folder}: {error.strerror or error}. Its draws are in this outcome alone."
        warnings.warn(told, SpecLabWarning, stacklevel=2)
        return f" {told}"
    return ""


if TYPE_CHECKING:
    Options = TypeVar("Options", bound=attrs.AttrsInstance)
else:
    Options = Any


def with_saved_seed(options: Options, folder: str, engine: str) -> Options:
    """Options (with a `seed`) of a run that goes on from a folder: its seed is the one that it was begun with.

    Files of earlier versions do not tell it.
    """
    seed = saved_seed(Path(folder), engine)
    return options if seed is None else attrs.evolve(options, seed=seed)


def saved_seed(folder: Path, engine: str) -> int | None:
    """The seed of the run in a folder; None where it is not told."""
    try:
        seed = json.loads(_path(folder, engine).read_text(encoding="utf-8")).get(_SEED)
    except (OSError, ValueError, AttributeError):
        return None
    return seed if isinstance(seed, int) and 0 <= seed <= SEEDS else None


def _path(folder: Path, engine: str) -> Path:
    return folder / f"1-{engine}_fingerprint.json"
