"""The problem that most jobs use: a cut-off power law on a real gamma-ray burst seen by two detectors, four free parameters.

Fermi/GBM NaI 8-900 keV and BGO 300-38000 keV, profiled Gaussian-background statistic, a free factor on the BGO's effective
area, and a poor start. The same for a peer where one is installed.
"""

import importlib.util
import warnings
from typing import Any

from spec_lab import BayesInfer, datasets, unif
from spec_lab._base import DataError

START = (-1.0, 2.0, 0.0, 1.0)
PRIORS = {1: (-3, 1), 2: (1, 4), 3: (-3, 5), 11: (0.5, 2)}
WINDOWS = {"me": [8, 900], "he": [300, 38000]}


def make() -> BayesInfer:
    """Our side; the simulated burst of the package stands in where the real one cannot be had."""
    from spec_lab.models import Model

    try:
        data = datasets.load("grb-me-he")
    except DataError:
        print("The real burst is not here (set SPEC_LAB_DATA): these are times on the simulated one of the package.")
        data = datasets.load("burst")
    infer = BayesInfer([(data, Model.parse("cutoffpl"))])
    infer.par[11].thaw()
    for pid, (low, high) in PRIORS.items():
        infer.par[pid].prior = unif(low, high)
    infer.at_par(START)
    return infer


def make_peer() -> Any:
    """bayspec's `MaxLikeFit` of the same, or None where it is not installed or the real burst is not here."""
    if importlib.util.find_spec("bayspec") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bayspec
        from bayspec.model.local import cpl

        try:
            files = datasets.paths("grb-me-he")
        except DataError:
            return None
        units = []
        for name, window in WINDOWS.items():
            given = {kind: str(files[f"{name}.{kind}"]) for kind in ("src", "bkg", "rsp")}
            units.append((name, bayspec.DataUnit(**given, stat="pgstat", notc=window)))
        model = cpl()
        model.config["vfv_peak"].val = False
        infer = bayspec.MaxLikeFit([(bayspec.Data(units), model)])
        infer.par["11"].frozen = False
        for pid, (low, high) in PRIORS.items():
            infer.par[str(pid)].prior = bayspec.unif(low, high)
        _ = infer.free_par_info  # brings its list of free parameters up to date
        infer.at_par(list(START))
    return infer
