"""Floor 7, bridge: how a value becomes a NumPyro site.

`PyroxModule` and `Parameterized` let equinox modules name and register NumPyro sites; `distribution` makes a NumPyro distribution
of a `Prior`. They are fetched when first used, so that who only needs a prior does not pay for NumPyro. The priors themselves are
`spec_lab.priors`; their names are documented here too.
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
    from spec_lab.priors import Prior as Prior
    from spec_lab.priors import parse_prior as parse_prior

_PRIORS = [
    *(
        "Prior",
        "parse_prior",
        "unif",
        "logunif",
        "norm",
        "lognorm",
        "truncnorm",
        "truncnorm_range",
        "cauchy",
        "cosine",
        "coslat",
    ),
    *("beta", "gamma", "expon", "plaw", "all_priors", "list_priors", "families", "log_density", "quantile"),
]
_HOME = {
    "Context": "context",
    "PyroxParam": "descriptors",
    "PyroxSample": "descriptors",
    "PyroxModule": "module",
    "pyrox_method": "module",
    "Parameterized": "parameterized",
}

__all__ = sorted([*_HOME, *_PRIORS])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOME or name in _PRIORS:
        home = "spec_lab.priors" if name in _PRIORS else f"spec_lab.bridge.{_HOME[name]}"
        return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'spec_lab.bridge' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
