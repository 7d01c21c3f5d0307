"""Documented names of models: handles, tables, settings as edits, and what a fit says of a model."""

import gc
import json

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Infer, MaxLikeFit, unif
from spec_lab._base import ModelError, ParameterError
from spec_lab.infer import Pair
from spec_lab.infer.fitted_models import fitted_model
from spec_lab.models import Model, band, const, cpl, csbpl, dsbpl, hecut, pl, sbpl, tbabs, tsbpl, zshift
from spec_lab.models.documented import FLUXES, POINTS, SPECTRA


def test_a_model_reads_by_number():
    model = cpl(logA=2.0) + pl(alpha=-1.5, name="tail")
    assert model.expr == "cpl+tail" and model.type == "add"
    assert list(model.par) == ["1", "2", "3", "4", "5"]
    assert model.par[3].val == model.par["3"].value == 2.0
    assert [p.name for p in model.par.values()] == ["alpha", "logEp", "logA", "alpha", "logA"]
    assert str(model.par[1].prior) == "unif(-2, 2)" and model.par[1].range == (-2.0, 2.0) and not model.par[1].frozen
    assert model.pvalues == tuple(p.val for p in model.par.values())
    assert {(c.component, c.name) for c in model.cfg.values()} == {(c, n) for c, n, _ in model.setting_rows}
    for handle, more in ((model.par[4], "infer.par"), (model.cfg[1], "infer.cfg")):
        with pytest.raises(ParameterError, match=more):
            handle.val = 1.0
    with pytest.raises(ParameterError, match="1 to 5"):
        model.par[6]


def test_a_model_reads_by_component():
    model = tbabs() * (cpl(logA=2.0, redshift=0.1) + pl(name="tail"))
    assert (
        list(model.mdicts) == list(model.fdicts) == list(model.cdicts) == list(model.pdicts) == ["tbabs", "cpl", "tail"]
    )
    assert model.mdicts["cpl"] is model.leaves()[1] and model.cdicts["cpl"]["redshift"].val == 0.1
    assert model.pdicts["cpl"]["logA"].val == 2.0 and model.pdicts["tail"]["logA"].component == "tail"
    E = np.array([1.0, 10.0])
    np.testing.assert_array_equal(model.fdicts["cpl"](E), model.mdicts["cpl"].phtspec(E))
    alone = model.mdicts["cpl"]
    assert alone.params["alpha"].val == alone.par[1].val == -1.0 and alone.config["vfv_peak"].val is True
    assert alone.config["redshift"].frozen and alone.config["redshift"].prior is None
    assert "cut-off" in alone.comment and model.comment == model.expr
    assert [row["Frozen"] for row in model.all_params] == [False] * 6 and model.all_config == model.cfg_info.list_dict
    assert alone.par[1].info["prior"] == "unif(-2, 2)" and alone.par[1].scale == "linear"
    for name, instead in (("params", "pdicts"), ("config", "cdicts")):
        with pytest.raises(ModelError, match=instead):
            getattr(model, name)


def test_a_model_is_folded_without_a_fit():
    model, data = cpl(logA=2.0) + pl(), make_data(1, 2, rebn={"max_bin": 4})
    pair, unit = Pair(data, model), data.units[0]
    rates, spectra = model.convolve_data(data)
    for i, (rate, spectrum) in enumerate(zip(rates, spectra, strict=True)):
        np.testing.assert_allclose(rate, pair.conv_ctsrate[i], rtol=1e-9)
        np.testing.assert_allclose(spectrum, pair.conv_ctsspec[i], rtol=1e-9)
    np.testing.assert_allclose(model.convolve_dataunit(unit)[0], rates[0], rtol=1e-12)
    rate, spectrum = model.convolve_response(unit.rsp)
    np.testing.assert_allclose(rate.sum(), rates[0].sum(), rtol=1e-9)
    np.testing.assert_allclose(spectrum * np.diff(unit.rsp.chbin)[:, 0], rate)
    np.testing.assert_allclose(model.integ(unit.ebin) @ unit.rsp.drm, rate, rtol=1e-9)
    coarse = Infer([(data, model)], rule="trapezoid5").pairs[0].conv_ctsrate[0]
    np.testing.assert_allclose(model.convolve_dataunit(unit, "trapezoid5")[0], coarse, rtol=1e-9)
    with pytest.raises(ModelError, match="pairs of edges"):
        model.integ([1.0, 2.0])
    with pytest.raises(ModelError, match="factor"):
        hecut().integ(unit.ebin)


