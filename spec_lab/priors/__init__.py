"""Floor 2, priors: what is believed about one number before the data, as text, as NumPy, as compiled JAX.

`families` holds the formulas, `prior` the frozen value with its text form (`parse` reads it), `kernels` the vectorised
functions by family code. The NumPyro distribution of a prior is made by the bridge. Scipy's frozen distributions are never
on a hot path.
"""

from spec_lab.priors.kernels import FLAT as FLAT
from spec_lab.priors.kernels import cumulative as cumulative
from spec_lab.priors.kernels import cumulative_np as cumulative_np
from spec_lab.priors.kernels import log_density as log_density
from spec_lab.priors.kernels import log_density_np as log_density_np
from spec_lab.priors.kernels import quantile as quantile
from spec_lab.priors.kernels import quantile_np as quantile_np
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
from spec_lab.priors.parse import parse_prior as parse_prior
from spec_lab.priors.prior import Prior as Prior
from spec_lab.priors.prior import families as families
from spec_lab.priors.prior import list_priors as list_priors
