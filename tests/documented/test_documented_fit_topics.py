"""Four topics of fits as a person who comes from bayspec goes through them: each call documented for them, on the demo burst."""

import json

import numpy as np
import pytest
from demo_units import unit
from small import make_unit

from spec_lab import BayesInfer, Bootstrap, Data, Infer, MaxLikeFit, Pair, Plot, Posterior, unif
from spec_lab._base.info import Info
from spec_lab.data.significance import pgsig, pgsig_inv, ppsig, ppsig_inv
from spec_lab.infer import SampleAnalyzer, select_model
from spec_lab.models import cpl, pl


def test_pair(burst):
    pair = Pair(burst, cpl(alpha=-1.0, logEp=2.3, logA=1.5))
    for mark in ("", "re_"):
        folded, spec = getattr(pair, f"conv_{mark}ctsrate"), getattr(pair, f"conv_{mark}ctsspec")
        for i, width in enumerate(getattr(burst, f"rsp_{mark}chbin_width")):
            np.testing.assert_allclose(spec[i] * width, folded[i])
            for kind, short in (("phtspec", "pht"), ("flxspec", "flx"), ("ergspec", "erg")):
                factor = getattr(pair, f"{mark}cts_to_{short}")[i]
                np.testing.assert_allclose(getattr(pair, f"{mark}{kind}_at_rsp")[i], factor * spec[i], rtol=1e-9)
                for end in ("", "_error"):
                    net = getattr(burst, f"net_{mark}ctsspec{end}")[i]
                    np.testing.assert_allclose(getattr(pair, f"deconv_{mark}{kind}{end}")[i], factor * net, rtol=1e-9)
        assert len(getattr(pair, f"{mark}residual")) == 2
    assert pair.stat == pytest.approx(sum(pair.stat_list)) == pytest.approx(-2 * pair.loglike)
    assert pair.npoint == sum(pair.npoint_list) == len(pair.pseudo_residual)
    given = list(zip(burst.src_counts, burst.bkg_counts, pair.conv_ctsrate, burst.src_efficiency, burst.bkg_efficiency,
                     burst.src_errors, burst.bkg_errors, burst.stats, strict=True))  # fmt: skip
    assert pair.stat_list == pytest.approx([pair.stat_func(*one) for one in given])
    for one, signed, loglike in zip(given, pair.pseudo_residual_list, pair.loglike_list, strict=True):
        np.testing.assert_allclose(pair.pseudo_residual_func(*one), signed, rtol=1e-7, atol=1e-9)
        assert loglike == pytest.approx(-0.5 * signed @ signed)
    assert pair.weight_list.tolist() == [1.0, 1.0] and pair.model.expr == "cpl"
    np.testing.assert_array_equal(pair.conv_ctsrate_f64[0], pair.conv_ctsrate[0])
    for name in ("rate_to_flux", "conv_rate_to_flux"):
        assert len(getattr(pair, name)) == 2
    for name in ("rate_to_fluxdensity", "conv_rate_to_fluxdensity"):
        default, jansky = getattr(pair, name)(), getattr(pair, name)(E=1, unit="Jy")
        assert getattr(pair, name)(1, None, "Fv") == default and getattr(pair, name)(unit="NE")[0] > 0
        assert jansky[0] / default[0] == pytest.approx(1e6 / 2.418, rel=1e-4)
    assert list(Plot.pair(pair, style="NE").fig_data) == ["nai", "bgo"]


