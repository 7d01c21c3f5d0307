"""The façade: Infer, BayesInfer and MaxLikeFit with the documented names, live handles, and readings of results."""

from spec_lab.infer.analyzer import Bootstrap as Bootstrap
from spec_lab.infer.analyzer import Posterior as Posterior
from spec_lab.infer.analyzer import SampleAnalyzer as SampleAnalyzer
from spec_lab.infer.bayes import BayesInfer as BayesInfer
from spec_lab.infer.comparison import compare as compare
from spec_lab.infer.drawings import Profile as Profile
from spec_lab.infer.infer import Infer as Infer
from spec_lab.infer.maxlike import MaxLikeFit as MaxLikeFit
from spec_lab.infer.pair import Pair as Pair
from spec_lab.infer.par import Cfg as Cfg
from spec_lab.infer.par import Par as Par
from spec_lab.infer.selection import Selection as Selection
from spec_lab.infer.selection import select_model as select_model
