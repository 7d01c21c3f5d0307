"""Floor 3, variables: what ONE value is — number, words, limits, frozen, derived — as equinox modules in a tree.

`Tagged` free, `Constrained` free within limits, `Fixed` frozen, `Derived` computed; constraints speak one vocabulary
(`bounds`, `bijector`, `support`); `unwrap` turns a tree of variables into plain arrays, once, at the edge of the model.
Priors are a floor below, NumPyro sites are the bridge's; who is linked to whom in a fit is decided on the fit floor.
"""

from spec_lab.variables import chart as chart
from spec_lab.variables.abstract import AbstractAnnotated as AbstractAnnotated
from spec_lab.variables.abstract import AbstractBounded as AbstractBounded
from spec_lab.variables.abstract import AbstractConstant as AbstractConstant
from spec_lab.variables.abstract import AbstractUnwrappable as AbstractUnwrappable
from spec_lab.variables.abstract import AbstractVariable as AbstractVariable
from spec_lab.variables.abstract import Param as Param
from spec_lab.variables.abstract import as_inexact as as_inexact
from spec_lab.variables.abstract import is_constant as is_constant
from spec_lab.variables.abstract import is_unwrappable as is_unwrappable
from spec_lab.variables.abstract import is_variable as is_variable
from spec_lab.variables.abstract import unwrap as unwrap
from spec_lab.variables.bijectors import AbstractBijector as AbstractBijector
from spec_lab.variables.bijectors import Affine as Affine
from spec_lab.variables.bijectors import Chain as Chain
from spec_lab.variables.bijectors import Softplus as Softplus
from spec_lab.variables.bounded import is_bounded as is_bounded
from spec_lab.variables.bounded import tree_base as tree_base
from spec_lab.variables.bounded import tree_bounds as tree_bounds
from spec_lab.variables.bounded import tree_update as tree_update
from spec_lab.variables.composite import CustomConstraint as CustomConstraint
from spec_lab.variables.composite import TransformedConstraint as TransformedConstraint
from spec_lab.variables.composite import TreeConstraint as TreeConstraint
from spec_lab.variables.constraints import AbstractConstraint as AbstractConstraint
from spec_lab.variables.constraints import GreaterThan as GreaterThan
from spec_lab.variables.constraints import Interval as Interval
from spec_lab.variables.constraints import LessThan as LessThan
from spec_lab.variables.constraints import Negative as Negative
from spec_lab.variables.constraints import Positive as Positive
from spec_lab.variables.constraints import RealLine as RealLine
from spec_lab.variables.copying import Copied as Copied
from spec_lab.variables.fields import constrained as constrained
from spec_lab.variables.fields import derived as derived
from spec_lab.variables.fields import rewrap as rewrap
from spec_lab.variables.fields import tagged as tagged
from spec_lab.variables.metadata import Metadata as Metadata
from spec_lab.variables.random import AbstractProbabilistic as AbstractProbabilistic
from spec_lab.variables.random import Random as Random
from spec_lab.variables.random import moved as moved
from spec_lab.variables.random import prior_of as prior_of
from spec_lab.variables.saving import ELEMENTARY as ELEMENTARY
from spec_lab.variables.surgery import as_fixed as as_fixed
from spec_lab.variables.surgery import as_free as as_free
from spec_lab.variables.surgery import combine as combine
from spec_lab.variables.surgery import freeze as freeze
from spec_lab.variables.surgery import map_variables as map_variables
from spec_lab.variables.surgery import named_variables as named_variables
from spec_lab.variables.surgery import partition as partition
from spec_lab.variables.surgery import thaw as thaw
from spec_lab.variables.surgery import tree_replace as tree_replace
from spec_lab.variables.tie import Tie as Tie
from spec_lab.variables.variable import Constrained as Constrained
from spec_lab.variables.variable import Derived as Derived
from spec_lab.variables.variable import Fixed as Fixed
from spec_lab.variables.variable import Tagged as Tagged
from spec_lab.variables.variable import words_of as words_of
from spec_lab.variables.wrappers import Computed as Computed
from spec_lab.variables.wrappers import Frozen as Frozen
from spec_lab.variables.wrappers import Parameterized as Parameterized
