"""Which model? Information criteria, evidences, predictive criteria; several results side by side, and the one to keep."""

from spec_lab._base import value_and_error as with_error
from spec_lab.results.criteria.comparison import compare
from spec_lab.results.criteria.criteria import Criteria, maximum_in, maximum_stat, with_maximum
from spec_lab.results.criteria.formulas import (
    THRESHOLDS,
    aic,
    aicc,
    akaike_weights,
    bayes_factor,
    bic,
    combine_evidence,
    evidence_weights,
    paired_error,
    simplest,
    strength,
)
from spec_lab.results.criteria.out_of_sample import TRUSTED_K, Predictive, loo, to_arviz, waic
from spec_lab.results.criteria.selection import Selection, select_model
from spec_lab.results.criteria.table import CriteriaValues

__all__ = [
    "THRESHOLDS",
    "TRUSTED_K",
    "Criteria",
    "CriteriaValues",
    "Predictive",
    "Selection",
    "aic",
    "aicc",
    "akaike_weights",
    "bayes_factor",
    "bic",
    "combine_evidence",
    "compare",
    "evidence_weights",
    "loo",
    "maximum_in",
    "maximum_stat",
    "paired_error",
    "select_model",
    "simplest",
    "strength",
    "to_arviz",
    "waic",
    "with_error",
    "with_maximum",
]
