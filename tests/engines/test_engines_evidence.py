"""ln Z keeps its word: over thirty integrals that are known and ten seeds each, quoted errors are as large as the errors made.

All three hundred runs (`-m thorough`), when this was written: none beyond 4 quoted errors, 65 % within one, a median error of
0.008, none doubtful, 17 made twice. The usual run makes those of one seed.
"""

import numpy as np
import pytest
from evidence_problems import PROBLEMS
from test_engines_nested import Toy

from spec_lab import Data, DataUnit, Model
from spec_lab.data import Response, Source
from spec_lab.engines import Control, run_engine
from spec_lab.engines.nested.likelihoods import CompiledLikelihood
from spec_lab.engines.nested.live_points import NestedRun, Plan
from spec_lab.engines.nested.sampler import LONGER, NestedOptions, answer
from spec_lab.fit import Problem, Setup


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


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_quoted_errors_are_errors():
    beyond, within, error, doubtful = judge(table(range(10)))
    print(f"{beyond:.1%} beyond 4 errors, {within:.1%} within 1, median error {error:.4f}, {doubtful:.1%} doubtful")
    assert beyond <= 0.01
    assert 0.60 <= within <= 0.85
    assert error <= 0.25
    assert doubtful <= 0.10


@pytest.mark.slow
def test_quoted_errors_of_one_seed_are_errors():
    """The same with a tenth of the runs, and bounds as wide as so few allow."""
    beyond, within, error, doubtful = judge(table([0]))
    assert beyond == 0 and 0.4 <= within <= 0.95
    assert error <= 0.25 and doubtful <= 0.10


@pytest.mark.double("its seeds are those of runs that go astray with the digits of double precision")
@pytest.mark.slow
@pytest.mark.parametrize("seed", [450001, 0, 2])
def test_runs_that_dropped_their_second_evaluation_are_made_once_more(seed):
    """A power law and a black body: with these seeds the dead points are 5 to 7 quoted errors off (ln Z = -52.82 ± 0.02)."""
    edges = np.geomspace(10, 1000, 61)
    low, high = edges[:-1], edges[1:]
    middle, random = np.sqrt(low * high), np.random.default_rng(9)
    power = lambda alpha, log_a: 10**log_a * middle**alpha * (high - low) * 1000  # noqa: E731
    cut = lambda alpha, energy, log_a: power(alpha, log_a) * np.exp(-middle / energy)  # noqa: E731
    hot = 2e-2 * middle**2 / np.expm1(middle / 15) * (high - low)
    spectra = (cut(-1, 150, 0.0), cut(-0.5, 80, -1.5), cut(-1.8, 2000, 0.3), power(-1.8, 0.5) + hot)
    counts = [random.poisson(expected).astype(float) for expected in spectra][-1]
    response = Response.ideal(low, high, area=10.0)
    unit = DataUnit(Source(counts, exposure=100.0), rsp=response, stat="cstat")
    problem = Problem(Setup.from_pairs([(Data([("u", unit)]), Model.parse("pl+bb"))]))
    outcome = run_engine("nested", problem, seed=seed)
    assert outcome.status == "converged" and outcome.figures["runs"] == 2 and "A second run" in outcome.message
    assert abs(outcome.log_evidence + 52.82) < 4 * np.hypot(outcome.log_evidence_error, 0.02)
    assert abs(outcome.figures["dead_log_evidence"] + 52.82) > 4 * outcome.figures["dead_log_evidence_error"]
