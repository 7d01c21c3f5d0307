"""What is each parameter? Estimates and intervals of draws, bits gained on a parameter, its posterior as a curve; tables."""

from spec_lab.results.estimates.estimates import Estimates
from spec_lab.results.estimates.information import FEWEST, Density, information, smooth_density
from spec_lab.results.estimates.post import Post, is_posterior, posts_of, sample_of, some_draws
from spec_lab.results.estimates.sample import ONE_SIGMA, Sample, quantile
from spec_lab.results.estimates.table import cfg_info, cfg_rows, estimates_info, free_par_info, par_info, prior_text

__all__ = [
    "FEWEST",
    "ONE_SIGMA",
    "Density",
    "Estimates",
    "Post",
    "Sample",
    "cfg_info",
    "cfg_rows",
    "estimates_info",
    "free_par_info",
    "information",
    "is_posterior",
    "par_info",
    "posts_of",
    "prior_text",
    "quantile",
    "sample_of",
    "smooth_density",
    "some_draws",
]