def test_upperlimit(paths):
    faint = unit(paths, "na", notc=[8, 900], stat="pgstat")
    limit = faint.net_counts_upperlimit(cl=0.9)
    assert limit > faint.net_counts_upperlimit(cl=0.5) > 0
    exposure = float(np.average(faint.src_efficiency))
    assert faint.net_ctsrate_upperlimit(cl=0.9) == pytest.approx(limit / exposure)
    at_three = faint.net_counts_significance_limit(sig=3)
    assert faint.net_ctsrate_significance_limit(sig=3) == pytest.approx(at_three / exposure)
    background = float((faint.alpha * faint.bkg_counts).sum())
    error = float(np.sqrt(((faint.alpha * faint.bkg_errors) ** 2).sum()))
    assert pgsig(at_three + background, background, error) == pytest.approx(3.0, rel=1e-6)
    assert pgsig_inv(3.0, background, error) == pytest.approx(at_three + background, rel=1e-6)
    assert ppsig(ppsig_inv(3.0, 100, 0.5), 100, 0.5) == pytest.approx(3.0, rel=1e-6)
    for ul in (make_unit(1, stat="ULppstat"), unit(paths, "na", notc=[8, 900], stat="ULpgstat")):
        infer = MaxLikeFit([(Data([("nai", ul)]), pl(alpha=-1.5, logA=-1.0))])
        infer.par[1].frozen = True
        result = infer.fit()
        assert result.stat == pytest.approx(0.0, abs=1e-3)  # the model stands 3 σ above the background
        assert result.pairs[0].model.ergflux(10, 1000) > 0
        pair = result.Pair[0]
        d = pair.data
        alpha = (d.corr_src_efficiency[0] / d.corr_bkg_efficiency[0])[0]
        seen = float(np.sum(pair.conv_ctsrate[0] * d.corr_src_efficiency[0]))
        b, error = alpha * d.bkg_counts[0].sum(), alpha * np.sqrt((d.bkg_errors[0] ** 2).sum())
        sigma = pgsig(seen + b, b, error) if ul.stat == "ULpgstat" else ppsig(seen + b, d.bkg_counts[0].sum(), alpha)
        assert sigma == pytest.approx(3.0, abs=0.05)
    data = Data([("nai", faint)])
    assert data.net_counts_upperlimit(0.9) == [limit] and data.net_counts_significance_limit(3) == [at_three]


def test_quickstart(burst, tmp_path):
    model = cpl(alpha=-1.0, logEp=2.3, logA=1.5)
    infer = BayesInfer([(burst, model)])
    infer.par[3].prior = unif(-6, 5)
    infer.save(tmp_path)
    assert isinstance(infer.cfg_info, Info) and infer.par_info["Parameter"][:3] == ["alpha", "logEp", "logA"]
    assert infer.free_par_info["par#"] == ["1", "2", "3"] and "par#" in str(infer)
    infer.par[2].frozen = True
    assert infer.free_nparams == 2 and infer.notable_par_info["Prior"][1] == "frozen"
    infer.par[2].frozen = False
    par = infer.par["1"]
    assert (par.val, par.value, par.range, par.frozen, par.unit, par.scale) == (
        -1.0,
        -1.0,
        (-2.0, 2.0),
        False,
        "",
        "linear",
    )
    assert par.info == par.todict() and par.info["prior"] == "unif(-2, 2)" and par.comment and par.post is None
    par.frozen_at(-1.1)
    assert par.val == -1.1 and par.frozen and par.range == (-1.1, -1.1)
    par.frozen, par.val = False, -1.0
    infer.cfg[1].val = 0.0
    assert (
        infer.cfg["1"].value == 0.0
        and infer.cfg[1].frozen
        and infer.cfg[1].prior is None
        and infer.cfg[1].info["val"] == 0.0
    )
    two = Infer()
    two.append((burst, cpl(logA=1.5)))
    two.append((cpl(logA=1.5), burst))
    two.link([1, "4"])
    two.par[2].link(two.par[5])
    assert two.free_nparams == 4 and two.par[1].mates == (4,) and two.par_info["Prior"][4] == "=par#{2}"
    two.par[2].unlink(two.par[5])
    two.unlink([1, 4])
    assert two.free_nparams == 6 and two.stat == pytest.approx(2 * two.pairs[0].stat)
    theta = infer.free_pvalues
    assert infer.calc_logprob(theta) == pytest.approx(infer.calc_loglike(theta) + infer.calc_logprior(theta))
    assert infer.calc_loglike(theta) == pytest.approx(-0.5 * infer.calc_stat(theta)) == pytest.approx(infer.loglike)
    assert float(infer.calc_pseudo_residual(theta) @ infer.calc_pseudo_residual(theta)) == pytest.approx(infer.stat)
    infer.at_par(infer.prior_transform([0.25, 0.5, 0.6]))
    assert infer.par[1].val == -1.0 and np.log(infer.prior) == pytest.approx(infer.logprior)
    infer.at_par(theta)
    assert infer.Data == [burst] and infer.Pair[0].npoint == infer.npoint and infer.Model[0].expr == "cpl"
    post = infer.emcee(nstep=300, discard=100, resume=False, savepath=tmp_path, random_seed=42)
    assert isinstance(post, Posterior) and np.loadtxt(tmp_path / "1-posterior_sample.txt").shape[1] == 4
    post.save(tmp_path)
    assert {"post_free_par.json", "post_stat.json", "post_IC.json"} <= {p.name for p in tmp_path.iterdir()}
    assert infer.par[1].post.median == pytest.approx(post.par_median[0])
    assert {"1-.npz", "1-nstep.json", "1-discard.json"} <= {p.name for p in tmp_path.iterdir()}
    assert (
        list(post.all_IC)[:3] == list(post.IC_info.columns)[:3] == ["AIC", "AICc", "BIC"] and len(post.stat_info) == 3
    )
    one = infer.par[1].post
    assert (
        one.nsample == len(post.sample) and one.best == post.par_best[0] and one.mean == pytest.approx(post.par_mean[0])
    )
    assert one.interval(0.9) == one.ninety_percent and one.quantile(0.5) == one.median and one.truth is None
    assert one.error(one.median, 0.6827) == pytest.approx((one.median - one.Isigma[0], one.Isigma[1] - one.median))
    assert list(one.info) == ["mean", "median", "best", "Isigma", "IIsigma", "IIIsigma", "90%"]
    assert post.max_loglike == pytest.approx(post.loglike) and post.aic == post.all_IC["AIC"] and post.lnZ is None
    assert (
        isinstance(SampleAnalyzer(infer), Infer)
        and list(post.sample_statistic) == list(one.info)[:2] + list(one.info)[3:6]
    )
    np.testing.assert_allclose(post.par_interval(0.9), post.par_ninety_percent)
    np.testing.assert_allclose(post.par_error(post.par_best)[:, 0], post.par_best - post.par_Isigma[:, 0])
    assert post.waic().value == pytest.approx(post.loo().value, rel=0.05) and "WAIC" in post.IC_info.columns
    assert select_model([post], "WAIC").result is post
    flux = model.ergflux_sample(emin=10, emax=1000, ngrid=1000)
    assert flux["Isigma"][0] < flux["median"] < flux["Isigma"][1]
    assert model.best_ergflux(10, 1000, 1000) == pytest.approx(post.pairs[0].model.ergflux(10, 1000, 1000), rel=1e-9)
    for figure in (Plot.infer(post, style="vFv"), Plot.post_corner(post), Plot.emcee_walker(post),
                   Plot.model(style="vFv", post=True).add_model(model, E=np.geomspace(10, 1000, 50))):  # fmt: skip
        assert figure.fig_data


