"""Floor 8: readings of results, as pure functions and values on arrays.

- `Sample`: estimates and intervals
- `criteria`: AIC, BIC, weights, Bayes factors; `predictive`: WAIC, LOO and InferenceData (arviz)
- `goodness`: expected statistics, PIT, QQ, runs; `replicas`: data as they might have been
- `information`: bits gained on a parameter; `smooth_density`: its posterior as a curve
- `psis`: importance weights; `ess`, `ess_sd`, `rhat`: how well chains are mixed (made on the floor of the engines)
- `Info`: the one table; `figures`: matplotlib; `corner_histograms`: the corner plot as integers for the live view

Nothing here knows a session, a set-up or an engine: the façade (`spec_lab.infer`) brings the arrays.
"""

import importlib
from typing import TYPE_CHECKING, Any

from spec_lab._base.info import Info
from spec_lab.analysis import criteria, goodness, replicas
from spec_lab.analysis.histograms import CornerHistograms, corner_histograms
from spec_lab.analysis.information import FEWEST, information, smooth_density
from spec_lab.analysis.predictive import Predictive, loo, to_arviz, waic
from spec_lab.analysis.sample import Sample, quantile
from spec_lab.engines.chain_diagnostics import ess, ess_sd, rhat

if TYPE_CHECKING:
    from spec_lab.analysis import figures
    from spec_lab.engines.psis import psis

__all__ = [
    "FEWEST",
    "CornerHistograms",
    "Info",
    "Predictive",
    "Sample",
    "corner_histograms",
    "criteria",
    "ess",
    "ess_sd",
    "figures",
    "goodness",
    "information",
    "loo",
    "psis",
    "quantile",
    "replicas",
    "rhat",
    "smooth_density",
    "to_arviz",
    "waic",
]


def __getattr__(name: str) -> Any:
    if name == "figures":  # brings matplotlib
        return importlib.import_module("spec_lab.analysis.figures")
    if name == "psis":  # its floor brings JAX
        return importlib.import_module("spec_lab.engines.psis").psis
    raise AttributeError(f"module 'spec_lab.analysis' has no attribute {name!r}")
