"""Is the fit good? The statistic against its expectation, runs of residuals, each channel's place in what was expected."""

from spec_lab.results.goodness.formulas import (
    Goodness,
    Runs,
    chi2_goodness,
    cstat_goodness,
    expected_cstat,
    joint_goodness,
    longest_run_chance,
    normal_scores,
    pit,
    qq,
    runs_test,
)
from spec_lab.results.goodness.goodness_of_fit import GoodnessOfFit, UnitGoodness
from spec_lab.results.goodness.table import stat_table
from spec_lab.results.goodness.transform import Pit

__all__ = [
    "Goodness",
    "GoodnessOfFit",
    "Pit",
    "Runs",
    "UnitGoodness",
    "chi2_goodness",
    "cstat_goodness",
    "expected_cstat",
    "joint_goodness",
    "longest_run_chance",
    "normal_scores",
    "pit",
    "qq",
    "runs_test",
    "stat_table",
]