def test_the_function_of_a_model():
    E = np.array([3.0, 30.0])
    np.testing.assert_array_equal(pl().func(E), pl().phtspec(E))
    np.testing.assert_array_equal(hecut().func(E), hecut().nouspec(E))
    np.testing.assert_allclose(zshift(z=1.0).func(E, None, pl(alpha=-1.0)), zshift(z=1.0)(pl(alpha=-1.0)).func(E))
    for call in (lambda: zshift().func(E), lambda: pl().func(E, O=pl())):
        with pytest.raises(ModelError, match="O=model"):
            call()


@pytest.mark.parametrize("make", [sbpl, csbpl, dsbpl, tsbpl])
def test_the_slope_of_a_broken_power_law(make):
    model, E = make(), np.geomspace(3.0, 300.0, 7)
    step = 1e-5
    up, down = np.log(model.phtspec(E * np.exp(step))), np.log(model.phtspec(E * np.exp(-step)))
    np.testing.assert_allclose(model.slope_func(E), (up - down) / (2 * step), rtol=1e-6, atol=1e-8)


def test_ratios_of_bands():
    model = pl(alpha=-2.0)
    assert model.phtflux_ratio([10, 20], [20, 40]) == pytest.approx(2.0, rel=1e-6)
    assert model.ergflux_ratio([10, 20], [20, 40], 1000) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("text", ["const*pl", "pl*const", "constant*pl", "const(pl)", "pl/const"])
def test_a_constant_that_an_expression_multiplies_on_starts_at_one(text):
    model = Model.parse(text)
    assert model.phtspec(3.0) == pytest.approx(1.0)
    assert next(p.val for p in model.par.values() if p.name == "C") == 1.0
    assert const().par[1].val == Model.parse("const+1").par[1].val == 0.0
    assert Model.parse("const(C=3)*pl").phtspec(3.0) == pytest.approx(3.0)
    assert Model.parse("const(C=0)*pl").phtspec(3.0) == 0.0


def test_tables_of_a_model_are_saved(tmp_path):
    cpl().save(tmp_path)
    rows = json.loads((tmp_path / "model_par.json").read_text())
    assert [row["Parameter"] for row in rows] == ["alpha", "logEp", "logA"]
    assert json.loads((tmp_path / "model_cfg.json").read_text())[0]["cfg#"] == "1"


def test_a_setting_is_an_edit():
    infer = Infer([(make_data(1), cpl(logA=2.0)), (make_data(2), pl())])
    infer.par[1].prior, infer.par[2].val, infer.par[3].frozen = unif(-1, 1), 2.5, True
    infer.link([1, 4])
    before = infer.stat
    number = next(n for n, c in infer.cfg.items() if c.name == "redshift")
    infer.cfg[number].val = 0.5
    assert infer.cfg[number].val == 0.5 and infer.pairs[0].model.setting_rows[0][2] == 0.5
    assert str(infer.par[1].prior) == "unif(-1, 1)" and infer.par[2].val == 2.5 and infer.par[3].frozen
    assert infer.par[1].mates == (4,)
    assert infer.stat != before
    assert infer.cfg[number].info == {
        "cfg#": int(number),
        "name": "redshift",
        "val": 0.5,
        "prior": None,
        "frozen": True,
    }
    assert cpl(redshift=0.5).cfg[1].info == {"name": "redshift", "val": 0.5, "prior": None, "frozen": True}
    infer.cfg[int(number)].value = 0.0
    assert infer.stat == pytest.approx(before, rel=1e-12)
    with pytest.raises(ModelError, match="redshift"):
        infer.cfg[number].val = "far"


def test_a_setting_that_changes_the_parameters():
    infer = Infer([(make_data(1), pl() + cpl(logA=2.0))])
    number = next(n for n, c in infer.cfg.items() if c.name == "vfv_peak")
    infer.par[5].val = 1.25
    infer.cfg[number].val = False
    assert [p.name for p in infer.par.values()][:5] == ["alpha", "logA", "alpha", "logEc", "logA"]
    assert infer.par[5].val == 1.25
    assert infer.cdicts[infer.pairs[0].model.expression]["cpl"]["vfv_peak"].val is False


def test_pairs_that_share_a_model_share_its_settings():
    model = cpl(logA=2.0)
    infer = Infer([(make_data(1), model), (make_data(2), model)])
    infer.cfg[1].val = 1.0
    assert [pair.model.setting_rows[0][2] for pair in infer.pairs] == [1.0, 1.0]
    assert infer.free_nparams == 3


