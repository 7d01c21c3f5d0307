"""A spectrum of a microcalorimeter, made here: as many channels as photon bins, a line of 5 eV, about 30 non-zeros a row.

`microcalorimeter.py 60000 FOLDER --write` writes the response into FOLDER; without `--write` it is read and folded,
tbabs*pl is fitted, and CPU seconds and the largest memory are printed as JSON. `run.py` does both for two sizes.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

TRUTH = np.array([0.1, -1.7, -1.0])


def write(path: Path, size: int) -> None:
    """Write the response: a Gaussian of 12 bins full width at half maximum under a bell of 300 cm²."""
    from scipy.sparse import csr_array

    from spec_lab.data import Response, SparseMatrix
    from spec_lab.data.ogip.write import write_rsp

    edges = np.linspace(0.3, 12.0, size + 1)
    offset = np.arange(-15, 15)
    line = np.exp(-0.5 * (offset / 5.0) ** 2)
    row, column = np.repeat(np.arange(size), 30), (np.arange(size)[:, None] + offset).ravel()
    value = np.tile(line / line.sum(), size) * 300.0 * np.exp(-0.5 * np.log(edges[row] / 2.0) ** 2)
    held = (column >= 0) & (column < size)
    matrix = SparseMatrix.of(csr_array((value[held], (row[held], column[held])), shape=(size, size)))
    write_rsp(path, Response(edges[:-1], edges[1:], edges[:-1], edges[1:], matrix, name="micro"))


def measure(path: Path) -> dict[str, Any]:
    """Seconds of CPU time of reading, one statistic and the first fit, and the largest memory of the process in GB."""
    import resource

    from spec_lab import BayesInfer
    from spec_lab.data import Data, DataUnit, Response, Source
    from spec_lab.models import Grid, Model

    begun = time.process_time()
    response = Response.from_file(path)
    read = time.process_time() - begun
    model = Model.parse("tbabs*pl")
    rate = np.asarray(model.photons(TRUTH, Grid.make(response.elo, response.ehi))) @ response.matrix
    counts = np.random.default_rng(0).poisson(1e5 * rate).astype(float)
    unit = DataUnit(src=Source(counts, exposure=1e5), rsp=response, stat="cstat")
    infer = BayesInfer([(Data([("micro", unit)]), model)])
    begun = time.process_time()
    posterior = infer.fit()
    first = time.process_time() - begun
    problem, start = infer.problem, np.asarray(posterior.par_best)
    begun = time.process_time()
    for i in range(20):
        problem.stat(start + 1e-6 * i)
    stat = (time.process_time() - begun) / 20
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"read": read, "fit": first, "statistic": stat, "memory": memory, "off": np.abs(start - TRUTH).max().item()}


def main() -> None:
    """Write what is missing, and measure."""
    size, path = int(sys.argv[1]), Path(sys.argv[2]) / f"micro_{sys.argv[1]}.rsp"
    if sys.argv[3:] == ["--write"]:
        write(path, size)
    else:
        print(json.dumps(measure(path)))


if __name__ == "__main__":
    main()
