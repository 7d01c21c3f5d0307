"""Fingerprints: what a saved chain belongs to, so that it is never continued on anything else.

A fingerprint has named parts (data, model, links, priors, ...), so that a refusal can say what differs. It is kept as JSON
beside the chain. Free values are no part of it: where a chain stands does not depend on where the sliders are.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import EngineError
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
    """Whether the folder holds a chain to go on with.

    Args:
        folder: Where to look.
        engine: The engine's name.
        chain: File name of the chain.
        own: The fingerprint of the present problem.

    Raises:
        EngineError: There is a chain, but it belongs to something else, or nothing says what it belongs to.
    """
    if not (folder / chain).exists():
        return False
    where = str(folder / chain)
    hint = "Choose another savepath, or start over there with resume=False."
    try:
        theirs = json.loads(_path(folder, engine).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise EngineError(f"nothing says what the chain {where} belongs to, so it is not reused", hint=hint) from None
    differing = [name for name in {**theirs, **own} if theirs.get(name) != own.get(name)]
    if differing:
        raise EngineError(f"the chain {where} belongs to another fit: {', '.join(differing)} differ", hint=hint)
    return True


def write_fingerprint(folder: Path, engine: str, own: Mapping[str, str]) -> None:
    """Keep the fingerprint beside the chain."""
    _path(folder, engine).write_text(json.dumps(dict(own), indent=2), encoding="utf-8")


def _path(folder: Path, engine: str) -> Path:
    return folder / f"1-{engine}_fingerprint.json"
