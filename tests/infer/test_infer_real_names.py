"""Every documented name on real spectra: its type, its shape, and one relation to a neighbour; on Infers and on analyzers."""

import itertools
import warnings

import numpy as np
import pytest

from spec_lab import Data, DataUnit, Infer, unif
from spec_lab._base import SpecLabWarning
from spec_lab._base.info import Info
from spec_lab.infer import Pair, SampleAnalyzer
from spec_lab.infer.analyzer import Bootstrap, Posterior
from spec_lab.infer.par import Par
from spec_lab.models import cpl, pl
from spec_lab.models.integration.grid import KEV_TO_ERG

pytestmark = pytest.mark.real_data

SPECTRA = ("phtspec", "flxspec", "ergspec")


def burst(folder):
    def unit(name, notc):
        files = {kind: folder / "grb-me-he" / f"{name}.{kind}" for kind in ("src", "bkg", "rsp")}
        return DataUnit(**files, notc=notc, stat="pgstat", rebn={"max_bin": 5})

    infer = Infer([(Data([("na", unit("me", [8, 900])), ("bgo", unit("he", [300, 38000]))]), cpl())])
    infer.at_par([-1.562, 2.331, 2.353])
    return infer


def quasar(folder):
    infer = Infer([(DataUnit(src=folder / "3c273" / "3c273.pi", stat="cstat", name="acis", notc=[0.5, 7]), pl())])
    infer.par[2].prior = unif(-8, 0)
    infer.at_par([-1.95, -3.72])
    return infer


