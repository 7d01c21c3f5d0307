"""What a `Struct` costs beside a plain equinox module: construction, flattening, unflattening.

Run `python benchmarks/bench_tree.py [instances]`. It prints medians of alternating rounds and their ratio, both taken
in one run, because only such ratios mean anything on a shared machine. Goal: no ratio above 1.5.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import numpy as np

from spec_lab.tree import Struct, field
from spec_lab.tree.attrs import define
from spec_lab.tree.attrs import field as attrs_field


class ModuleLine(eqx.Module):
    """The yardstick."""

    x: Any
    y: Any
    name: str = eqx.field(static=True, default="line")


class StructLine(Struct):
    """The same fields, as a Struct."""

    x: Any
    y: Any
    name: str = field(static=True, default="line")


@define
class AttrsLine:
    """The same fields, as an attrs class."""

    x: Any
    y: Any
    name: str = attrs_field(static=True, default="line")


def jobs(cls: type, n: int) -> dict[str, Callable[[], Any]]:
    """The three timed loops over `n` instances of a class."""
    x, y = np.zeros(3), np.ones(3)
    made = cls(x, y)
    leaves, treedef = jax.tree_util.tree_flatten(made)
    return {
        "construct": lambda: [cls(x, y) for _ in range(n)],
        "flatten": lambda: [jax.tree_util.tree_flatten(made) for _ in range(n)],
        "unflatten": lambda: [jax.tree_util.tree_unflatten(treedef, leaves) for _ in range(n)],
    }


def seconds(job: Callable[[], Any]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def measure(n: int, rounds: int = 15) -> dict[str, dict[str, float]]:
    """Median seconds per job and class; the classes take turns within each round."""
    table = {cls.__name__: jobs(cls, n) for cls in (ModuleLine, StructLine, AttrsLine)}
    times: dict[str, dict[str, list[float]]] = {job: {name: [] for name in table} for job in jobs(ModuleLine, 1)}
    for _ in range(rounds):
        for job, row in times.items():
            for name, run in row.items():
                run.append(seconds(table[name][job]))
    return {job: {name: statistics.median(runs) for name, runs in row.items()} for job, row in times.items()}


def main(n: int = 10_000) -> None:
    """Print the table of µs per instance and ratios."""
    print(f"{'job':<10} {'Module':>10} {'Struct':>10} {'ratio':>7} {'attrs':>10} {'ratio':>7}   (µs each, of {n})")
    for job, row in measure(n).items():
        base, struct, attrs = (1e6 * value / n for value in row.values())
        print(f"{job:<10} {base:>10.3f} {struct:>10.3f} {struct / base:>7.2f} {attrs:>10.3f} {attrs / base:>7.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
