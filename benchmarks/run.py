"""All benchmarks by one command: `python benchmarks/run.py`, or some of them: `python benchmarks/run.py statistic fits`.

Prints a table of medians with their spread, the goal, and the ratio to a peer where one is installed. See README.md for how
it is measured; `bench_tree.py` has a table of its own.
"""

import argparse
import os
import platform
import sys

import jobs
from timing import Row, table


def main() -> None:
    """Run the jobs named on the command line, all by default."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("jobs", nargs="*", metavar="job", help="some of: " + ", ".join(jobs.JOBS))
    chosen = parser.parse_args().jobs or list(jobs.JOBS)
    if unknown := set(chosen) - set(jobs.JOBS):
        parser.error(f"no such job: {', '.join(unknown)}; there are {', '.join(jobs.JOBS)}")
    load = os.getloadavg()[0] if sys.platform != "win32" else float("nan")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}; Python {platform.python_version()}")
    problems = jobs.Problems()
    rows: list[Row] = []
    for name in chosen:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows.extend(jobs.JOBS[name](problems))
    print(table(rows))


if __name__ == "__main__":
    main()
