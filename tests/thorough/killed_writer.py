"""A program that writes over and over what the product writes, to be killed at any moment.

Each line of its input is a kind of file and a folder; for each it copies itself by a fork (JAX has computed nothing yet, so a
copy is whole), says the number of the copy, and, when that has ended, how. The copy says that it is at work by a file of its own.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import forks
from spec_lab.models import pl
from spec_lab.session import FitSession

ROUNDS = 10**6


def make_infer() -> BayesInfer:
    return BayesInfer([(make_data(1), pl())])


def write_fit(folder: Path, name: str, ready: Callable[[], None]) -> None:
    infer = make_infer()
    for i in range(ROUNDS):
        infer.par[1].val = -1.0 - (i % 7) / 10
        infer.export(folder / name, overwrite=True)
        ready()


def write_session(folder: Path, ready: Callable[[], None]) -> None:
    session = FitSession(make_infer())
    for i in range(ROUNDS):
        session.infer.par[1].val = -1.0 - (i % 7) / 10
        session.save(folder / "s.speclab")
        ready()


def write_autosave(folder: Path, ready: Callable[[], None]) -> None:
    session = FitSession(make_infer())
    session.autosave.begin(folder)
    for i in range(ROUNDS):
        session.infer.par[1].val = -1.0 - (i % 7) / 10
        session.autosave.flush()
        ready()


def write_tables(folder: Path, ready: Callable[[], None]) -> None:
    infer = make_infer()
    for _ in range(ROUNDS):
        infer.save(folder)
        ready()


def write_chain(folder: Path, engine: str, ready: Callable[[], None]) -> None:
    infer = make_infer()
    for i in range(ROUNDS):
        ready()
        run_chain(infer, engine, folder, resume=i % 3 > 0)


def run_chain(infer: BayesInfer, engine: str, folder: Path, resume: bool = True) -> None:
    """A short run that keeps its chain in the folder."""
    if engine == "emcee":
        infer.emcee(nstep=40, discard=10, resume=resume, savepath=str(folder))
    else:
        infer.nested(live=40, resume=resume, savepath=str(folder))


WRITERS: dict[str, Callable[[Path, Callable[[], None]], None]] = {
    "fit.zip": lambda folder, ready: write_fit(folder, "fit.zip", ready),
    "fit": lambda folder, ready: write_fit(folder, "fit", ready),
    "session": write_session,
    "autosave": write_autosave,
    "tables": write_tables,
    "emcee": lambda folder, ready: write_chain(folder, "emcee", ready),
    "nested": lambda folder, ready: write_chain(folder, "nested", ready),
}


def main() -> None:
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        kind, place = line.rstrip("\n").split(" ", 1)
        folder = Path(place)
        copy = os.fork()
        if copy == 0:
            forks._forked = False
            try:
                WRITERS[kind](folder, folder.with_suffix(".ready").touch)
            except BaseException:
                folder.with_suffix(".error").write_text(traceback.format_exc())
            os._exit(1)
        print(copy, flush=True)
        print(os.waitpid(copy, 0)[1], flush=True)


if __name__ == "__main__":
    main()
