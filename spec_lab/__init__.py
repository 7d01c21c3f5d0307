"""spec_lab: the interactive laboratory for spectral fitting.

This is the public door. It is lazy (PEP 562): `import spec_lab` brings in neither JAX nor pandas nor matplotlib; each
name is fetched from its floor when first used. Double precision is switched on here, aloud: fit statistics of order
1e3 must be right to 1e-8, which float32 cannot give. Set `JAX_ENABLE_X64=0` before the import to insist on single
precision.
"""

import importlib
import os
from typing import Any

os.environ.setdefault("JAX_ENABLE_X64", "1")

__version__ = "0.1.0"

_HOME = {
    "DataUnit": "spec_lab.data",
    "Data": "spec_lab.data",
    "Source": "spec_lab.data",
    "Background": "spec_lab.data",
    "Response": "spec_lab.data",
    "Redistribution": "spec_lab.data",
    "Auxiliary": "spec_lab.data",
    "Infer": "spec_lab.infer",
    "BayesInfer": "spec_lab.infer",
    "MaxLikeFit": "spec_lab.infer",
    "Pair": "spec_lab.infer",
    "Model": "spec_lab.models",
    **dict.fromkeys(
        ["unif", "logunif", "norm", "lognorm", "truncnorm", "cauchy", "cosine", "beta", "gamma", "expon", "plaw"],
        "spec_lab.bridge.priors",
    ),
}
_FLOORS = [
    "tree",
    "variables",
    "bridge",
    "data",
    "models",
    "statistics",
    "fit",
    "engines",
    "analysis",
    "infer",
    "session",
]  # reachable as attributes: spec_lab.data, ...

__all__ = sorted([*_HOME, "datasets", "models"])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name == "datasets":
        return importlib.import_module("spec_lab.data.datasets")
    if name in _FLOORS:
        return importlib.import_module(f"spec_lab.{name}")
    raise AttributeError(f"module 'spec_lab' has no attribute {name!r}")


def __dir__() -> "list[str]":  # quoted: Python 3.8 must get as far as the sentence in __main__
    return sorted([*globals(), *_HOME, *_FLOORS, "datasets"])
