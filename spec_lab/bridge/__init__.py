"""Floor 3, bridge: belief. How a value becomes a NumPyro site, and what is believed about it before the data.

`priors` are the beliefs about one number (`unif(-2, 2)`), needed everywhere and light. `PyroxModule` and `Parameterized`
let equinox modules name and register NumPyro sites; they are fetched when first used, so that a floor which only needs
priors does not pay for NumPyro. The rest of the library does not know that NumPyro exists.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spec_lab.bridge.context import Context as Context
    from spec_lab.bridge.descriptors import PyroxParam as PyroxParam
    from spec_lab.bridge.descriptors import PyroxSample as PyroxSample
    from spec_lab.bridge.module import PyroxModule as PyroxModule
    from spec_lab.bridge.module import pyrox_method as pyrox_method
    from spec_lab.bridge.parameterized import Parameterized as Parameterized
    from spec_lab.bridge.priors import Prior as Prior
    from spec_lab.bridge.priors import parse_prior as parse_prior

_HOME = {
    "Context": "context",
    "PyroxParam": "descriptors",
    "PyroxSample": "descriptors",
    "PyroxModule": "module",
    "pyrox_method": "module",
    "Parameterized": "parameterized",
    "Prior": "priors",
    "parse_prior": "priors",
    **dict.fromkeys(
        [
            "unif",
            "logunif",
            "norm",
            "lognorm",
            "truncnorm",
            "truncnorm_range",
            "cauchy",
            "cosine",
            "coslat",
            "beta",
            "gamma",
            "expon",
            "plaw",
        ],
        "priors",
    ),
    **dict.fromkeys(["all_priors", "list_priors", "families", "log_density", "quantile"], "priors"),
}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"spec_lab.bridge.{_HOME[name]}"), name)
    raise AttributeError(f"module 'spec_lab.bridge' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
