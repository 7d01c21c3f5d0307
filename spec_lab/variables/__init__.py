"""Floor 2, variables: what ONE value is — number, words, limits, frozen, derived — as equinox modules in a tree.

`Tagged` free, `Constrained` free within limits, `Fixed` frozen, `Derived` computed; constraints speak one vocabulary
(`bounds`, `bijector`, `support`); `unwrap` turns a tree of variables into plain arrays, once, at the edge of the model.
Beliefs about values (priors, sites) are the bridge's; who is linked to whom in a fit is decided on the fit floor.
"""

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
from spec_lab.variables.constraints import AbstractConstraint as AbstractConstraint
from spec_lab.variables.constraints import GreaterThan as GreaterThan
from spec_lab.variables.constraints import Interval as Interval
from spec_lab.variables.constraints import LessThan as LessThan
from spec_lab.variables.constraints import Negative as Negative
from spec_lab.variables.constraints import Positive as Positive
from spec_lab.variables.constraints import RealLine as RealLine
from spec_lab.variables.fields import constrained as constrained
from spec_lab.variables.fields import derived as derived
from spec_lab.variables.fields import rewrap as rewrap
from spec_lab.variables.fields import tagged as tagged
from spec_lab.variables.metadata import Metadata as Metadata
from spec_lab.variables.variable import Constrained as Constrained
from spec_lab.variables.variable import Derived as Derived
from spec_lab.variables.variable import Fixed as Fixed
from spec_lab.variables.variable import Tagged as Tagged
