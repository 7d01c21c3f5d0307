"""What the documented names of spectra and statistics are on real data: of an Infer, and of a pair."""

import copy
import inspect
from typing import Any

import numpy as np
import pytest
from documented_names import (
    CHECKS,
    PAIR_CHECKS,
    POWERS,
    SHORT,
    alike,
    arrays,
    check,
    refused,
    units,
)
from numpy.testing import assert_allclose, assert_array_equal

from spec_lab._base import ParameterError, statistic_text
from spec_lab._base.info import Info
from spec_lab.infer import SampleAnalyzer
from spec_lab.models import Model
from spec_lab.models.integration.grid import KEV_TO_ERG

# -- spectra of an Infer: data_* and model_* ------------------------------------------------------------------------------
for _again in ("", "re_"):
    for _end in ("", "_error"):

        @check(CHECKS, f"data_{_again}ctsrate{_end}")
        def _rate(thing: Any, name: str, mark: str = _again, end: str = _end) -> None:
            for rate, unit in zip(arrays(thing, name, mark), units(thing), strict=True):
                of = lambda part, unit=unit: getattr(unit, part)  # noqa: E731
                ts, tb = of("src_efficiency")[0], of("bkg_efficiency")[0]  # counts/s: counts over exposures
                if end:
                    want = np.hypot(of(f"src_{mark}errors") / ts, of(f"bkg_{mark}errors") / tb)
                else:
                    want = of(f"src_{mark}counts") / ts - of(f"bkg_{mark}counts") / tb
                assert_allclose(rate, want, rtol=1e-9)

        @check(CHECKS, f"data_{_again}ctsspec{_end}")
        def _spec(thing: Any, name: str, mark: str = _again, end: str = _end) -> None:
            widths = getattr(thing, f"data_{mark}chbin_width")  # counts/s/keV
            times = [s * w for s, w in zip(arrays(thing, name, mark), widths, strict=True)]
            alike(times, getattr(thing, f"data_{mark}ctsrate{end}"))

        for _kind in POWERS:

            @check(CHECKS, f"data_{_again}{_kind}{_end}")
            def _unfolded(thing: Any, name: str, mark: str = _again, kind: str = _kind, end: str = _end) -> None:
                model, folded = getattr(thing, f"model_{mark}{kind}"), getattr(thing, f"model_{mark}ctsspec")
                data = getattr(thing, f"data_{mark}ctsspec{end}")
                alike(arrays(thing, name, mark), [d * m / c for d, m, c in zip(data, model, folded, strict=True)])

    @check(CHECKS, f"data_{_again}chbin_mean", f"data_{_again}chbin_width")
    def _edges(thing: Any, name: str, mark: str = _again) -> None:
        for value, unit in zip(arrays(thing, name, mark), units(thing), strict=True):
            bins = getattr(unit, f"rsp_{mark}chbin")  # keV
            assert_allclose(value, bins.mean(axis=1) if name.endswith("mean") else np.diff(bins)[:, 0])
            assert np.all(value > 0) and (name.endswith("width") or np.all(np.diff(value) > 0))

    @check(CHECKS, f"model_{_again}ctsrate")
    def _folded(thing: Any, name: str, mark: str = _again) -> None:
        models = [model for model, pair in zip(thing.Model, thing.pairs, strict=True) for _ in pair.data.units]
        want = [
            model.integ(unit.ebin, unit.time) @ getattr(unit, f"rsp_{mark}drm")  # photons/cm²/s times cm²
            for model, unit in zip(models, units(thing), strict=True)
        ]
        alike(arrays(thing, name, mark), want, rtol=1e-7)

    @check(CHECKS, f"model_{_again}ctsspec")
    def _folded_spec(thing: Any, name: str, mark: str = _again) -> None:
        widths = getattr(thing, f"data_{mark}chbin_width")
        times = [s * w for s, w in zip(arrays(thing, name, mark), widths, strict=True)]
        alike(times, getattr(thing, f"model_{mark}ctsrate"))

    @check(CHECKS, *(f"model_{_again}{kind}" for kind in POWERS))
    def _curve(thing: Any, name: str, mark: str = _again) -> None:
        kind, energies = name.rpartition("_")[2], getattr(thing, f"data_{mark}chbin_mean")
        models = [model for model, pair in zip(thing.Model, thing.pairs, strict=True) for _ in pair.data.units]
        alike(arrays(thing, name, mark), [getattr(m, kind)(E) for m, E in zip(models, energies, strict=True)])
        photons = getattr(thing, f"model_{mark}phtspec")
        factor = [KEV_TO_ERG * E ** POWERS[kind] if POWERS[kind] else np.ones(len(E)) for E in energies]
        alike(getattr(thing, name), [f * p for f, p in zip(factor, photons, strict=True)])

    @check(CHECKS, f"{_again}residual")
    def _residual(thing: Any, name: str, mark: str = _again) -> None:
        data, model = getattr(thing, f"data_{mark}ctsrate"), getattr(thing, f"model_{mark}ctsrate")
        errors = getattr(thing, f"data_{mark}ctsrate_error")
        for r, d, m, e in zip(arrays(thing, name, mark), data, model, errors, strict=True):
            known = e > 0  # without any counts the error is that of the model
            assert_allclose(r[known], ((d - m)[known] / e[known]))
            assert np.all(np.isfinite(r))


