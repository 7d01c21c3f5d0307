"""Eight topics as a person who comes from bayspec goes through them: each call documented for them, on the demo burst."""

import json

import numpy as np
import pytest
from scipy import stats
from small import make_unit

from spec_lab import BayesInfer, Bootstrap, Data, DataUnit, MaxLikeFit, Pair, Plot, Posterior, datasets, unif
from spec_lab._base.info import Info
from spec_lab.data import Background, Response, Source
from spec_lab.data.significance import pgsig, pgsig_inv, ppsig, ppsig_inv
from spec_lab.models import Model, band, const, cpl, pl, tbabs
from spec_lab.priors import all_priors, list_priors, norm, truncnorm


@pytest.fixture(scope="module")
def paths():
    return {name: str(path) for name, path in datasets.paths("burst").items()}


def unit(paths, name, **more):
    return DataUnit(src=paths[f"{name}.pha"], bkg=paths[f"{name}.bak"], rsp=paths[f"{name}.rsp"], **more)


@pytest.fixture(scope="module")
def burst(paths):
    nai = unit(paths, "na", notc=[8, 900], stat="pgstat", grpg={"min_evt": 5}, rebn={"min_sigma": 2, "max_bin": 10})
    bgo = unit(paths, "bg", notc=[300, 38000], stat="pgstat", rebn={"min_sigma": 2, "max_bin": 10})
    return Data([("nai", nai), ("bgo", bgo)])


def test_prior():
    assert set(list_priors()) >= {"unif", "logunif", "norm", "lognorm", "truncnorm", "cauchy", "cosine", "beta", "gamma",
                                  "expon", "plaw"}  # fmt: skip
    assert set(all_priors) >= {"unif", "norm"}
    for ours, theirs in ((unif(-2, 2), stats.uniform(-2, 4)), (norm(1, 2), stats.norm(1, 2)),
                         (truncnorm(-1, 2, 0.5, 2), stats.truncnorm(-1, 2, 0.5, 2))):  # fmt: skip
        for name, at in (("pdf", 0.3), ("logpdf", 0.3), ("cdf", 0.3), ("logcdf", 0.3), ("ppf", 0.7), ("interval", 0.9)):
            np.testing.assert_allclose(getattr(ours, name)(at), getattr(theirs, name)(at), rtol=1e-9)
        for name in ("mean", "median", "var", "std"):
            value = getattr(ours, name)
            assert float(value() if callable(value) else value) == pytest.approx(getattr(theirs, name)(), rel=1e-6)
    assert unif(-2, 2).info == "unif(-2, 2)" and unif(-2, 2).expr == "unif" and unif(-2, 2).args == (-2, 2)


def test_spectrum(paths):
    source, background = Source.from_src(paths["na.pha"]), Background.from_bkg(paths["na.bak"])
    assert Source.from_plain(paths["na.pha"]).counts.tolist() == source.counts.tolist()
    assert Background.from_plain(paths["na.bak"]).exposure == background.exposure
    mine = Source(source.counts, source.stat_errors, source.exposure, source.quality, source.grouping, source.backscale)
    np.testing.assert_array_equal(mine.errors, source.stat_errors)
    assert background.set_zero().counts.sum() == 0 and background.counts.sum() > 0
    assert source.info.data_dict["Property"] == ["Name", "Channels", "Counts", "Exposure", "Backscale"]
    response = Response.from_rsp(paths["na.rsp"])
    assert response.drm.shape == (len(response.phbin), len(response.chbin))
    assert len(response.channel_fwhm) == len(response.chbin)
    for figure in (
        Plot.spectrum(source),
        Plot.response(response),
        Plot.response_photon(response),
        Plot.response_channel(response),
    ):
        assert figure.fig_data


def test_data(paths, burst, tmp_path):
    nai = burst["nai"]
    assert burst.names == ("nai", "bgo") and "nai" in burst and len(burst) == 2
    assert burst.info.columns == ("Name", "Noticing", "Statistic", "Grouping", "Time")
    assert burst.par_info.columns == ("par#", "Component", "Parameter", "Value", "Prior", "Frozen")
    assert burst.par_info["Parameter"] == ["sf", "bf", "rf", "ra", "dec"] * 2
    assert nai.info["Property"] == ["src", "bkg", "rmf", "arf", "rsp", "notc", "stat", "grpg", "rebn", "time", "weight"]
    assert np.all(nai.src_counts[:-1] >= 5) and nai.npoint == len(nai.src_counts)
    assert len(nai.src_re_counts) < len(nai.src_counts)
    np.testing.assert_allclose(nai.net_ctsrate, nai.src_ctsrate - nai.bkg_ctsrate)
    assert (
        nai.rsp_drm.shape == (len(nai.ebin), nai.npoint) and np.all(nai.rsp_chbin >= 8) and np.all(nai.rsp_chbin <= 900)
    )
    assert burst.stats == ["pgstat", "pgstat"] and burst.notcs == [((8, 900),), ((300, 38000),)]
    assert nai.write_grouping(tmp_path / "grouped.pha").exists()
    burst.save(tmp_path)
    assert [row["Name"] for row in json.loads((tmp_path / "data.json").read_text())] == ["nai", "bgo"]
    assert list(Plot.dataunit(nai, style="CC").fig_data) == ["src", "bkg", "net"]
    assert list(Plot.data(burst).fig_data) == ["nai", "bgo"]
    changed = burst.replace(nai=nai.replace(notc=[[20, 100], [200, 600]]))
    assert changed.npoints[0] < burst.npoints[0] and changed.npoints[1] == burst.npoints[1]


