"""Two checkouts side by side: `python benchmarks/compare.py OLD NEW`. Every round runs each job once in either, in turn.

Each checkout has a process of its own that stays open, so that only the job is timed and both see the same machine; which goes
first changes every round. Every five rounds both processes are new: where the memory of a process happens to lie alone can change
a job by half, one program timed against itself. Shown is the median of the ratios new / old, round by round, with its 95 %
interval (bootstrap over the rounds), and the medians themselves. A job is slower where the whole interval lies above the limit.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

LIMIT = 1.05
"""The ratio from which on a job counts as slower."""


def probes() -> dict[str, Callable[[], float]]:
    """The jobs of the checkout this process runs in, each a call that returns its seconds."""
    import burst
    import jobs
    import numpy as np
    from timing import alternate

    from spec_lab.engines import run_engine
    from spec_lab.engines.newton import minimise
    from spec_lab.fit import Freeze, Link, Problem
    from spec_lab.session import FitSession

    made = getattr(jobs, "Problems", None) or jobs.Bench
    ready = made()
    problem, place = ready.problem, ready.near()
    poor = Problem(problem.setup.with_free(np.array(burst.START)), problem)
    best = Problem(problem.setup.with_free(ready.best), problem)
    edits = (Freeze((11,)).apply, Link((6, 11)).apply)
    batches = {
        n: ready.best + 1e-3 * np.random.default_rng(2).standard_normal((n, len(ready.best))) for n in (64, 1024)
    }
    session = FitSession(ready.infer)
    values = enumerate(itertools.cycle(np.linspace(-1.4, -1.6, 60)))

    def loop(call: Callable[[], Any]) -> Callable[[], float]:
        return lambda: alternate(call, None, 1.0, rounds=1, least=0.1)[0][0]

    def wall(call: Callable[[], Any]) -> Callable[[], float]:
        def timed() -> float:
            begun = time.perf_counter()
            call()
            return time.perf_counter() - begun

        return timed

    def click(then: Callable[[Any], Any]) -> Callable[[], None]:
        return lambda: [then(Problem(edit(best.setup), problem)) for edit in edits] and None

    def drag() -> None:
        evaluator = getattr(session, "evaluator", None) or session.reader
        for _ in range(50):
            seq, value = next(values)
            session.preview_drag(1, float(value), seq)
            evaluator.settle(10)

    def first_fit(cache: str) -> Callable[[], float]:
        code = jobs._FIRST.format(here=os.path.dirname(os.path.abspath(jobs.__file__)))
        return lambda: jobs._cpu(code, cache)

    warm = tempfile.mkdtemp()
    found = {
        "one statistic": loop(lambda: problem.stat(place())),
        "with its gradient": loop(lambda: problem.value_and_grad(place())),
        "batch of 64": loop(lambda: problem.batch(batches[64])),
        "batch of 1024": loop(lambda: problem.batch(batches[1024])),
        "fit from the poor start": loop(lambda: run_engine("fit", poor)),
        "without errors and draws": loop(lambda: float(minimise(poor, poor.setup.free_values).f)),
        "click, next statistic": loop(click(lambda p: p.stat())),
        "click, refit": loop(click(lambda p: run_engine("fit", p))),
        "preview": wall(lambda: run_engine("preview", best)),
        "nested": wall(lambda: run_engine("nested", best)),
        "multinest, 60 live points": wall(lambda: run_engine("multinest", best, live=60)),
        "nuts": wall(lambda: run_engine("nuts", best)),
        "64 simulated": wall(lambda: run_engine("bootstrap", best, simulations=64)),
        "256 simulated": wall(lambda: run_engine("bootstrap", best, simulations=256)),
        "slider, 50 steps": wall(drag),
        "import": lambda: jobs._cpu("import spec_lab", warm),
        "first fit, nothing compiled": first_fit(""),
        "first fit, compiled before": first_fit(warm),
    }
    for name, probe in found.items():
        if name != "first fit, nothing compiled":
            probe()  # whatever is done only once
    return found


def serve() -> None:
    """Run the jobs that are asked for on standard input, one name a line, and answer each with its seconds."""
    answers, sys.stdout = sys.stdout, sys.stderr
    found = probes()
    print(json.dumps(list(found)), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(found[line.strip()]()), file=answers, flush=True)


class Checkout:
    """A process that runs the jobs of one checkout."""

    def __init__(self, folder: str) -> None:
        folder = os.path.abspath(folder)
        paths = [folder, os.path.join(folder, "widgets"), os.path.join(folder, "benchmarks")]
        self.process = subprocess.Popen(
            [sys.executable, "-P", os.path.abspath(__file__), "--serve"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.jobs: list[str] = self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def run(self, job: str) -> float:
        """Seconds of one job."""
        assert self.process.stdin is not None
        print(job, file=self.process.stdin, flush=True)
        return float(self._answer())


def interval(ratios: list[float]) -> tuple[float, float]:
    """95 % interval of the median, by bootstrap over the rounds."""
    import numpy as np

    drawn = np.random.default_rng(0).choice(ratios, (4000, len(ratios)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Alternate both checkouts and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("jobs", nargs="*", help="all by default")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    old, new = Checkout(given.old), Checkout(given.new)
    chosen = given.jobs or [job for job in old.jobs if job in new.jobs]
    pairs: dict[str, list[tuple[float, float]]] = {job: [] for job in chosen}
    try:
        for turn in range(given.rounds):
            if turn and turn % 5 == 0:
                old.close()
                new.close()
                old, new = Checkout(given.old), Checkout(given.new)
            for job in chosen:
                times = {id(side): side.run(job) for side in ((old, new) if turn % 2 else (new, old))}
                pairs[job].append((times[id(old)], times[id(new)]))
            print(f"round {turn + 1} of {given.rounds}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("stopped: the rounds until here")
    show(pairs)


def show(pairs: dict[str, list[tuple[float, float]]]) -> None:
    """Print medians and ratios, one job a line."""
    print(f"{'job':30}{'old, s':>12}{'new, s':>12}{'new / old':>11}   95 % interval")
    for job, seen in pairs.items():
        if not seen:
            continue
        ratios = [b / a for a, b in seen]
        low, high = interval(ratios)
        verdict = "slower" if low > LIMIT else ""
        old_s, new_s = median(a for a, _ in seen), median(b for _, b in seen)
        print(f"{job:30}{old_s:12.4g}{new_s:12.4g}{median(ratios):11.3f}   {low:.3f} - {high:.3f}  {verdict}")


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main()