# -- statistic, likelihood and prior, of an Infer and of a pair -----------------------------------------------------------
for _table in (CHECKS, PAIR_CHECKS):

    @check(_table, "stat_list", "loglike_list", "npoint_list", "weight_list")
    def _lists(thing: Any, name: str) -> None:
        value = getattr(thing, name)
        assert isinstance(value, np.ndarray) and value.shape == (len(units(thing)),)
        want = {
            "stat_list": [float(r @ r) for r in thing.pseudo_residual_list],
            "loglike_list": -0.5 * thing.stat_list,
            "npoint_list": [unit.npoint for unit in units(thing)],
            "weight_list": [unit.weight for unit in units(thing)],
        }[name]
        assert_allclose(value, want)

    @check(_table, "stat", "loglike", "npoint")
    def _totals(thing: Any, name: str) -> None:
        value = getattr(thing, name)
        assert isinstance(value, int if name == "npoint" else float)
        want = {
            "stat": thing.stat_list @ thing.weight_list,
            "loglike": -0.5 * thing.stat,
            "npoint": thing.npoint_list.sum(),
        }
        assert value == pytest.approx(want[name])

    @check(_table, "pseudo_residual_list")
    def _signed_lists(thing: Any, name: str) -> None:
        residuals = arrays(thing, name, "")
        for r, plain in zip(
            residuals, thing.residual, strict=True
        ):  # signed like (net - model)/error, where that is clear
            clear = np.abs(plain) > 2
            assert_array_equal(np.sign(r[clear]), np.sign(plain[clear]))

    @check(_table, "pseudo_residual")
    def _signed(thing: Any, name: str) -> None:
        value = thing.pseudo_residual
        assert isinstance(value, np.ndarray) and value.shape == (thing.npoint,)
        assert float(value @ value) == pytest.approx(thing.stat)


@check(CHECKS, "all_stat")
def _all_stat(thing: Any, name: str) -> None:
    table = thing.all_stat
    assert isinstance(table, Info) and table.columns == ("Data", "Model", "Statistic", "Value", "Bins")
    assert_allclose(table["Value"][:-1], thing.stat_list * thing.weight_list)
    assert table["Bins"] == [*thing.npoint_list, thing.npoint]
    assert table["Value"][-1] == f"{statistic_text(thing.stat)}/{thing.npoint - thing.free_nparams}"
    if isinstance(thing, SampleAnalyzer):  # at which of its two points
        assert (
            table.title and statistic_text(thing.stat) in table.title and statistic_text(thing.min_stat) in table.title
        )


