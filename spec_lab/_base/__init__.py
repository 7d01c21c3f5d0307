"""Ground floor: teaching errors, files written whole or not at all, optional dependencies. Knows no spectra, JAX or widgets."""

from spec_lab._base.atomic import replace_folder as replace_folder
from spec_lab._base.atomic import written_whole as written_whole
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
from spec_lab._base.forks import refuse_forked_child as refuse_forked_child
from spec_lab._base.optional import require as require