@pytest.fixture(scope="module")
def after_a_fit():
    model = cpl(logA=2.0)
    infer = BayesInfer([(make_data(1), model)])
    infer.par[3].prior = unif(-3, 5)
    return model, infer.preview(draws=1000)


@pytest.mark.parametrize("name", [n for n in SPECTRA if n != "nouspec"])
def test_spectra_of_a_model_after_a_fit(after_a_fit, name):
    model, post = after_a_fit
    E = np.geomspace(10, 1000, 5)
    at_best = getattr(post.pairs[0].model, name)(E)  # the analyzer stands at the best draw
    np.testing.assert_allclose(getattr(model, f"best_{name}")(E), at_best, rtol=1e-9)
    sample = getattr(model, f"{name}_sample")(E)
    assert list(sample) == ["mean", "median", "Isigma", "IIsigma", "IIIsigma", "90%"]
    assert sample["median"].shape == (5,) and sample["Isigma"].shape == (2, 5)
    assert np.all(sample["IIsigma"][0] < sample["Isigma"][0]) and np.all(sample["Isigma"][0] < sample["median"])
    for point in ("mean", "median", "best_ci"):
        value = getattr(model, f"{point}_{name}")(E)
        assert np.all((sample["IIIsigma"][0] < value) & (value < sample["IIIsigma"][1]))
    assert np.ndim(getattr(model, f"best_{name}")(100.0)) == 0
    with pytest.raises(ModelError, match="truth"):
        getattr(model, f"truth_{name}")(E)


@pytest.mark.parametrize("name", FLUXES)
def test_fluxes_of_a_model_after_a_fit(after_a_fit, name):
    model, post = after_a_fit
    want = post.flux(10, 1000, photons=name == "phtflux", most=1000)
    sample = getattr(model, f"{name}_sample")(emin=10, emax=1000, ngrid=2000)
    assert sample["median"] == pytest.approx(want.median[0], rel=1e-9)
    np.testing.assert_allclose(sample["Isigma"], want.Isigma[0], rtol=1e-9)
    best = getattr(model, f"best_{name}")
    assert best(10, 1000) == pytest.approx(getattr(post.pairs[0].model, name)(10, 1000), rel=1e-9)
    assert getattr(model, f"best_{name}_ratio")([10, 100], [100, 1000]) == pytest.approx(
        best(10, 100) / best(100, 1000)
    )
    assert getattr(model, f"{name}_ratio_sample")([10, 100], [100, 1000], 1000)["mean"] > 0


def test_a_best_fit_has_a_truth():
    model = pl()
    infer = Infer([(make_data(1), model)])
    result = infer.fit()
    assert model.truth_ergflux(10, 1000) == pytest.approx(result.pairs[0].model.ergflux(10, 1000), rel=1e-9)


def test_a_model_knows_its_fit_when_the_infer_is_gone():
    def best(model):
        return MaxLikeFit([(make_data(1), model)]).fit().errors

    model = pl()
    best(model)
    gc.collect()
    low, high = model.ergflux_sample(10, 1000)["Isigma"]
    assert low < model.best_ergflux(10, 1000) < high
    kept = fitted_model(model)._outcome.setup.pairs[0].model
    assert kept is not model and kept.expr == model.expr  # so that what is kept does not keep the model


def test_components_know_their_fit_too():
    continuum, factor = pl(logA=2.0), hecut()
    infer = BayesInfer([(make_data(1), factor * continuum)])
    infer.par[3].prior = unif(-3, 5)
    infer.preview(draws=500)
    E = np.array([20.0, 200.0])
    assert continuum.best_phtspec(E).shape == (2,) and factor.nouspec_sample(E)["mean"].shape == (2,)
    with pytest.raises(ModelError, match="mul"):
        factor.best_phtspec(E)


def test_without_a_fit_it_says_so():
    model = band()
    with pytest.raises(ModelError, match=r"took part in no fit.*preview"):
        model.best_ergflux(10, 1000)
    assert all(callable(getattr(model, f"{point}_phtspec")) for point in POINTS)


def test_the_models_of_an_infer_know_the_last_fit_too():
    model = pl()
    infer = Infer([(make_data(1), model)])
    infer.fit()
    infer.par[1].val = -1.0  # the model in the fit is another value now; the last fit stays the last
    expected = model.best_ergflux(10, 1000)
    for found in (infer.Model[0], infer.pairs[0].model, infer.Pair[0].model, *infer.Model[0].leaves()):
        assert found.best_ergflux(10, 1000) == pytest.approx(expected, rel=1e-12)