@check(CHECKS, "prior_list", "prior", "logprior")
def _prior(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    if name == "prior_list":
        assert isinstance(value, list) and len(value) == thing.free_nparams
        assert value == pytest.approx([float(par.prior.pdf(par.val)) for par in thing.free_par.values()])
    else:
        assert isinstance(value, float)
        assert value == pytest.approx(np.prod(thing.prior_list) if name == "prior" else np.log(thing.prior))


@check(CHECKS, "prior_transform_func", "logprior_func", "loglike_func")
def _hooks(thing: Any, name: str) -> None:
    assert getattr(thing, name) is None and isinstance(getattr(type(thing), name), property)
    if refused(thing, lambda: setattr(thing, name, lambda infer, x: x)):
        return
    mine = copy.deepcopy(thing)
    called = {"loglike_func": mine.calc_loglike, "logprior_func": mine.calc_logprior}.get(name, mine.prior_transform)
    vector = np.full(thing.free_nparams, 0.5) if name == "prior_transform_func" else thing.free_pvalues
    plain = called(vector)
    setattr(mine, name, lambda infer, x: getattr(infer, called.__name__)(x) * 2.0)
    assert_allclose(called(vector), 2.0 * np.asarray(plain))
    assert getattr(thing, name) is None


# -- a pair ---------------------------------------------------------------------------------------------------------------
@check(PAIR_CHECKS, "model")
def _pair_model(pair: Any, name: str) -> None:
    assert (isinstance(pair.model, Model) and pair.model is pair[1]) or pair.model.expression == pair[1].expression


for _again in ("", "re_"):

    @check(PAIR_CHECKS, f"conv_{_again}ctsrate", *(() if _again else ("conv_ctsrate_f64",)))
    def _conv(pair: Any, name: str, mark: str = _again) -> None:
        want = [pair.model.integ(u.ebin, u.time) @ getattr(u, f"corr_rsp_{mark}drm") for u in pair.data.units]
        alike(arrays(pair, name, mark), want, rtol=1e-7)

    @check(PAIR_CHECKS, f"conv_{_again}ctsspec")
    def _conv_spec(pair: Any, name: str, mark: str = _again) -> None:
        widths = getattr(pair.data, f"rsp_{mark}chbin_width")
        times = [s * w for s, w in zip(arrays(pair, name, mark), widths, strict=True)]
        alike(times, getattr(pair, f"conv_{mark}ctsrate"))

    for _kind in POWERS:

        @check(PAIR_CHECKS, f"{_again}{_kind}_at_rsp")
        def _at_rsp(pair: Any, name: str, mark: str = _again, kind: str = _kind) -> None:
            energies = getattr(pair.data, f"rsp_{mark}chbin_mean")
            alike(arrays(pair, name, mark), [getattr(pair.model, kind)(E) for E in energies])

        @check(PAIR_CHECKS, f"{_again}cts_to_{SHORT[_kind]}")
        def _cts_to(pair: Any, name: str, mark: str = _again, kind: str = _kind) -> None:
            folded = getattr(pair, f"conv_{mark}ctsspec")
            times = [f * c for f, c in zip(arrays(pair, name, mark), folded, strict=True)]
            alike(times, getattr(pair, f"{mark}{kind}_at_rsp"))

        for _end in ("", "_error"):

            @check(PAIR_CHECKS, f"deconv_{_again}{_kind}{_end}")
            def _deconv(pair: Any, name: str, mark: str = _again, kind: str = _kind, end: str = _end) -> None:
                factors = getattr(pair, f"{mark}cts_to_{SHORT[kind]}")
                net = getattr(pair.data, f"net_{mark}ctsspec{end}")
                alike(arrays(pair, name, mark), [f * n for f, n in zip(factors, net, strict=True)])

    @check(PAIR_CHECKS, f"{_again}residual")
    def _pair_residual(pair: Any, name: str, mark: str = _again) -> None:
        net, error = getattr(pair.data, f"net_{mark}ctsrate"), getattr(pair.data, f"net_{mark}ctsrate_error")
        for r, n, m, e in zip(arrays(pair, name, mark), net, getattr(pair, f"conv_{mark}ctsrate"), error, strict=True):
            assert_allclose(r[e > 0], ((n - m)[e > 0] / e[e > 0]))


@check(PAIR_CHECKS, "stat_func", "pseudo_residual_func")
def _functions(pair: Any, name: str) -> None:
    d, function = pair.data, getattr(pair, name)
    given = zip(d.src_counts, d.bkg_counts, pair.conv_ctsrate, d.corr_src_efficiency, d.corr_bkg_efficiency, d.src_errors,
                d.bkg_errors, d.stats, strict=True)  # fmt: skip
    assert list(inspect.signature(function).parameters) == ["S", "B", "m", "ts", "tb", "sigma_S", "sigma_B", "stat"]
    want = pair.stat_list if name == "stat_func" else pair.pseudo_residual_list
    for one, known in zip(given, want, strict=True):
        assert_allclose(function(*one), known, rtol=1e-7, atol=1e-9)
        assert np.all(function(*one[:2], one[2] * np.nan, *one[3:]) == np.inf)


@check(PAIR_CHECKS, "rate_to_flux", "conv_rate_to_flux")
def _rate_to_flux(pair: Any, name: str) -> None:
    value = getattr(pair, name)
    assert isinstance(value, list) and all(isinstance(each, float) and each > 0 for each in value)
    rates = pair.conv_ctsrate if name.startswith("conv") else pair.data.net_ctsrate
    for each, rate, bins in zip(value, rates, pair.data.rsp_chbin, strict=True):  # erg/cm²/s for a count/s
        assert each * rate.sum() == pytest.approx(pair.model.ergflux(bins.min(), bins.max()), rel=1e-6)


@check(PAIR_CHECKS, "rate_to_fluxdensity", "conv_rate_to_fluxdensity")
def _rate_to_density(pair: Any, name: str) -> None:
    value, photons = getattr(pair, name)(E=2.0), np.array(getattr(pair, name)(2.0, None, "NE"))
    rates = pair.conv_ctsrate if name.startswith("conv") else pair.data.net_ctsrate
    assert isinstance(value, list) and len(value) == len(pair.data.units)
    assert_allclose(photons * [rate.sum() for rate in rates], pair.model.phtspec(2.0))
    assert_allclose(value, KEV_TO_ERG * 2.0 * photons)
    assert_allclose(np.array(getattr(pair, name)(2.0, unit="Jy")) / value, 1e6 / 2.417989, rtol=1e-6)
    with pytest.raises(ParameterError, match="'NE', 'fv' or 'Jy'"):
        getattr(pair, name)(unit="counts")