@pytest.fixture(scope="module", params=[burst, quasar], ids=["burst", "3c273"])
def infer(request, real_data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        return request.param(real_data)


@pytest.fixture(scope="module", params=["infer", "posterior", "bootstrap", "sample"])
def thing(infer, request):
    if request.param == "infer":
        return infer
    if request.param == "bootstrap":
        return infer.fit()
    posterior = infer.preview(draws=2000)
    return posterior if request.param == "posterior" else SampleAnalyzer(infer, posterior.outcome)


def test_channels_and_count_spectra(thing):
    n = thing.npoint_list
    for mark in ("", "re_"):
        widths, means = getattr(thing, f"data_{mark}chbin_width"), getattr(thing, f"data_{mark}chbin_mean")
        for i, (width, mean) in enumerate(zip(widths, means, strict=True)):
            assert width.shape == mean.shape and (mark or width.shape == (n[i],))
            assert np.all(width > 0) and np.all(np.diff(mean) > 0)
            for kind in ("data", "model"):
                rate, spec = (getattr(thing, f"{kind}_{mark}{name}")[i] for name in ("ctsrate", "ctsspec"))
                np.testing.assert_allclose(spec * width, rate)
            error = getattr(thing, f"data_{mark}ctsrate_error")[i]
            np.testing.assert_allclose(getattr(thing, f"data_{mark}ctsspec_error")[i] * width, error)
            data, model = getattr(thing, f"data_{mark}ctsrate")[i], getattr(thing, f"model_{mark}ctsrate")[i]
            with np.errstate(divide="ignore", invalid="ignore"):
                np.testing.assert_allclose(getattr(thing, f"{mark}residual")[i], (data - model) / error)


def test_unfolded_spectra_differ_by_powers_of_the_energy(thing):
    for mark in ("", "re_"):
        for i, E in enumerate(getattr(thing, f"data_{mark}chbin_mean")):
            for kind, tail in (("data", ""), ("data", "_error"), ("model", "")):
                pht, flx, erg = (getattr(thing, f"{kind}_{mark}{name}{tail}")[i] for name in SPECTRA)
                np.testing.assert_allclose(flx, KEV_TO_ERG * E * pht)
                np.testing.assert_allclose(erg, E * flx)


def test_statistics_add_up(thing):
    units = sum(len(pair.data.units) for pair in thing.pairs)
    for name in ("stat_list", "loglike_list", "npoint_list", "weight_list"):
        assert isinstance(getattr(thing, name), np.ndarray) and getattr(thing, name).shape == (units,)
    assert thing.stat == pytest.approx(thing.stat_list @ thing.weight_list)
    assert thing.stat == pytest.approx(sum(float(r @ r) for r in thing.pseudo_residual_list))
    assert thing.stat == pytest.approx(float(thing.pseudo_residual @ thing.pseudo_residual))
    np.testing.assert_allclose(thing.loglike_list, -0.5 * thing.stat_list)
    assert thing.loglike == pytest.approx(-0.5 * thing.stat) and thing.npoint == thing.npoint_list.sum()
    theta = thing.free_pvalues
    assert thing.calc_stat(theta) == pytest.approx(thing.stat) and thing.calc_loglike(theta) == pytest.approx(
        thing.loglike
    )
    np.testing.assert_allclose(thing.calc_pseudo_residual(theta), thing.pseudo_residual)
    assert thing.calc_logprob(theta) == pytest.approx(thing.loglike + thing.logprior)
    assert isinstance(thing.all_stat, Info) and thing.all_stat.data_dict["Bins"][-1] == thing.npoint


def test_priors(thing):
    assert len(thing.prior_list) == thing.free_nparams
    assert thing.prior == pytest.approx(np.prod(thing.prior_list)) and thing.logprior == pytest.approx(
        np.log(thing.prior)
    )
    assert thing.calc_logprior(thing.free_pvalues) == pytest.approx(thing.logprior)
    low, high = np.array(thing.free_pranges).T
    np.testing.assert_allclose(thing.prior_transform(np.full(thing.free_nparams, 0.5)), 0.5 * (low + high))
    assert thing.loglike_func is thing.logprior_func is thing.prior_transform_func is None


def test_parameters(thing):
    assert isinstance(thing.pvalues, tuple) and thing.pvalues == tuple(par.val for par in thing.par.values())
    assert thing.free_nparams == len(thing.free_par) == len(thing.free_params) == len(thing.free_plabels)
    assert all(isinstance(par, Par) for par in thing.free_par.values())
    np.testing.assert_array_equal(thing.free_pvalues, [par.val for par in thing.free_par.values()])
    labels = (
        thing.free_plabels,
        thing.free_indexed_plabels,
        thing.clean_free_indexed_plabels,
        thing.clean_free_plabels,
    )
    named = zip(*labels, strict=True)
    for label, indexed, clean_indexed, clean in named:
        assert label.strip("$") in indexed and clean in clean_indexed and not set(clean) & set("${}\\")
    assert len(thing.all_params) == len(thing.par)
    row = thing.free_params[0]
    assert row["Value"] == thing.free_par[1].val and row["Mates"] == set() and row["Frozen"] is False
    assert row["Prior"] == thing.free_par[1].prior and thing.par[row["par#"]] is thing.par[1]
    model, data = thing.pairs[0].model, thing.pairs[0].data
    assert thing.pdicts[model.expression][model.names[0]]["alpha"] is thing.par[1]
    assert len(thing.pdicts["+".join(data.names)]) == len(data.units)
    assert thing.cdicts[model.expression][model.names[0]]["redshift"].val == thing.cfg[1].val == 0
    assert thing.idpid[id(thing.par[1])] == {"1"} and len(thing.idpid) == len(thing.par)
    assert len(thing.all_config) == len(thing.cfg) == len(thing.cfg_info)
    assert len(thing.par_info) == len(thing.par) and len(thing.free_par_info) == thing.free_nparams


def test_pairs(thing):
    for pair in thing.pairs:
        assert isinstance(pair, Pair)
        data, model = pair
        assert data is pair.data and model.expression == pair.model.expression
        for mark in ("", "re_"):
            for i, (pht, rate) in enumerate(
                zip(getattr(pair, f"{mark}phtspec_at_rsp"), getattr(pair, f"conv_{mark}ctsspec"), strict=True)
            ):
                np.testing.assert_allclose(getattr(pair, f"{mark}cts_to_pht")[i] * rate, pht)
        np.testing.assert_allclose(pair.conv_ctsrate_f64[0], pair.conv_ctsrate[0])
        counts = data.src_counts, data.bkg_counts, pair.conv_ctsrate, data.src_efficiency, data.bkg_efficiency
        units = list(zip(*counts, data.src_errors, data.bkg_errors, data.stats, strict=True))
        assert [pair.stat_func(*unit) for unit in units] == pytest.approx(pair.stat_list.tolist())
        for unit, r in zip(units, pair.pseudo_residual_list, strict=True):
            np.testing.assert_allclose(pair.pseudo_residual_func(*unit), r, rtol=1e-7, atol=1e-9)
        assert pair.stat == pytest.approx(pair.stat_list @ pair.weight_list)
        assert pair.npoint == pair.npoint_list.sum() and pair.loglike == pytest.approx(-0.5 * pair.stat)
        folded, observed = np.array(pair.conv_rate_to_flux), np.array(pair.rate_to_flux)
        sums = [(np.sum(m), np.sum(d)) for m, d in zip(thing.model_ctsrate, thing.data_ctsrate, strict=True)]
        np.testing.assert_allclose(observed / folded, [m / d for m, d in sums])
        photons = np.array(pair.rate_to_fluxdensity(2.0, None, "NE"))
        np.testing.assert_allclose(pair.rate_to_fluxdensity(E=2.0), KEV_TO_ERG * 2.0 * photons)
        assert len(pair.conv_rate_to_fluxdensity()) == len(data.units)


def test_samples(thing):
    if not isinstance(thing, SampleAnalyzer):
        pytest.skip("an Infer has no sample")
    n = thing.free_nparams
    for name in ("par_mean", "par_median", "par_best", "par_truth"):
        assert getattr(thing, name).shape == (n,)
    spans = ("par_Isigma", "par_ninety_percent", "par_IIsigma", "par_IIIsigma")
    for narrow, wide in itertools.pairwise(spans):
        assert np.all(getattr(thing, narrow)[:, 1] <= getattr(thing, wide)[:, 1]) and getattr(thing, wide).shape == (
            n,
            2,
        )
    assert thing.par_best_ci is None or np.all((thing.par_best_ci - thing.par_Isigma.T[0]) >= 0)
    np.testing.assert_allclose(thing.par_error(thing.par_median)[:, 1], thing.par_Isigma[:, 1] - thing.par_median)
    assert thing.aic < thing.aicc < thing.bic and thing.aic == thing.all_IC["AIC"]
    assert thing.max_loglike == pytest.approx(-0.5 * thing.stat)
    assert (thing.lnZ is None) == isinstance(thing, Bootstrap)
    assert isinstance(thing.free_par_info, Info) and thing.stat_info.data_dict["Bins"][-1] == thing.npoint
    assert isinstance(thing, Posterior | Bootstrap) or thing.save_prefix == "sample"


def test_saved_tables(thing, tmp_path):
    thing.save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    if isinstance(thing, SampleAnalyzer):
        assert names == {f"{thing.save_prefix}_{name}.json" for name in ("free_par", "stat", "IC")}
    else:
        assert {"infer_cfg.json", "infer_par.json"} <= names
