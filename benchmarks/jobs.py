"""The jobs: what a person in the Lab waits for, one function a job, each giving rows of the table."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import burst
import jax
import numpy as np
import real_work
from timing import Row, alternate, wall

from spec_lab.engines import run_engine
from spec_lab.engines.newton import minimise
from spec_lab.fit import Freeze, Link, Problem, Setup
from spec_lab.session import FitSession


class Problems:
    """The problem of the jobs, and the peer's."""

    def __init__(self) -> None:
        self.infer = burst.make()
        self.problem = self.infer.problem
        self.peer = burst.make_peer()
        self.best = run_engine("fit", self.problem).best

    def near(self) -> Callable[[], np.ndarray]:
        """Places near the best fit, another one each call, so that nothing can be remembered."""
        places = self.best + 1e-3 * np.random.default_rng(1).standard_normal((997, len(self.best)))
        counter = iter(range(10**9))
        return lambda: places[next(counter) % 997]


class Compiles:
    """Counts XLA compilations while it is open."""

    def __enter__(self) -> "Compiles":
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._hear)
        return self

    def _hear(self, event: str, duration: float, **_: Any) -> None:
        self.count += event == "/jax/core/compile/backend_compile_duration"

    def __exit__(self, *_: object) -> None:
        jax.monitoring.unregister_event_duration_listener(self._hear)


def statistic(problems: Problems) -> Iterator[Row]:
    """One statistic, with gradient, and in batches."""
    place, problem = problems.near(), problems.problem
    peer = (lambda: problems.peer.calc_stat(place())) if problems.peer else None
    ours, theirs = alternate(lambda: problem.stat(place()), peer, 1e6)
    yield Row("one statistic", "us CPU", ours, "<= 40", theirs)
    both, alone = alternate(lambda: problem.value_and_grad(place()), lambda: problem.stat(place()), 1e6)
    yield Row("with its gradient", "us CPU", both, "<= 1.4 x", alone, "the peer is our own statistic alone")
    for size, goal in ((64, "<= 5"), (1024, "<= 4")):
        rows = problems.best + 1e-3 * np.random.default_rng(2).standard_normal((size, len(problems.best)))
        ours, theirs = alternate(lambda rows=rows: problem.batch(rows), peer, 1e6)
        yield Row(f"one of a batch of {size}", "us CPU", [t / size for t in ours], goal, theirs)


def fits(problems: Problems) -> Iterator[Row]:
    """A fit from the poor start, and what a click on link or freeze costs."""
    start = problems.problem.setup.with_free(np.array(burst.START))
    problem = Problem(start, problems.problem)
    peer = _peer_fit(problems.peer) if problems.peer else None
    ours, theirs = alternate(lambda: run_engine("fit", problem), peer, 1e3, rounds=7)
    stat = run_engine("fit", problem).stat
    yield Row(
        "fit from the poor start", "ms CPU", ours, "<= 3", theirs, f"stat {stat:.4f}, errors and 1000 draws included"
    )
    bare, _ = alternate(lambda: float(minimise(problem, start.free_values).f), None, 1e3, rounds=7)
    yield Row("the same without errors and draws", "ms CPU", bare, "<= 3")
    yield from clicks(problems)


def _peer_fit(peer: Any) -> Callable[[], Any]:
    def fit() -> None:
        peer.at_par(list(burst.START))
        with open(os.devnull, "w") as silent:
            was, sys.stdout = sys.stdout, silent
            try:
                peer.iminuit()
            finally:
                sys.stdout = was

    return fit


def clicks(problems: Problems) -> Iterator[Row]:
    """Freeze and thaw: the next statistic, the refit, and the number of programs compiled."""
    base = problems.problem.setup.with_free(problems.best)
    edits: tuple[Callable[[Setup], Setup], ...] = (Freeze((11,)).apply, Link((6, 11)).apply)

    def next_stat() -> None:
        for edit in edits:
            Problem(edit(base), problems.problem).stat()

    def refit() -> None:
        for edit in edits:
            run_engine("fit", Problem(edit(base), problems.problem))

    next_stat(), refit()
    with Compiles() as compiles:
        first, _ = alternate(next_stat, None, 1e3 / len(edits))
        second, _ = alternate(refit, None, 1e3 / len(edits), rounds=7)
    yield Row("link or freeze, next statistic", "ms CPU", first, "<= 0.5", note=f"{compiles.count} programs compiled")
    yield Row("link or freeze, refit", "ms CPU", second, "<= 5")


