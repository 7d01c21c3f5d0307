"""Results: what a run says, one folder a question, each with its numbers, its table and its figure.

- `estimates`: what is each parameter? `criteria`: which model? `goodness`: is the fit good? `predictive`: would the model give
  such data? `profiles`: how far may a parameter move? `fluxes`: how bright? `spectra`: data beside their model; `corner`: all
  marginals
- `figures`: all figures for print, through one door (matplotlib is imported with it); `drawing`: what a figure is
- `model_counts`: the counts that a model expects in each channel, on which `goodness` and `predictive` stand

Results know problems and outcomes, no store, no session: the documented interface over them is `spec_lab.infer`.
"""

import importlib
from typing import TYPE_CHECKING, Any

from spec_lab._base import Info
from spec_lab.engines import ess, ess_sd, rhat
from spec_lab.results import criteria, goodness, predictive
from spec_lab.results.checks import Checks as Checks
from spec_lab.results.checks import nearest_minimum as nearest_minimum
from spec_lab.results.corner import CornerHistograms, corner_histograms
from spec_lab.results.criteria import Predictive, compare, loo, select_model, to_arviz, waic
from spec_lab.results.estimates import FEWEST, Sample, information, quantile, smooth_density

if TYPE_CHECKING:
    from spec_lab.engines import psis
    from spec_lab.results import figures

__all__ = [
    "FEWEST",
    "CornerHistograms",
    "Info",
    "Predictive",
    "Sample",
    "compare",
    "corner_histograms",
    "criteria",
    "ess",
    "ess_sd",
    "figures",
    "goodness",
    "information",
    "loo",
    "predictive",
    "psis",
    "quantile",
    "rhat",
    "select_model",
    "smooth_density",
    "to_arviz",
    "waic",
]


def __getattr__(name: str) -> Any:
    if name == "figures":  # brings matplotlib
        return importlib.import_module("spec_lab.results.figures")
    if name == "psis":  # its floor brings JAX
        return importlib.import_module("spec_lab.engines.psis").psis
    raise AttributeError(f"module 'spec_lab.results' has no attribute {name!r}")
