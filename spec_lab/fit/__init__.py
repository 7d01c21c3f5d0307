"""The fit floor: what is free, and how good it is.

`slots` numbers the parameters, `setup` holds the state of a fit, `edits` change it (`regrown`: those after which there are
other slots), `space` maps free vectors to all parameters, and `problem` makes the whole computable with compiled functions that
no edit of values, links, freezes, priors or energy windows can make stale; `comparable` says whether two statistics may be
compared, `terms` what each part of a model gives.
Engines, tables and widgets live above.
"""

from spec_lab.fit import links as links
from spec_lab.fit.edits import Edit, Freeze, Link, Notice, SetFree, SetPrior, SetValue, Several, Tie, Unlink
from spec_lab.fit.origin import Origin
from spec_lab.fit.pairs import PairSpec, make_pair
from spec_lab.fit.problem import Problem
from spec_lab.fit.regrown import Append, SetModel
from spec_lab.fit.setup import Setup
from spec_lab.fit.slots import DATA_PARAMETERS, Slot
from spec_lab.fit.space import FreeSpace
from spec_lab.fit.view import View

__all__ = [
    "DATA_PARAMETERS",
    "Append",
    "Edit",
    "FreeSpace",
    "Freeze",
    "Link",
    "Notice",
    "Origin",
    "PairSpec",
    "Problem",
    "SetFree",
    "SetModel",
    "SetPrior",
    "SetValue",
    "Setup",
    "Several",
    "Slot",
    "Tie",
    "Unlink",
    "View",
    "links",
    "make_pair",
]