def posteriors(problems: Problems) -> Iterator[Row]:
    """Preview, NUTS, nested sampling, and MultiNest where its library is found; warm, wall time."""
    problem = Problem(problems.problem.setup.with_free(problems.best), problems.problem)
    for job, engine, rounds, goal in (
        ("posterior preview with ln Z", "preview", 9, "<= 0.12"),
        ("ln Z by nested sampling", "nested", 3, "<= 8"),
        ("ln Z by MultiNest", "multinest", 1, ""),
    ):
        try:
            run_engine(engine, problem)
        except ImportError:
            continue
        times, outcomes = wall(lambda engine=engine: run_engine(engine, problem), rounds)
        last = outcomes[-1]
        note = f"ln Z {last.log_evidence:.3f} +- {last.log_evidence_error:.3f}, ESS {last.figures['ess']:.0f}"
        yield Row(job, "s", times, goal, note=note)
    run_engine("nuts", problem)
    times, outcomes = wall(lambda: run_engine("nuts", problem), 3)
    rates = [o.figures["ess"] / t for o, t in zip(outcomes, times, strict=True)]
    yield Row("NUTS", "ESS/s", rates, ">= 600", note=f"{len(outcomes[-1].draws)} draws in {times[-1]:.2f} s")


def simulated(problems: Problems) -> Iterator[Row]:
    """Many simulated spectra, simulated and fitted together."""
    problem = Problem(problems.problem.setup.with_free(problems.best), problems.problem)
    run_engine("bootstrap", problem, simulations=64)
    for size, goal in ((64, "<= 0.1"), (256, "<= 0.3")):
        times, _ = wall(lambda size=size: run_engine("bootstrap", problem, simulations=size), 5)
        yield Row(f"{size} simulated spectra fitted", "s", times, goal)


def slider(problems: Problems) -> Iterator[Row]:
    """A moving slider: from the value to the exact curves in the kernel. The browser's part is measured in its own tests."""
    session = FitSession(problems.infer)
    try:
        values = enumerate(np.linspace(-1.4, -1.6, 60))

        def drag() -> None:
            seq, value = next(values)
            session.preview_drag(1, float(value), seq)
            session.evaluator.settle(10)
            assert session.evaluator.dragged is not None and session.evaluator.dragged.seq == seq

        drag()
        times, _ = wall(drag, 50)
        late = sorted(times)[47]
        yield Row(
            "slider, exact curves in the kernel",
            "ms",
            [1e3 * t for t in times],
            "<= 40",
            note=f"95 %: {1e3 * late:.1f}",
        )
    finally:
        session.close()


_FIRST = "import sys; sys.path.insert(0, {here!r}); import burst; i = burst.make(); i.run('fit')"


def starts(_: Problems) -> Iterator[Row]:
    """New processes: import, and import to first fit, without and with programs compiled before; CPU time of the process."""
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as cache:
        first = _FIRST.format(here=here)
        yield Row("import spec_lab", "s CPU", [_cpu("import spec_lab", cache) for _ in range(5)], "<= 0.3")
        yield Row("new process to first fit, nothing compiled", "s CPU", [_cpu(first, "") for _ in range(3)], "<= 3.5")
        _cpu(first, cache)
        yield Row(
            "new process to first fit, compiled before", "s CPU", [_cpu(first, cache) for _ in range(5)], "<= 2.4"
        )


def microcalorimeter(_: Problems) -> Iterator[Row]:
    """New processes: a response of 16 000 and of 60 000 channels and as many photon bins, read and fitted; CPU time."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "microcalorimeter.py")
    goals = {16_000: ("<= 1", "<= 1.5", "<= 4", "<= 0.6"), 60_000: ("<= 2.5", "<= 5", "<= 6", "<= 0.8")}
    with tempfile.TemporaryDirectory() as folder:
        for size, (read, statistic, fit, memory) in goals.items():
            call = [sys.executable, script, str(size), folder]
            subprocess.run([*call, "--write"], check=True)
            nothing_compiled = {**os.environ, "JAX_COMPILATION_CACHE_DIR": ""}
            runs = [subprocess.run(call, check=True, capture_output=True, env=nothing_compiled) for _ in range(3)]
            seen = [json.loads(run.stdout) for run in runs]
            yield Row(f"{size} channels: read", "s CPU", [s["read"] for s in seen], read)
            yield Row(f"{size} channels: one statistic", "ms CPU", [1e3 * s["statistic"] for s in seen], statistic)
            yield Row(f"{size} channels: first fit", "s CPU", [s["fit"] for s in seen], fit, note="compile included")
            yield Row(f"{size} channels: memory", "GB", [s["memory"] for s in seen], memory)


def models(_: Problems) -> Iterator[Row]:
    """Five models on a real spectrum of 3C 273."""
    yield from real_work.run_models()


def linked(_: Problems) -> Iterator[Row]:
    """Forty spectra with one parameter in common."""
    yield from real_work.run_linked()


def _cpu(code: str, cache: str) -> float:
    """CPU seconds of a new interpreter, with a folder of compiled programs (none for "")."""
    before = os.times()
    environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": cache}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


JOBS: dict[str, Callable[[Problems], Iterator[Row]]] = {
    job.__name__: job
    for job in (statistic, fits, posteriors, simulated, slider, starts, microcalorimeter, models, linked)
}
