"""Numbers of statistics, curves, a fit and a preview in the precision that JAX is set to, as JSON: for `test_engines_float32`."""

import json

import jax.numpy as jnp
import numpy as np
from small import make_data

from spec_lab import BayesInfer
from spec_lab.engines import run_engine
from spec_lab.models import bb, cpl, pl
from spec_lab.statistics import BinStatisticJX

COUNTS = {
    "S": np.array([3.0, 10.0, 0.0, 50.0]),
    "B": np.array([5.0, 5.0, 1.0, 20.0]),
    "m": np.array([2.0, 8.0, 0.1, 40.0]),
}
ERRORS = {"sigma_S": np.sqrt(COUNTS["S"] + 1), "sigma_B": np.sqrt(COUNTS["B"] + 1)}
STATISTICS = ("Gstat", "Cstat", "Pknown", "PPstat", "PGstat", "Lstat")


def numbers():
    """Every number by name."""
    infer = BayesInfer([(make_data(1), cpl(alpha=-1.1))])
    written = infer.par[1].val
    outcomes = [run_engine(engine, infer.problem) for engine in ("fit", "iminuit", "lmfit")]
    infer.fit()
    preview = infer.preview(seed=1)
    return {
        "precision": str(jnp.ones(1).dtype),
        "statistics": [
            np.asarray(getattr(BinStatisticJX, name)(**COUNTS, ts=1.0, tb=2.0, **ERRORS)).tolist()
            for name in STATISTICS
        ],
        "curves": [np.asarray(make().evaluate(np.geomspace(10, 1000, 9))).tolist() for make in (pl, cpl, bb)],
        "written": written,
        "states": [outcome.status.value for outcome in outcomes],
        "stats": [outcome.stat for outcome in outcomes],
        "errors": [outcome.errors.tolist() for outcome in outcomes],
        "stat": float(infer.stat),
        "best": [float(par.val) for par in infer.par.values()],
        "lnZ": float(preview.lnZ),
    }


if __name__ == "__main__":
    print(json.dumps(numbers()))
