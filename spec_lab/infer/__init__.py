"""The façade: Infer, BayesInfer and MaxLikeFit with the documented names, live handles, and readings of results."""

from spec_lab.infer.analyzer import Bootstrap, Posterior, SampleAnalyzer
from spec_lab.infer.bayes import BayesInfer
from spec_lab.infer.comparison import compare
from spec_lab.infer.drawings import Profile
from spec_lab.infer.infer import Infer
from spec_lab.infer.maxlike import MaxLikeFit
from spec_lab.infer.pair import Pair
from spec_lab.infer.par import Cfg, Par
from spec_lab.infer.selection import Selection, select_model

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
