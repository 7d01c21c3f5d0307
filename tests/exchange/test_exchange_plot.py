"""bayspec's figures by their names: each is drawn, its numbers are those of the thing, and it is saved."""

import json

import numpy as np
import pytest
from small import make_data, make_unit

from spec_lab import BayesInfer, Plot, unif
from spec_lab._base import ModelError, ParameterError
from spec_lab.data import Auxiliary
from spec_lab.infer import Pair
from spec_lab.models import cpl, hecut, pl


@pytest.fixture(scope="module")
def model():
    return cpl(logA=2.0)


@pytest.fixture(scope="module")
def post(model):
    infer = BayesInfer([(make_data(1, rebn={"max_bin": 4}), model), (make_data(2), pl(logA=2.0))])
    infer.par[3].prior = infer.par[5].prior = unif(-3, 5)
    return infer.preview(draws=1000)


def drawn(figure):
    assert figure._repr_png_().startswith(b"\x89PNG")
    return figure.fig_data


@pytest.mark.parametrize("ploter", ["plotly", "matplotlib"])
def test_data_and_responses(ploter, tmp_path):
    unit = make_unit(1)
    data = make_data(1, 2)
    obs = drawn(Plot.spectrum(unit.src, ploter))["obs"]
    np.testing.assert_array_equal(obs["y"], unit.src.counts)
    rsp = drawn(Plot.response(unit.rsp, ploter, ch_range=[10, 500], ph_range=[10, 900]))["rsp"]
    assert rsp["z"].shape == (len(rsp["y"]), len(rsp["x"])) and len(rsp["x"]) < 24
    area = drawn(Plot.response_photon(unit.rsp, ploter))["rsp"]["y"]
    np.testing.assert_allclose(area, 100.0)
    arf = Auxiliary(*unit.energies, np.full(24, 7.0))
    assert drawn(Plot.response_photon(arf, ploter, ph_range=[10, 100]))["rsp"]["y"].tolist()[0] == 7.0
    channel = drawn(Plot.response_channel(unit.rsp, ploter))["rsp"]["y"]
    np.testing.assert_allclose(channel.sum(), area.sum())
    for style, kind in (("CC", "ctsrate"), ("CE", "ctsspec")):
        parts = drawn(Plot.dataunit(unit, ploter, style))
        assert list(parts) == ["src", "bkg", "net"]
        np.testing.assert_array_equal(parts["net"]["y"], getattr(unit, f"net_{kind}"))
        assert list(drawn(Plot.data(data, ploter, style))) == list(data.names)
    Plot.dataunit(unit).save(tmp_path / "new" / "unit")
    assert json.loads((tmp_path / "new" / "unit.json").read_text())["src"]["x_le"][0] > 0
    assert (tmp_path / "new" / "unit.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("style", "name"), [("CC", "ctsrate"), ("CE", "ctsspec"), ("NE", "phtspec"), ("ENE", "flxspec"), ("vFv", "ergspec")]
)
def test_pairs_and_infers(post, style, name):
    whole = drawn(Plot.infer(post, style=style))
    assert list(whole) == ["u1", "u2"] and len(whole["u1"]["obs"]["x"]) == 6
    fine = drawn(Plot.infer(post.infer, style=style, rebin=False))
    np.testing.assert_allclose(fine["u1"]["obs"]["y"], getattr(post.infer, f"data_{name}")[0])
    np.testing.assert_allclose(fine["u1"]["mo"]["y"], getattr(post.infer, f"model_{name}")[0], rtol=1e-9)
    np.testing.assert_allclose(fine["u2"]["res"]["y"], post.infer.pseudo_residual_list[1], rtol=1e-6)
    one = drawn(Plot.pair(post.pairs[1], style=style))
    assert list(one) == ["u2"]
    np.testing.assert_allclose(one["u2"]["mo"]["y"], getattr(post, f"model_{name}")[1], rtol=1e-9)
    alone = Pair(make_data(2), pl(logA=2.0))
    assert list(drawn(Plot.pair(alone, style=style))) == ["u2"]


def test_a_result_is_drawn_at_the_point_that_is_named(post):
    at = lambda point: Plot.infer(post, at_par=point, rebin=False).fig_data["u1"]["mo"]["y"]  # noqa: E731
    np.testing.assert_allclose(at(None), post.model_ctsspec[0])
    for point in ("best", "best-ci", "median", "mean"):
        assert at(point).shape == (24,)
    assert not np.array_equal(at("best"), at("mean"))
    with pytest.raises(ParameterError, match="no such point"):
        at("truth")
    assert np.all(np.isfinite(post.free_pvalues))


def test_models_beside_each_other(post, model):
    E = np.geomspace(10, 1000, 40)
    plot = Plot.model(style="vFv", post=True)
    curves = drawn(plot.add_model(model, E))
    np.testing.assert_allclose(curves["cpl"]["y"], post.pairs[0].model.ergspec(E), rtol=1e-9)
    assert np.all(curves["cpl"]["y_ci"][0] < curves["cpl"]["y_ci"][1])
    plot.add_model(pl(), E, post=False)
    plot.add_model(model, E, at_par="median")
    assert list(plot.get_fig().fig_data) == ["cpl", "pl", "cpl #3"]
    factor = Plot.model(style="NoU", yrange=(1e-3, 2)).add_model(hecut(), E)
    np.testing.assert_allclose(drawn(factor)["hecut"]["y"], hecut().nouspec(E))
    with pytest.raises(ModelError, match="no fit"):
        Plot.model(post=True).add_model(pl(), E)


def test_corner_and_walkers(post, model):
    assert len(Plot.post_corner(post).fig.axes) == 25
    assert list(Plot.post_corner(post, "cornerpy", at_par="median").fig_data) == post.clean_free_indexed_plabels
    infer = BayesInfer([(make_data(1), pl(logA=2.0))])
    infer.emcee(nstep=30, discard=10, savepath=None, random_seed=1)
    assert list(drawn(Plot.emcee_walker(infer))) == ["p1(alpha)", "p2(logA)"]


def test_what_is_no_such_thing_is_refused(post):
    for figure, wrong in ((Plot.spectrum, 3), (Plot.infer, post.pairs[0]), (Plot.response, make_unit(1))):
        with pytest.raises(TypeError, match="draws a"):
            figure(wrong)
    with pytest.raises(ParameterError, match="style"):
        Plot.dataunit(make_unit(1), style="NE")
    with pytest.raises(ParameterError, match="plotly, matplotlib"):
        Plot.spectrum(make_unit(1).src, "bokeh")
