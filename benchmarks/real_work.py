"""Fits of working people: 3C 273 (Chandra ACIS, 42 groups, W statistic) with five models, and many linked spectra.

A fit counts only where its statistic is within 1 of the best known; its multi-start is part of its time. Every model's first fit
is timed in a new process, `real_work.py MODEL CACHE`, import to end. The kernel of `kernel` says how fast the machine is.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from timing import Row, alternate, wall

GOALS: dict[str, tuple[float, float, float, float | None]] = {
    "tbabs*pl": (35.55, 45, 5, None),
    "tbabs*(pl+bb)": (30.67, 55, 8, None),
    "tbabs*(pl+bb+gauss)": (28.49, 80, 20, 3.5),
    "tbabs*(diskbb+pl+gauss)": (28.53, 90, 40, None),
    "tbabs*(cpl+bb+gauss+gauss)": (25.81, 100, 60, None),
}
"""Model → best statistic known; goals of one statistic (us), a warm fit (ms) and a first fit without a cache (s)."""


def make(model: str) -> Any:
    """3C 273 with a model."""
    import warnings

    from spec_lab import BayesInfer, datasets
    from spec_lab.data import DataUnit
    from spec_lab.models import Model

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = datasets.paths("3c273")["3c273.pi"]
        unit = DataUnit(src=source, stat="cstat", name="acis", notc=[0.5, 7], notc_mode="overlap")
        return BayesInfer([(unit, Model.parse(model))])


def make_linked(number: int) -> Any:
    """The burst's NaI detector that many times, each with its own noise, cut-off power laws with one slope."""
    import burst

    from spec_lab import BayesInfer
    from spec_lab.data import Data
    from spec_lab.models import Model

    unit = burst.make().pairs[0].data.units[0]
    rng = np.random.default_rng(0)
    pairs = []
    for i in range(number):
        counts = rng.poisson(np.asarray(unit.src.counts)).astype(float)
        pairs.append((Data([(f"s{i}", unit.replace(src=unit.src.replace(counts=counts)))]), Model.parse("cpl")))
    infer = BayesInfer(pairs)
    infer.link([slot.pid for slot in infer.problem.setup.slots if slot.name == "alpha"])
    return infer


def kernel() -> Row:
    """A fixed piece of NumPy: a fold of 1090 bins into 42 channels, and a W statistic."""
    rng = np.random.default_rng(0)
    matrix, photons = rng.random((42, 1090)), rng.random(1090)
    source, background = rng.poisson(40.0, 42).astype(float), rng.poisson(10.0, 42).astype(float)

    def once() -> float:
        model = matrix @ photons
        b = 0.5 * (
            source + background - 2 * model + np.sqrt((source + background - 2 * model) ** 2 + 8 * background * model)
        )
        return float(np.sum(model + 2 * b - source * np.log(model + b + 1e-9) - background * np.log(b + 1e-9)))

    times, _ = alternate(once, None, 1e6)
    return Row("NumPy: one fold and W", "us CPU", times, note="how fast the machine is")


def run_models() -> Iterator[Row]:
    """The five models on 3C 273."""
    yield kernel()
    for model, (best, statistic, warm, first) in GOALS.items():
        yield from one_model(model, best, statistic, warm, first)


def one_model(model: str, best: float, statistic: float, warm: float, first: float | None) -> Iterator[Row]:
    """One of them: first fits of new processes, one statistic, a warm fit, the preview."""
    goal = f"<= {first}" if first else ""
    yield Row(f"{model}: new process to first fit", "s CPU", [process(model, "")["cpu"] for _ in range(2)], goal)
    with tempfile.TemporaryDirectory() as cache:
        process(model, cache)
        again = [process(model, cache)["cpu"] for _ in range(2)]
        yield Row("  the same, compiled before", "s CPU", again, "<= 2.4" if first else "")
    infer = make(model)
    infer.fit()
    problem, place = infer.problem, np.asarray(infer.problem.setup.free_values)
    counter = iter(range(10**9))
    times, _ = alternate(lambda: problem.stat(place * (1 + 1e-7 * (next(counter) % 997))), None, 1e6)
    yield Row("  one statistic", "us CPU", times, f"<= {statistic:g}")
    again = make(model)
    edits = again.problem.setup

    def refit() -> None:
        from spec_lab.engines import run_engine
        from spec_lab.fit import Problem

        run_engine("fit", Problem(edits, again.problem))

    times, _ = alternate(refit, None, 1e3, rounds=5)
    over = infer.outcome.stat - best
    yield Row("  warm fit from the defaults", "ms CPU", times, f"<= {warm:g}", note=f"{over:+.2f} of the best known")
    infer.preview()
    times, _ = wall(infer.preview, 3)
    figures = infer.outcome
    evidence = f"ln Z {figures.log_evidence:.2f} +- {figures.log_evidence_error:.2f}, {figures.status.name}"
    yield Row("  preview", "s", times, "<= 1.5", note=evidence)


def run_linked() -> Iterator[Row]:
    """Forty spectra with one slope."""
    seen = process("40", "")
    yield Row("40 linked spectra: first fit", "s CPU", [seen["fit"]], "<= 4", note=f"{seen['memory']:.2f} GB")
    infer = make_linked(40)
    infer.fit()
    problem, start = infer.problem, make_linked(40).problem.setup
    place = np.asarray(problem.setup.free_values)
    counter = iter(range(10**9))
    times, _ = alternate(lambda: problem.stat(place * (1 + 1e-7 * (next(counter) % 997))), None, 1e3)
    yield Row("  one statistic", "ms CPU", times, "<= 0.9")

    def refit() -> None:
        from spec_lab.engines import run_engine
        from spec_lab.fit import Problem

        run_engine("fit", Problem(start, problem))

    times, _ = alternate(refit, None, 1.0, rounds=5)
    yield Row("  warm fit", "s CPU", times, "<= 0.06")
    infer.preview()
    times, _ = wall(infer.preview, 2)
    figures = infer.outcome
    yield Row("  preview", "s", times, "<= 1.5", note=f"{figures.status.name}")


def process(what: str, cache: str) -> dict[str, float]:
    """Seconds and memory of a new process that fits a model, or so many linked spectra; with a folder of compiled programs."""
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": cache}
    call = [sys.executable, os.path.abspath(__file__), what]
    return json.loads(subprocess.run(call, check=True, env=environment, stdout=subprocess.PIPE).stdout)


def main() -> None:
    """Fit what is asked for, and print the seconds and gigabytes of this process."""
    import resource

    what = sys.argv[1]
    infer = make_linked(int(what)) if what.isdigit() else make(what)
    begun = time.process_time()
    infer.fit()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"cpu": time.process_time(), "fit": time.process_time() - begun, "memory": memory}))


if __name__ == "__main__":
    main()
