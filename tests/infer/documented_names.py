"""The documented names of the inference interface, and what each of them is on a real spectrum: type, shape, unit, a neighbour.

One check a name. It gets what the name is read on; where a name changes something, or runs an engine, it works on a copy.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from spec_lab._base import ParameterError
from spec_lab.infer import Pair, SampleAnalyzer

INFER_METHODS = """append link unlink save prior_transform at_par calc_logprior calc_stat calc_pseudo_residual calc_loglike
calc_logprob""".split()
INFER_PROPERTIES = """pairs cdicts pdicts cfg par pvalues idpid all_config all_params free_par free_params free_plabels
clean_free_plabels free_indexed_plabels clean_free_indexed_plabels free_pvalues free_pranges free_nparams cfg_info par_info
free_par_info data_chbin_mean data_re_chbin_mean data_chbin_width data_re_chbin_width data_ctsrate data_re_ctsrate
data_ctsrate_error data_re_ctsrate_error data_ctsspec data_re_ctsspec data_ctsspec_error data_re_ctsspec_error data_phtspec
data_re_phtspec data_phtspec_error data_re_phtspec_error data_flxspec data_re_flxspec data_flxspec_error data_re_flxspec_error
data_ergspec data_re_ergspec data_ergspec_error data_re_ergspec_error model_ctsrate model_re_ctsrate model_ctsspec
model_re_ctsspec model_phtspec model_re_phtspec model_flxspec model_re_flxspec model_ergspec model_re_ergspec residual
re_residual prior_list prior logprior stat_list pseudo_residual_list weight_list stat pseudo_residual loglike_list loglike
npoint_list npoint all_stat prior_transform_func logprior_func loglike_func""".split()
BAYES = "multinest_safe_prior_transform multinest_safe_calc_loglike multinest emcee".split()
MAXLIKE = "lmfit_residual lmfit iminuit".split()
PAIR = """rate_to_fluxdensity conv_rate_to_fluxdensity model conv_ctsrate conv_ctsrate_f64 conv_re_ctsrate conv_ctsspec
conv_re_ctsspec phtspec_at_rsp re_phtspec_at_rsp flxspec_at_rsp re_flxspec_at_rsp ergspec_at_rsp re_ergspec_at_rsp cts_to_pht
re_cts_to_pht cts_to_flx re_cts_to_flx cts_to_erg re_cts_to_erg rate_to_flux conv_rate_to_flux deconv_phtspec deconv_re_phtspec
deconv_phtspec_error deconv_re_phtspec_error deconv_flxspec deconv_re_flxspec deconv_flxspec_error deconv_re_flxspec_error
deconv_ergspec deconv_re_ergspec deconv_ergspec_error deconv_re_ergspec_error residual re_residual stat_func
pseudo_residual_func stat_list pseudo_residual_list weight_list stat pseudo_residual loglike_list loglike npoint_list
npoint""".split()
ANALYZER = """sample_attribute analyzer_type save_prefix par_quantile par_error infer sample_statistic par_mean par_median
par_best par_best_ci par_truth par_Isigma par_IIsigma par_IIIsigma par_ninety_percent max_loglike aic aicc bic lnZ
free_par_info stat_info all_IC""".split()
STATISTICS = "Gstat Pstat PPstat PGstat PPstat_UL PGstat_UL".split()

Check = Callable[[Any], None]
CHECKS: dict[str, Check] = {}  # of an Infer, and of an analyzer, which is one
PAIR_CHECKS: dict[str, Check] = {}
ANALYZER_CHECKS: dict[str, Check] = {}
POWERS = {"phtspec": 0, "flxspec": 1, "ergspec": 2}
SHORT = {"phtspec": "pht", "flxspec": "flx", "ergspec": "erg"}


def check(table: dict[str, Check], *names: str) -> Callable[[Any], Any]:
    """Enter a function of (thing, name) for each of the names."""

    def enter(function: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
        for name in names:
            assert name not in table
            table[name] = lambda thing, name=name: function(thing, name)
        return function

    return enter


def failures(thing: Any, table: dict[str, Check], names: Sequence[str]) -> dict[str, str]:
    """The names whose check fails on a thing, with what it says."""
    found = {}
    for name in names:
        try:
            table[name](thing)
        except Exception as error:  # all of them are told together
            found[name] = f"{type(error).__name__}: {error}"
    return found


def units(thing: Any) -> list[Any]:
    """The data units of an Infer or a pair."""
    pairs = [thing] if isinstance(thing, Pair) else thing.pairs
    return [unit for pair in pairs for unit in pair.data.units]


def arrays(thing: Any, name: str, mark: str) -> list[np.ndarray]:
    """A documented list: one float64 array a unit, one number a group."""
    value = getattr(thing, name)
    assert isinstance(value, list) and len(value) == len(units(thing))
    for each, unit in zip(value, units(thing), strict=True):
        assert isinstance(each, np.ndarray) and each.dtype == np.float64, type(each)
        assert each.shape == getattr(unit, f"src_{mark}counts").shape
    return value


def alike(one: list[np.ndarray], other: list[Any], rtol: float = 1e-9) -> None:
    """Equal lists of arrays."""
    for a, b in zip(one, other, strict=True):
        assert_allclose(a, b, rtol=rtol)


def refused(thing: Any, call: Callable[[], Any]) -> bool:
    """Whether this is an analyzer, which refuses the call and names its Infer."""
    if isinstance(thing, SampleAnalyzer):
        before = thing.setup
        with pytest.raises(ParameterError, match=r"reads one finished run .*\.infer"):
            call()
        assert thing.setup is before
        return True
    return False
