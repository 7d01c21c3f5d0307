"""ln Z keeps its word: over thirty integrals that are known and ten seeds each, quoted errors are as large as the errors made."""

import numpy as np
import pytest
from evidence_problems import PROBLEMS
from test_engines_nested import Toy

from spec_lab.engines import Control
from spec_lab.engines.nested.engine import LONGER, NestedOptions, answer
from spec_lab.engines.nested.likelihoods import CompiledLikelihood
from spec_lab.engines.nested.live_points import NestedRun, Plan


def nested(toy: Toy, seed: int):
    """What `infer.nested(seed=seed)` does, on a likelihood of a test."""
    options = NestedOptions(seed=seed)

    def finish(run: NestedRun) -> None:
        while run.remaining > options.tolerance and run.rounds < options.max_rounds:
            run.advance()

    def make(moves: int, seed: int) -> NestedRun:
        return NestedRun(CompiledLikelihood(toy), toy.n, Plan(options.live, moves, seed))

    first = make(options.moves, seed)
    finish(first)
    return answer(first, lambda: make(LONGER * options.moves, seed + 1_000_003), finish, options, Control())


def table(seeds) -> np.ndarray:
    """One row a run: error made, error quoted, whether it is doubtful."""
    rows = []
    for problem in PROBLEMS:
        toy = Toy(problem.priors, problem.log_like)
        for seed in seeds:
            found = nested(toy, seed)
            rows.append((found.chosen.log_z - problem.log_z, found.chosen.error, found.status == "doubtful"))
    return np.array(rows, float)


def judge(rows: np.ndarray) -> tuple[float, float, float, float]:
    """Shares beyond four quoted errors and within one, the median quoted error, and the share of doubtful runs."""
    off = np.abs(rows[:, 0]) / rows[:, 1]
    return float(np.mean(off > 4)), float(np.mean(off < 1)), float(np.median(rows[:, 1])), float(rows[:, 2].mean())


def test_there_are_thirty_problems():
    assert len(PROBLEMS) == 30 and len({p.name for p in PROBLEMS}) == 30


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_quoted_errors_are_errors():
    beyond, within, error, doubtful = judge(table(range(10)))
    assert beyond <= 0.01
    assert 0.60 <= within <= 0.85
    assert error <= 0.25
    assert doubtful <= 0.10