def test_model(tmp_path):
    model = tbabs() * (cpl(redshift=0.1) + band())
    assert model.expr == "tbabs*(cpl+band)" and model.type == "add" and Model.parse(model.expr).expr == model.expr
    assert model.par_info.columns == ("par#", "Component", "Parameter", "Value", "Prior")
    assert model.cfg_info.columns == ("cfg#", "Component", "Parameter", "Value")
    assert len(model.par) == 8 and model.cfg[1].name and len(model.pvalues) == 8
    E = np.geomspace(1, 1000, 30)
    keV = 1.602176634e-9
    np.testing.assert_allclose(model.flxspec(E), keV * E * model.phtspec(E), rtol=1e-9)
    np.testing.assert_allclose(model.ergspec(E), E * model.flxspec(E), rtol=1e-9)
    assert tbabs().nouspec(E).shape == (30,)
    assert pl().phtflux(10, 100, 1000) == pytest.approx(90.0, rel=1e-6)
    assert pl().ergflux(10, 100, 1000) == pytest.approx(keV * (100**2 - 10**2) / 2, rel=1e-6)
    assert (2 * pl()).phtspec(5.0) == pytest.approx(2.0) and (const(C=3.0) * pl() / 2 - pl()).phtspec(
        5.0
    ) == pytest.approx(0.5)
    model.save(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"model_cfg.json", "model_par.json"}
    figure = Plot.model(style="vFv").add_model(model, E=E)
    figure.save(tmp_path / "model")
    assert "tbabs*(cpl+band)" in json.loads((tmp_path / "model.json").read_text())


def test_pair(burst):
    pair = Pair(burst, cpl(alpha=-1.0, logEp=2.3, logA=1.5))
    for mark in ("", "re_"):
        folded, spec = getattr(pair, f"conv_{mark}ctsrate"), getattr(pair, f"conv_{mark}ctsspec")
        for i, width in enumerate(getattr(burst, f"rsp_{mark}chbin_width")):
            np.testing.assert_allclose(spec[i] * width, folded[i])
            for kind, short in (("phtspec", "pht"), ("flxspec", "flx"), ("ergspec", "erg")):
                factor = getattr(pair, f"{mark}cts_to_{short}")[i]
                np.testing.assert_allclose(getattr(pair, f"{mark}{kind}_at_rsp")[i], factor * spec[i], rtol=1e-9)
                net = getattr(burst, f"net_{mark}ctsspec")[i]
                np.testing.assert_allclose(getattr(pair, f"deconv_{mark}{kind}")[i], factor * net, rtol=1e-9)
        assert len(getattr(pair, f"{mark}residual")) == 2
    assert pair.stat == pytest.approx(sum(pair.stat_list)) == pytest.approx(-2 * pair.loglike)
    assert pair.npoint == sum(pair.npoint_list) == len(pair.pseudo_residual)
    assert pair.stat_list == pytest.approx([
        pair.stat_func(*unit) for unit in zip(burst.src_counts, burst.bkg_counts, pair.conv_ctsrate, burst.src_efficiency,
                                              burst.bkg_efficiency, burst.src_errors, burst.bkg_errors, burst.stats,
                                              strict=True)
    ])  # fmt: skip
    for name in ("rate_to_flux", "conv_rate_to_flux"):
        assert len(getattr(pair, name)) == 2
    for name in ("rate_to_fluxdensity", "conv_rate_to_fluxdensity"):
        default, jansky = getattr(pair, name)(), getattr(pair, name)(E=1, unit="Jy")
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


def test_quickstart(burst, tmp_path):
    model = cpl(alpha=-1.0, logEp=2.3, logA=1.5)
    infer = BayesInfer([(burst, model)])
    infer.par[3].prior = unif(-6, 5)
    infer.save(tmp_path)
    assert isinstance(infer.cfg_info, Info) and infer.par_info["Parameter"][:3] == ["alpha", "logEp", "logA"]
    assert infer.Data == [burst] and infer.Pair[0].npoint == infer.npoint and infer.Model[0].expr == "cpl"
    post = infer.emcee(nstep=300, discard=100, resume=False, savepath=tmp_path, random_seed=42)
    assert isinstance(post, Posterior) and np.loadtxt(tmp_path / "1-posterior_sample.txt").shape[1] == 4
    post.save(tmp_path)
    assert {"post_free_par.json", "post_stat.json", "post_IC.json"} <= {p.name for p in tmp_path.iterdir()}
    assert infer.par[1].post.median == pytest.approx(post.par_median[0])
    flux = model.ergflux_sample(emin=10, emax=1000, ngrid=1000)
    assert flux["Isigma"][0] < flux["median"] < flux["Isigma"][1]
    assert model.best_ergflux(10, 1000, 1000) == pytest.approx(post.pairs[0].model.ergflux(10, 1000, 1000), rel=1e-9)
    for figure in (Plot.infer(post, style="vFv"), Plot.post_corner(post), Plot.emcee_walker(post),
                   Plot.model(style="vFv", post=True).add_model(model, E=np.geomspace(10, 1000, 50))):  # fmt: skip
        assert figure.fig_data


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
        assert boot.save_prefix == "boot" and boot.max_loglike == pytest.approx(-0.5 * infer.stat)
        assert {"AIC", "AICc", "BIC"} <= set(boot.all_IC)
        assert infer.Model[0].expr == "cpl" and Plot.infer(boot).fig_data and Plot.post_corner(boot).fig_data
        ends.append(boot.errors)
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.1)
