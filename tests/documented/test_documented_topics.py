"""Eight topics as a person who comes from bayspec goes through them: each call documented for them, on the demo burst."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from small import make_unit

from spec_lab import BayesInfer, Bootstrap, Data, DataUnit, MaxLikeFit, Pair, Plot, Posterior, datasets, unif
from spec_lab._base import ModelError, SpecLabError
from spec_lab._base.info import Info
from spec_lab.data import Auxiliary, Background, Redistribution, Response, Source
from spec_lab.data.significance import pgsig, pgsig_inv, ppsig, ppsig_inv
from spec_lab.models import Model, band, component, const, cpl, pl, sbpl, tbabs
from spec_lab.priors import (
    all_priors,
    beta,
    cauchy,
    cosine,
    expon,
    gamma,
    list_priors,
    lognorm,
    logunif,
    norm,
    plaw,
    truncnorm,
)  # fmt: skip
from spec_lab.tree import FrozenStructError


@pytest.fixture(scope="module")
def paths():
    return {name: str(path) for name, path in datasets.paths("burst").items()}


@pytest.fixture(scope="module")
def ccd():
    return {name: str(path) for name, path in datasets.paths("ccd").items()}


def unit(paths, name, **more):
    return DataUnit(src=paths[f"{name}.pha"], bkg=paths[f"{name}.bak"], rsp=paths[f"{name}.rsp"], **more)


@pytest.fixture(scope="module")
def burst(paths):
    nai = unit(paths, "na", notc=[8, 900], stat="pgstat", grpg={"min_evt": 5}, rebn={"min_sigma": 2, "max_bin": 10})
    bgo = unit(paths, "bg", notc=[300, 38000], stat="pgstat", rebn={"min_sigma": 2, "max_bin": 10})
    return Data([("nai", nai), ("bgo", bgo)])


PRIORS = {
    unif: ((-2, 2), stats.uniform(-2, 4)),
    logunif: ((1e-3, 10, 0, 1), stats.loguniform(1e-3, 10)),
    norm: ((1, 2), stats.norm(1, 2)),
    lognorm: ((0.5, 0, 2), stats.lognorm(0.5, 0, 2)),
    truncnorm: ((-1, 2, 0.5, 2), stats.truncnorm(-1, 2, 0.5, 2)),
    cauchy: ((0.5, 2), stats.cauchy(0.5, 2)),
    cosine: ((0.5, 2), stats.cosine(0.5, 2)),
    beta: ((2, 3, -1, 4), stats.beta(2, 3, -1, 4)),
    gamma: ((2.5, 0.1, 1.5), stats.gamma(2.5, 0.1, 1.5)),
    expon: ((0.1, 1.5), stats.expon(0.1, 1.5)),
    plaw: ((1.5, 0, 2), stats.powerlaw(1.5, 0, 2)),
}


def test_prior():
    names = [make.__name__ for make in PRIORS]
    assert [name for name in list_priors() if name in names] == names and all(all_priors[name] for name in names)
    for make, (args, theirs) in PRIORS.items():
        ours = make(*args)
        assert (
            ours.expr == make.__name__ and ours.args[: len(args)] == args[: len(ours.args)] and str(ours) == ours.info
        )
        assert ours.info.startswith(f"{ours.expr}(")
        for name, at in (("pdf", 0.7), ("logpdf", 0.7), ("cdf", 0.7), ("logcdf", 0.7), ("ppf", 0.7), ("interval", 0.9)):
            np.testing.assert_allclose(
                getattr(ours, name)(at), getattr(theirs, name)(at), rtol=1e-7, err_msg=f"{ours} {name}"
            )
        np.testing.assert_allclose(ours.interval(1.0), theirs.interval(1.0))
        for name in ("mean", "median", "var", "std"):
            np.testing.assert_allclose(
                getattr(ours, name), getattr(theirs, name)(), rtol=1e-6, err_msg=f"{ours} {name}"
            )
    assert unif(-2, 2).info == "unif(-2, 2)"


def test_spectrum(paths, ccd):
    source, background = Source.from_src(paths["na.pha"]), Background.from_bkg(paths["na.bak"])
    assert Source.from_plain(paths["na.pha"]).counts.tolist() == source.counts.tolist()
    assert Background.from_plain(paths["na.bak"]).exposure == background.exposure
    mine = Source(source.counts, source.stat_errors, source.exposure, source.quality, source.grouping, source.backscale)
    np.testing.assert_array_equal(mine.errors, source.stat_errors)
    with open(paths["na.pha"], "rb") as file:
        assert Source.from_src(io.BytesIO(file.read())).counts.tolist() == source.counts.tolist()
    assert Source.from_src(Path(paths["na.pha"])).exposure == source.exposure
    plain = Source(source.counts, source.stat_errors)
    assert plain.exposure == plain.backscale == 1.0 and set(plain.quality) == {0} and set(plain.grouping) == {1}
    assert background.set_zero().counts.sum() == 0 and background.counts.sum() > 0
    assert source.info.columns == ("Name", "Channels", "Counts", "Exposure", "Backscale")
    assert source.info["Channels"] == [len(source.counts)] and source.info["Counts"] == [source.counts.sum()]
    response = Response.from_rsp(paths["na.rsp"])
    assert response.drm.shape == (len(response.phbin), len(response.chbin))
    assert len(response.channel_fwhm) == len(response.chbin) and response.info.columns[1:] == (
        "Channel bins",
        "Photon bins",
    )
    again = Response(response.chbin, response.phbin, response.drm)
    np.testing.assert_array_equal(again.drm, response.drm)
    rmf, arf = Redistribution.from_rmf(ccd["ccd.rmf"]), Auxiliary.from_arf(ccd["ccd.arf"])
    np.testing.assert_allclose((rmf * arf).drm, rmf.drm * arf.area[:, None])
    np.testing.assert_array_equal((arf * rmf).drm, (rmf * arf).drm)
    for figure in (
        Plot.spectrum(source),
        Plot.response(response),
        Plot.response_photon(response),
        Plot.response_channel(response),
        Plot.response_photon(arf),
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
    other = Data({"nai": nai, "bgo": burst["bgo"]})
    assert other == burst and burst.srcs[0] is nai.src and burst.rsps[0].drm.shape[1] == len(nai.src.counts)
    with open(paths["na.pha"], "rb") as src, open(paths["na.bak"], "rb") as bkg, open(paths["na.rsp"], "rb") as rsp:
        files = [io.BytesIO(file.read()) for file in (src, bkg, rsp)]
    same = DataUnit(files[0], files[1], rsp=files[2], notc=[[8, 100], [90, 900]], grpg={"min_evt": 5})
    assert same.notc == ((8, 900),) and same.npoint == nai.npoint  # windows that overlap are one
    for grpg in ({"method": "optimal"}, {"min_nevt": 5}, {"min_sigma": 3, "max_bin": 10}, {"max_bin": 4}):
        assert nai.replace(grpg=grpg).npoint < nai.replace(grpg="none").npoint
    tagged = nai.replace(time=3.0, weight=0.5)
    assert (tagged.time, tagged.weight) == (3.0, 0.5) and Data(tagged).times == [3.0] and Data(tagged).weights == [0.5]
    alone = DataUnit(paths["na.pha"], "none", rsp=paths["na.rsp"])
    assert np.all(alone.bkg_counts == 0) and np.all(alone.alpha == 1)
    assert [par.name for par in nai.par.values()] == ["sf", "bf", "rf", "ra", "dec"] and not nai.cfg
    np.testing.assert_array_equal(burst.corr_src_efficiency[0], nai.src_efficiency)
    np.testing.assert_array_equal(burst.corr_rsp_drm[0], nai.rsp_drm)
    with pytest.raises(SpecLabError, match="min_evt"):
        nai.replace(grpg={"min_events": 5})
    with pytest.raises(FrozenStructError, match="replace"):
        burst["nai"] = nai
    assert list(Plot.dataunit(nai, style="CC").fig_data) == ["src", "bkg", "net"]
    assert list(Plot.data(burst).fig_data) == ["nai", "bgo"]
    changed = burst.replace(nai=nai.replace(notc=[[20, 100], [200, 600]]))
    assert changed.npoints[0] < burst.npoints[0] and changed.npoints[1] == burst.npoints[1]


def test_model(paths, tmp_path):
    model = tbabs() * (cpl(redshift=0.1) + band())
    assert model.expr == "tbabs*(cpl+band)" and model.type == "add" and Model.parse(model.expr).expr == model.expr
    assert model.par_info.columns == ("par#", "Component", "Parameter", "Value", "Prior")
    assert model.cfg_info.columns == ("cfg#", "Component", "Parameter", "Value")
    assert len(model.par) == 8 and model.cfg[1].name and len(model.pvalues) == 8
    assert list(model.mdicts) == list(model.fdicts) == ["tbabs", "cpl", "band"]
    assert model.pdicts["cpl"]["alpha"].val == -1.0 and model.cdicts["cpl"]["redshift"].val == 0.1
    assert (tbabs(name="ztbabs") * pl()).expr == "ztbabs*pl" and (pl() + pl() + pl()).expr == "pl+pl2+pl3"
    assert [kind.type for kind in (tbabs() * tbabs(), const() + const(), const() * pl(), pl() / tbabs())] == [
        "mul",
        "math",
        "add",
        "add",
    ]
    for wrong in (lambda: pl() * pl(), lambda: pl() + tbabs(), lambda: tbabs() / pl()):
        with pytest.raises(ModelError):
            wrong()
    assert [p.name for p in cpl(vfv_peak=False).par.values()] == ["alpha", "logEc", "logA"]
    np.testing.assert_allclose(sbpl().slope_func([1e-4, 1e8]), [-1.0, -3.0], atol=1e-6)
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
    assert (
        pl().phtflux_ratio([10, 100], [100, 190]) == pytest.approx(1.0) and pl().ergflux_ratio([10, 20], [20, 40]) < 1
    )

    @component
    def documented_line(E, slope=-1.0, height=1.0):
        """A power law of one's own."""
        return height * E**slope

    own = documented_line(slope=-2.0) + pl()
    np.testing.assert_allclose(own.func(E), E**-2.0 + 1.0, rtol=1e-9)
    model.save(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"model_cfg.json", "model_par.json"}
    figure = Plot.model(style="vFv").add_model(model, E=E)
    figure.save(tmp_path / "model")
    assert "tbabs*(cpl+band)" in json.loads((tmp_path / "model.json").read_text())
    nai = unit(paths, "na", notc=[8, 900])
    rate, spectrum = cpl(logA=1.5).convolve_dataunit(nai)
    np.testing.assert_allclose(rate, Pair(nai, cpl(logA=1.5)).conv_ctsrate[0], rtol=1e-9)
    np.testing.assert_allclose(spectrum * nai.rsp_chbin_width, rate)
    assert cpl().convolve_response(nai.rsp)[0].shape == (len(nai.rsp.chbin),)
    fitted = cpl(alpha=-1.0, logEp=2.3, logA=1.5)
    MaxLikeFit([(nai, fitted)]).fit()
    low, high = fitted.phtspec_sample(E)["Isigma"]
    for point in ("mean", "median", "best", "best_ci", "truth"):
        assert np.all(
            (low <= getattr(fitted, f"{point}_phtspec")(E)) & (getattr(fitted, f"{point}_phtspec")(E) <= high)
        )
        assert getattr(fitted, f"{point}_ergflux_ratio")([10, 100], [100, 1000], 500) > 0


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
    np.testing.assert_allclose(post.par_interval(0.9), post.par_ninety_percent)
    np.testing.assert_allclose(post.par_error(post.par_best)[:, 0], post.par_best - post.par_Isigma[:, 0])
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
        assert boot.save_prefix == "boot" and boot.max_loglike == pytest.approx(-0.5 * infer.stat)
        assert {"AIC", "AICc", "BIC"} <= set(boot.all_IC)
        assert infer.Model[0].expr == "cpl" and Plot.infer(boot).fig_data and Plot.post_corner(boot).fig_data
        ends.append(boot.errors)
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.1)