@pytest.mark.slow
def test_quickstart_with_multinest(burst, tmp_path, multinest_library):
    infer = BayesInfer([(burst, cpl(alpha=-1.0, logEp=2.3, logA=1.5))])
    infer.par[3].prior = unif(-6, 5)
    post = infer.multinest(nlive=60, resume=True, verbose=False, savepath=tmp_path, random_seed=42)
    assert np.loadtxt(tmp_path / "1-posterior_sample.txt").shape[1] == 4 and post.lnZ == post.all_IC["lnZ"]
    assert {"1-nlive.json", "1-posterior_stats.json"} <= {p.name for p in tmp_path.iterdir()}


def test_quickstart_maxlikefit(burst, tmp_path):
    ends = []
    for name in ("lmfit", "iminuit"):
        infer = MaxLikeFit([(burst, cpl(alpha=-1.0, logEp=2.3, logA=1.5))])
        infer.par[3].prior = unif(-6, 5)
        boot = getattr(infer, name)(savepath=tmp_path / name)
        assert isinstance(boot, Bootstrap)
        found = json.loads((tmp_path / name / "1-maxlike_res.json").read_text())
        assert {"values", "errors", "covar"} <= set(found)
        assert np.loadtxt(tmp_path / name / "1-bootstrap_sample.txt").shape == (1000, 4)
        np.testing.assert_allclose(boot.par_truth, infer.free_pvalues)
        boot.save(tmp_path / name)
        written = {path.name for path in (tmp_path / name).iterdir()}
        assert {"boot_free_par.json", "boot_stat.json", "boot_IC.json"} <= written
        residual = infer.lmfit_residual(infer.free_pvalues)
        assert float(residual @ residual) == pytest.approx(infer.stat)
        assert boot.save_prefix == "boot" and boot.max_loglike == pytest.approx(-0.5 * infer.stat)
        assert {"AIC", "AICc", "BIC"} <= set(boot.all_IC)
        assert infer.Model[0].expr == "cpl" and Plot.infer(boot).fig_data and Plot.post_corner(boot).fig_data
        ends.append(boot.errors)
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.1)
    minos = MaxLikeFit([(burst, infer.Model[0])]).iminuit(savepath=tmp_path / "minos", ncall=5000, minos=True)
    found = json.loads((tmp_path / "minos" / "1-maxlike_res.json").read_text())
    np.testing.assert_allclose(np.abs(found["minos_errors"]).mean(axis=1), minos.errors, rtol=0.1)
