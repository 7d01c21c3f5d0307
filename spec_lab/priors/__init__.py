"""Floor 2, priors: what is believed about one number before the data, as text, as NumPy, as compiled JAX.

`families` is the table: one row a family, see `family`. `prior` is the frozen value, `grammar` its text form, `density` the
vectorised functions by family code, `makers` the documented spellings (`unif(-2, 2)`). `distributions` reads distribution objects
of NumPyro, which is never imported here; the way back is the bridge's. Scipy's frozen distributions are never on a hot path.
"""

from spec_lab.priors.density import FLAT as FLAT
from spec_lab.priors.density import cumulative as cumulative
from spec_lab.priors.density import cumulative_np as cumulative_np
from spec_lab.priors.density import log_density as log_density
from spec_lab.priors.density import log_density_np as log_density_np
from spec_lab.priors.density import quantile as quantile
from spec_lab.priors.density import quantile_np as quantile_np
from spec_lab.priors.distributions import Distribution as Distribution
from spec_lab.priors.families import BY_NAME as BY_NAME
from spec_lab.priors.family import Family as Family
from spec_lab.priors.makers import all_priors as all_priors
from spec_lab.priors.makers import beta as beta
from spec_lab.priors.makers import cauchy as cauchy
from spec_lab.priors.makers import cosine as cosine
from spec_lab.priors.makers import coslat as coslat
from spec_lab.priors.makers import expon as expon
from spec_lab.priors.makers import gamma as gamma
from spec_lab.priors.makers import lognorm as lognorm
from spec_lab.priors.makers import logunif as logunif
from spec_lab.priors.makers import norm as norm
from spec_lab.priors.makers import plaw as plaw
from spec_lab.priors.makers import truncnorm as truncnorm
from spec_lab.priors.makers import truncnorm_range as truncnorm_range
from spec_lab.priors.makers import unif as unif
from spec_lab.priors.prior import Prior as Prior
from spec_lab.priors.prior import as_prior as as_prior
from spec_lab.priors.prior import families as families
from spec_lab.priors.prior import list_priors as list_priors
from spec_lab.priors.prior import parse_prior as parse_prior
from spec_lab.priors.prior_in_units import PriorInUnits as PriorInUnits
