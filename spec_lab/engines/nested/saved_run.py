"""The file of a nested run: its points and where its random numbers stand, so that it can go on where it ended.

A run that goes on does what it would have done had it not been stopped, to the last digit. What the file belongs to is told by
its fingerprint (`fingerprint`).
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spec_lab.engines.chain_files import opened_arrays, save_arrays
from spec_lab.engines.nested.slice_moves import Points

RUN = "1-nested.npz"


class SavedRun(NamedTuple):
    """What a run is made of.

    Attributes:
        live: The live points.
        dead: The points that died, round by round.
        log_volume: ln of the prior volume that the live points fill.
        log_dead: ln of the evidence of the dead.
        calls: Likelihoods computed so far.
        random: State of the random generator, as `numpy.random.Generator` tells it.
    """

    live: Points
    dead: list[Points]
    log_volume: float
    log_dead: float
    calls: int
    random: dict[str, Any]


def write(folder: Path, run: SavedRun) -> None:
    """Keep a run; the file is written whole or not at all."""
    arrays: dict[str, Any] = {f"live_{name}": getattr(run.live, name) for name in Points._fields}
    fallen = Points._fields if run.dead else ()
    arrays |= {f"dead_{name}": np.concatenate([getattr(points, name) for points in run.dead]) for name in fallen}
    numbers = np.array([run.log_volume, run.log_dead, run.calls, len(run.dead)])
    save_arrays(folder / RUN, numbers=numbers, random=json.dumps(run.random), **arrays)


def read(folder: Path) -> SavedRun:
    """The run that `write` kept."""
    with opened_arrays(folder / RUN) as file:
        log_volume, log_dead, calls, rounds = file["numbers"]
        live = Points(*(file[f"live_{name}"] for name in Points._fields))
        dead: list[Points] = []
        if rounds:
            parts = [np.split(file[f"dead_{name}"], int(rounds)) for name in Points._fields]
            dead = [Points(*arrays) for arrays in zip(*parts, strict=True)]
        return SavedRun(live, dead, float(log_volume), float(log_dead), int(calls), json.loads(str(file["random"])))
