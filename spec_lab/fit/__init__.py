"""The fit floor: what is free, and how good it is.

`slots` numbers the parameters, `setup` holds the state of a fit (`origin`: where its values and priors come from; `relations`:
what follows from links, freezes, priors and ties; `declared_ties`: what the variables of a model say, functions written as
`formula`; `shared_objects`: what stands in two places and so is one parameter). `edits` change it, `model_edits` and
`setting_edit` those after which there are other slots, `guess` moves it to a good start. `space` maps free vectors to all
parameters, and `problem` makes the whole computable with compiled functions that no edit of values, links, freezes, priors or
energy windows can make stale (`program_layout` arranges the data for them, `view` is what they see); `comparable` says whether
two statistics may be compared, `term_photons` what each part of a model gives. Engines, tables and widgets live above.
"""

from spec_lab.fit import links as links
from spec_lab.fit import ties as ties
from spec_lab.fit.comparable import incomparable as incomparable
from spec_lab.fit.descent import EDM_GOAL as EDM_GOAL
from spec_lab.fit.descent import Descent as Descent
from spec_lab.fit.descent import begin as begin
from spec_lab.fit.descent import begin_traced as begin_traced
from spec_lab.fit.descent import resume_minimise as resume_minimise
from spec_lab.fit.edits import Edit, Freeze, Link, Notice, Regroup, SetFree, SetPrior, SetTie, SetValue, Several, Unlink
from spec_lab.fit.formula import Formula as Formula
from spec_lab.fit.formula import formula_of as formula_of
from spec_lab.fit.model_edits import Append, SetModel, newly_shared
from spec_lab.fit.origin import Origin
from spec_lab.fit.pairs import PairSpec, make_pair
from spec_lab.fit.problem import Problem
from spec_lab.fit.program_layout import statistic_of as statistic_of
from spec_lab.fit.setting_edit import SetSetting
from spec_lab.fit.setup import Setup
from spec_lab.fit.slots import DATA_PARAMETERS, Slot
from spec_lab.fit.space import FreeSpace
from spec_lab.fit.space import from_cube_np as from_cube_np
from spec_lab.fit.space import from_u as from_u
from spec_lab.fit.space import log_prior as log_prior
from spec_lab.fit.space import log_priors_np as log_priors_np
from spec_lab.fit.space import to_u as to_u
from spec_lab.fit.term_photons import term_photons as term_photons
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
    "Regroup",
    "SetFree",
    "SetModel",
    "SetPrior",
    "SetSetting",
    "SetTie",
    "SetValue",
    "Setup",
    "Several",
    "Slot",
    "Unlink",
    "View",
    "links",
    "make_pair",
    "newly_shared",
    "ties",
]
