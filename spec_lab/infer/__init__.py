"""The façade: Infer, BayesInfer and MaxLikeFit with the documented names, live handles, and readings of results."""

from spec_lab.infer.analyzer import Bootstrap, Posterior, SampleAnalyzer
from spec_lab.infer.infer import BayesInfer, Infer, MaxLikeFit
from spec_lab.infer.loading import check_fits as check_fits
from spec_lab.infer.loading import try_first_use as try_first_use
from spec_lab.infer.pair import Pair
from spec_lab.infer.par import Cfg, Par
from spec_lab.infer.store import LocalStore as LocalStore
from spec_lab.results.criteria import Selection, compare, select_model
from spec_lab.results.profiles import Profile

__all__ = [
    "BayesInfer",
    "Bootstrap",
    "Cfg",
    "Infer",
    "MaxLikeFit",
    "Pair",
    "Par",
    "Posterior",
    "Profile",
    "SampleAnalyzer",
    "Selection",
    "compare",
    "select_model",
]
