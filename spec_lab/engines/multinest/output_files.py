"""MultiNest's files: evidence and posterior read from them, those of a run copied, the documented ones written.

Numbers are read by our own few lines, because MultiNest writes what Python cannot read: Fortran drops the E of an exponent
with three digits (`0.19-322`).
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spec_lab._base import EngineError, written_whole
from spec_lab.engines.chain_files import save_table, save_text
from spec_lab.engines.draws import systematic
from spec_lab.engines.evidence import evidence
from spec_lab.engines.outcome import Outcome, Status

RESUME = "1-resume.dat"
_OWN = (
    "1-.txt", "1-IS.iterinfo", "1-IS.points", "1-IS.ptprob", "1-ev.dat", "1-live.points", "1-phys_live.points",
    "1-post_equal_weights.dat", RESUME, "1-stats.dat", "1-summary.txt",
)  # fmt: skip
INS_UNUSABLE = (
    " Importance nested sampling gave {:.3g} ± {:.3g}, which is no evidence: this is that of plain nested sampling."
)
_NUMBER = r"[-+]?[\d.]+(?:[EeDd]?[-+]\d+)?|NaN|[-+]?Infinity"
_DROPPED = re.compile(r"(?<=\d)([-+]\d{3})$")


class MultinestPosterior(NamedTuple):
    """A posterior: equally weighted draws `f[s, n]`, their log-likelihoods `f[s]`, ln Z, its error, and what to know of it."""

    draws: np.ndarray
    log_like: np.ndarray
    log_z: float
    error: float
    remark: str = ""


def text(path: Path) -> str:
    """A file's text, "" if it is not there."""
    return path.read_text(errors="replace") if path.exists() else ""


def number(word: str) -> float:
    """A number as Fortran writes it."""
    return float(_DROPPED.sub(r"E\1", word.replace("D", "E").replace("d", "e").replace("Infinity", "inf")))


def table(path: Path, columns: int) -> np.ndarray:
    """`f[rows, columns]`: the complete rows of a file; none if it is not there."""
    rows = [line.split()[:columns] for line in text(path).splitlines()]
    return np.array([[number(w) for w in row] for row in rows if len(row) == columns]).reshape(-1, columns)


def iterations(folder: Path) -> int:
    """Iterations made: dead points on file."""
    return sum(1 for line in text(folder / "1-ev.dat").splitlines() if line.strip())


def had_converged(folder: Path) -> bool:
    """Whether the documented files are those of a run that had ended by itself."""
    try:
        said = json.loads(text(folder / "1-posterior_stats.json") or "{}")
    except ValueError:
        return False
    return str(said.get("message", "")).startswith(Status.converged.sentence)


def write(goal: Path, source: Path, outcome: Outcome, live: int) -> None:
    """Keep a run: MultiNest's own files from the folder it ran in, and the documented ones; the folder is made if missing."""
    goal.mkdir(parents=True, exist_ok=True)
    copy(source, goal)
    write_documented(goal, outcome, live)


def copy(source: Path, goal: Path) -> None:
    """Copy MultiNest's own files of a run, each whole or not at all; older ones that it does not replace are removed."""
    for name in _OWN:
        if not (source / name).exists():
            (goal / name).unlink(missing_ok=True)
        elif source != goal:
            with written_whole(goal / name) as part:
                shutil.copyfile(source / name, part)


def _usable(log_z: float, error: float) -> bool:
    """Whether both are finite and none is the remains of an underflow; an error of 0 is one."""
    tiny = np.finfo(float).tiny
    return bool(np.isfinite(log_z) and tiny <= error < np.inf and (log_z == 0 or abs(log_z) >= tiny))


def read_evidence(stats: str, importance: bool) -> tuple[float, float, str]:
    """ln Z, error and a remark from the text of `1-stats.dat`: of INS if wanted and usable, else of plain nested sampling.

    Raises:
        EngineError: There is no evidence in it.
    """
    found = {}
    for line in stats.splitlines():
        match = re.search(
            rf"Nested (Importance )?Sampling Global Log-Evidence\s*:\s*({_NUMBER})\s*\+/-\s*({_NUMBER})", line
        )
        if match:
            found[bool(match[1])] = (number(match[2]), number(match[3]))
    if importance and True in found and _usable(*found[True]):
        return *found[True], ""
    if False in found and np.all(np.isfinite(found[False])):
        fell = importance and True in found
        return *found[False], INS_UNUSABLE.format(*found[True]) if fell else ""
    raise EngineError("MultiNest wrote no evidence", got=stats[:300])


def read_result(folder: Path, n: int, importance: bool) -> MultinestPosterior:
    """The posterior of a finished run of `n` free parameters, with the evidence of INS if wanted and usable."""
    log_z, error, remark = read_evidence(text(folder / "1-stats.dat"), importance)
    rows = table(folder / "1-post_equal_weights.dat", n + 1)
    if not len(rows):
        raise EngineError("MultiNest wrote no posterior sample", got=log_z, hint="Give it more live points.")
    return MultinestPosterior(rows[:, :n], rows[:, n], log_z, error, remark)


def read_partial(folder: Path, n: int, live: int, seed: int) -> MultinestPosterior:
    """The posterior of a run that was stopped: its dead and its live points.

    Raises:
        EngineError: It had not written its live points yet.
    """
    last = table(folder / "1-phys_live.points", n + 1)
    if not len(last):
        raise EngineError("stopped before the first points were on file", hint="Start again and give it a moment.")
    dead = table(folder / "1-ev.dat", n + 1)
    points = np.concatenate([_ascending(dead), _ascending(last)])
    alive = np.concatenate([np.full(len(dead), live), np.arange(len(last), 0, -1)])
    found = evidence(points[:, n], alive, seed)
    chosen = systematic(found.weights, max(1000, int(found.effective)), seed)
    return MultinestPosterior(points[chosen, :n], points[chosen, n], found.log_z, found.error)


def _ascending(points: np.ndarray) -> np.ndarray:
    return points[np.argsort(points[:, -1], kind="stable")]


def write_documented(folder: Path, outcome: Outcome, live: int) -> None:
    """The sample, the number of live points, and the posterior's statistics; a warning file if the limit ended the run."""
    save_table(folder / "1-posterior_sample.txt", np.column_stack([outcome.draws, outcome.log_prob]))
    save_text(folder / "1-nlive.json", json.dumps(live))
    save_text(folder / "1-posterior_stats.json", json.dumps(_statistics(outcome), indent=2))
    warning = folder / "1-max_iter_warning.txt"
    warning.unlink(missing_ok=True)
    if outcome.status is Status.limit:
        save_text(warning, outcome.message + "\n")


def _statistics(outcome: Outcome) -> dict[str, Any]:
    setup, draws = outcome.setup, np.asarray(outcome.draws)
    quantiles = np.quantile(draws, [0.15865, 0.5, 0.84135], axis=0).T
    return {
        "global evidence": outcome.log_evidence,
        "global evidence error": outcome.log_evidence_error,
        "marginals": [
            {
                "parameter": setup.slots[i].path, "mean": float(column.mean()), "sigma": float(column.std()),
                "median": float(median), "1sigma": [float(low), float(high)],
            }
            for i, column, (low, median, high) in zip(setup.free, draws.T, quantiles, strict=True)
        ],
        "best": [float(v) for v in outcome.best],
        "message": outcome.message,
    }  # fmt: skip
