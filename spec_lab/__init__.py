"""spec_lab: the interactive laboratory for spectral fitting.

This is the public door. It is lazy (PEP 562): `import spec_lab` brings in neither JAX nor pandas nor matplotlib; each
name is fetched from its floor when first used.

Importing it also switches JAX to double precision, aloud, and gives it a cache of compiled programs (see `_settings`).
"""

from importlib import import_module as _import_module

from spec_lab._base.providers import provide as _provide
from spec_lab._settings import prepare_jax

__version__ = "0.1.0"

_HOMES = {
    "spec_lab.data": ("Auxiliary", "Background", "BalrogResponse", "Data", "DataUnit", "Redistribution", "Response", "Source"),
    "spec_lab.models": ("Model", "component"),
    "spec_lab.infer": ("BayesInfer", "Bootstrap", "Infer", "MaxLikeFit", "Pair", "Posterior", "compare",
                       "select_model"),
    "spec_lab.exchange": ("ModelPlot", "Plot"),
    "spec_lab.session": ("autosaves", "recover"),
    "spec_lab.priors": (
        "beta", "cauchy", "cosine", "coslat", "expon", "gamma", "lognorm", "logunif", "norm", "plaw", "truncnorm", "unif",
    ),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = {"datasets": "spec_lab.data.datasets"} | {
    floor: "spec_lab." + floor
    for floor in (
        "tree", "priors", "variables", "data", "models", "statistics", "fit", "bridge", "engines", "results", "infer",
        "exchange", "session",
    )
}  # fmt: skip

__all__ = sorted([*_HOME, "datasets", "models"])  # pyright: ignore[reportUnsupportedDunderAll]


prepare_jax()
_provide("constraint.support", "spec_lab.bridge.support:support_of")
_provide("variable.fixed", "spec_lab.variables.variable:as_fixed")
for _name, _home in (
    ("joined", "algebra:join"),
    ("negated", "algebra:negated"),
    ("convolved", "algebra:convolve"),
    ("parse", "parse:parse"),
    ("band_photons", "integration.band_flux:band_photons"),
    ("par_table", "table:par_table"),
    ("cfg_table", "table:cfg_table"),
    ("html", "table:model_html"),
):
    _provide(f"model.{_name}", f"spec_lab.models.{_home}")
_provide("model.fitted", "spec_lab.infer.fitted_models:fitted_model")
_provide("component.reader", "spec_lab.bridge.components:read_component")
_provide("xcm.read", "spec_lab.exchange.xcm_fit:infer_from_xcm")
_provide("xcm.write", "spec_lab.exchange.xcm_writer:write_xcm")
_provide("prior.distribution", "spec_lab.bridge.distribution:make_distribution")


def __getattr__(name):
    if name in _HOME:
        return getattr(_import_module(_HOME[name]), name)
    if name in _MODULES:
        return _import_module(_MODULES[name])
    raise AttributeError("module 'spec_lab' has no attribute " + repr(name))


def __dir__():
    return sorted({"__all__", "__doc__", "__version__", *_HOME, *_MODULES})
