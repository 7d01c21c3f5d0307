"""Ground floor: teaching errors, files written whole or not at all, optional dependencies. Knows no spectra, JAX or widgets."""

from spec_lab._base.atomic import replace_folder as replace_folder
from spec_lab._base.atomic import written_whole as written_whole
from spec_lab._base.distances import MPC as MPC
from spec_lab._base.distances import luminosity_distance_cm as luminosity_distance_cm
from spec_lab._base.errors import (
    DataError as DataError,
)
from spec_lab._base.errors import (
    EngineError as EngineError,
)
from spec_lab._base.errors import (
    MissingDependency as MissingDependency,
)
from spec_lab._base.errors import (
    ModelError as ModelError,
)
from spec_lab._base.errors import (
    ParameterError as ParameterError,
)
from spec_lab._base.errors import (
    SpecLabError as SpecLabError,
)
from spec_lab._base.errors import (
    SpecLabWarning as SpecLabWarning,
)
from spec_lab._base.errors import (
    StatisticError as StatisticError,
)
from spec_lab._base.errors import nearest as nearest
from spec_lab._base.expressions import OPERATORS as OPERATORS
from spec_lab._base.expressions import SYMBOLS as SYMBOLS
from spec_lab._base.expressions import UnreadableExpression as UnreadableExpression
from spec_lab._base.expressions import evaluate as evaluate
from spec_lab._base.expressions import read_expression as read_expression
from spec_lab._base.fits_frame import Content as Content
from spec_lab._base.fits_frame import read_hdus as read_hdus
from spec_lab._base.forks import refuse_forked_child as refuse_forked_child
from spec_lab._base.info import Info as Info
from spec_lab._base.numbered import Numbered as Numbered
from spec_lab._base.numbers import between as between
from spec_lab._base.numbers import decimal_text as decimal_text
from spec_lab._base.numbers import finite as finite
from spec_lab._base.numbers import interval_text as interval_text
from spec_lab._base.numbers import number_text as number_text
from spec_lab._base.numbers import plain as plain
from spec_lab._base.numbers import printed as printed
from spec_lab._base.numbers import reduced_text as reduced_text
from spec_lab._base.numbers import statistic_text as statistic_text
from spec_lab._base.numbers import value_and_error as value_and_error
from spec_lab._base.numbers import with_error as with_error
from spec_lab._base.numbers import with_sides as with_sides
from spec_lab._base.optional import require as require
from spec_lab._base.physical_units import as_quantity as as_quantity
from spec_lab._base.physical_units import held_number as held_number
from spec_lab._base.physical_units import in_unit as in_unit
from spec_lab._base.physical_units import is_quantity as is_quantity
from spec_lab._base.physical_units import physical_unit as physical_unit
from spec_lab._base.precision import ByPrecision as ByPrecision
from spec_lab._base.precision import decimal as decimal
from spec_lab._base.providers import provided as provided
from spec_lab._base.read_only import ReadOnlyCfg as ReadOnlyCfg
from spec_lab._base.read_only import ReadOnlyPar as ReadOnlyPar
from spec_lab._base.table_files import write_json as write_json
from spec_lab._base.table_files import write_tables as write_tables
from spec_lab._base.whole_number import whole_number as whole_number
