"""Four topics as a person who comes from bayspec goes through them: each call documented for them, on the demo data.

Those of fits are in `test_documented_fit_topics`.
"""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from demo_units import unit
from drm_generator import AXES, Generator
from scipy import stats

from spec_lab import Data, DataUnit, Infer, MaxLikeFit, Pair, Plot, unif
from spec_lab._base import DataError, ModelError, ParameterError, SpecLabError
from spec_lab.data import Auxiliary, Background, BalrogResponse, Redistribution, Response, Source
from spec_lab.models import (
    Model,
    band,
    component,
    const,
    cpl,
    csbpl,
    dsbpl,
    gsmooth,
    hlecpl,
    pl,
    sbpl,
    tbabs,
    tsbpl,
    zshift,
)
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


def test_spectrum(paths, ccd, burst_spectra):
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
    _, two = burst_spectra
    for kind, read2 in ((Source, "from_src2"), (Background, "from_bkg2")):
        first, second = getattr(kind, read2)(two, 0), getattr(kind, read2)(f"{two}:1")
        np.testing.assert_array_equal(second.counts, 2 * first.counts)
        assert kind.from_plain(f"{two}:1") == kind.from_plain(two, 1) == second
    versions = Response.from_rsp2(paths["na.rsp"], 1), Response.from_rsp2(f"{paths['na.rsp']}:1")
    assert versions[0] == versions[1] and np.array_equal(versions[0].drm, response.drm)
    assert rmf.info.columns == response.info.columns and arf.info.columns == ("Name", "Photon bins")
    sky = BalrogResponse(Generator(AXES[0]), 45.0, 20.0)
    fit = Infer([(DataUnit(Source(np.full(20, 9.0), None, 10.0), rsp=sky, stat="cstat", name="d"), pl())])
    assert fit.par["d.ra"].val == 45.0 and fit.par["d.dec"].free and str(fit.par["d.ra"].prior) == "unif(0, 360)"
    before = fit.stat
    fit.par["d.ra"].val = 60.0
    assert fit.stat != before
    for figure in (
        Plot.spectrum(source),
        Plot.response(response),
        Plot.response_photon(response),
        Plot.response_channel(response),
        Plot.response_photon(arf),
    ):
        assert figure.fig_data


def test_data(paths, ccd, burst, burst_spectra, tmp_path):
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
    second = DataUnit((str(burst_spectra[1]), 1), paths["na.bak"], rsp=(paths["na.rsp"], 1))
    np.testing.assert_array_equal(second.src_counts, 2 * nai.replace(grpg="none", notc=None).src_counts)
    chip = DataUnit(ccd["ccd.pha"], ccd["ccd.bak"], rmf=ccd["ccd.rmf"], arf=ccd["ccd.arf"])
    product = Redistribution.from_rmf(ccd["ccd.rmf"]) * Auxiliary.from_arf(ccd["ccd.arf"])
    np.testing.assert_array_equal(Data(chip).rsps[0].drm, product.drm)
    assert DataUnit(ccd["ccd.pha"], ccd["ccd.bak"], rsp=product).npoint == chip.npoint
    with pytest.raises(DataError, match="no good channel is noticed"):
        nai.replace(notc=[1e6, 2e6]).channels()
    nothing = Source([0.0, 3.0, 4.0], [0.0, 1.0, 1.0])
    with pytest.raises(SpecLabError, match="no error for chi2"):
        Infer([(DataUnit(nothing, rsp=Response.ideal([1, 2, 3], [2, 3, 4]), stat="chi2"), pl())])
    with pytest.raises(FrozenStructError, match="without"):
        del burst["nai"]
    assert burst.without("nai").names == ("bgo",)
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
    assert [kind.type for kind in (zshift()(pl()), zshift()(tbabs()), zshift()(const()), zshift()(gsmooth()))] == [
        "add",
        "mul",
        "math",
        "conv",
    ]
    assert [kind.type for kind in (tbabs() - const(), const() / const(), pl() - 2, 2 - pl())] == [
        "mul",
        "math",
        "add",
        "add",
    ]
    np.testing.assert_allclose(zshift(z=1.0).func([4.0], O=pl(alpha=-1.0)), zshift(z=1.0)(pl(alpha=-1.0)).func([4.0]))
    np.testing.assert_allclose(hlecpl().func([1.0, 10.0], 20.0), [0.245049667, 0.0204682688], rtol=1e-8)
    np.testing.assert_allclose(hlecpl().phtspec([1.0, 10.0], 20.0), hlecpl().func([1.0, 10.0], 20.0))
    assert hlecpl().phtflux(emin=1, emax=10, ngrid=1000, time=20.0) > hlecpl().phtflux(1, 10, 1000, 30.0) > 0
    for make in (sbpl, csbpl, dsbpl, tsbpl):
        E, step = np.array([5.0, 50.0]), 1e-5
        up, down = (np.log(make().phtspec(E * np.exp(sign * step))) for sign in (1, -1))
        np.testing.assert_allclose(make().slope_func(E), (up - down) / (2 * step), atol=1e-7)
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
    np.testing.assert_allclose(cpl(logA=1.5).convolve_data(Data([("nai", nai)]))[0][0], rate)
    np.testing.assert_allclose(cpl(logA=1.5).integ(nai.ebin) @ nai.rsp_drm, rate, rtol=1e-9)
    assert cpl().convolve_response(nai.rsp)[0].shape == (len(nai.rsp.chbin),)
    for handle, instead in ((model.par[1], "infer.par"), (model.cfg[1], "infer.cfg")):
        with pytest.raises(ParameterError, match=instead):
            handle.val = 1.0


def test_model_after_a_fit(paths):
    E, bands = np.geomspace(10, 1000, 30), ([10, 100], [100, 1000], 500)
    factor, curve = tbabs(N_H=0.1), cpl(alpha=-1.0, logEp=2.3, logA=1.5)
    infer = MaxLikeFit([(unit(paths, "na", notc=[8, 900]), factor * curve)])
    infer.par[1].frozen = True
    result = infer.fit()
    keys = ["mean", "median", "Isigma", "IIsigma", "IIIsigma", "90%"]
    calls = {f"{kind}spec": (E,) for kind in ("pht", "flx", "erg")} | {
        f"{kind}flux": (10, 1000, 500) for kind in ("pht", "erg")
    }
    for name, arguments in (calls | {f"{kind}flux_ratio": bands for kind in ("pht", "erg")}).items():
        sample = getattr(curve, f"{name}_sample")(*arguments)
        assert list(sample) == keys
        low, high = sample["Isigma"]
        for point in ("mean", "median", "best", "best_ci", "truth"):
            value = getattr(curve, f"{point}_{name}")(*arguments)
            assert np.all((low <= value) & (value <= high)), (point, name)
        at_best = getattr(result.pairs[0].model.leaves()[1], name)(*arguments)
        np.testing.assert_allclose(getattr(curve, f"best_{name}")(*arguments), at_best, rtol=1e-9)
    np.testing.assert_allclose(factor.best_nouspec(E), factor.nouspec(E), rtol=1e-9)
    assert list(factor.nouspec_sample(E)) == keys
