"""Profiles, comparisons and figures of a fit."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Infer, compare, unif
from spec_lab._base import ParameterError
from spec_lab.models import Model, cpl, pl


def fitted(model, **more):
    infer = BayesInfer([(make_data(1, **more), model)])
    norm = infer.par[f"{model.expression}.logA"]
    norm.prior, norm.val = unif(-3, 5), 2.0
    return infer, infer.fit()


@pytest.fixture(scope="module")
def power_law():
    return fitted(pl())


def test_a_profile_of_a_linear_problem_is_its_parabola(power_law):
    _, fit = power_law
    for pid, best, error in zip((1, "pl.logA"), fit.par_truth, fit.errors, strict=True):
        found = fit.profile(pid)
        assert len(found.values) == 31 and found.delta.min() == pytest.approx(0, abs=1e-6)
        assert found.interval() == pytest.approx((best - error, best + error), abs=0.05 * error)
        assert found.interval(4.0) == pytest.approx((best - 2 * error, best + 2 * error), abs=0.1 * error)


def test_a_profile_refits_the_others_and_moves_nothing(power_law):
    infer, fit = power_law
    before = infer.setup
    value = float(fit.par_truth[0] + 2 * fit.errors[0])
    (delta,) = fit.profile(1, [value]).delta
    infer.par[1].frozen_at(value)
    refitted = infer.fit().outcome.stat
    assert delta == pytest.approx(refitted - fit.outcome.stat, abs=1e-6)
    infer.par[1].thaw()
    infer.at_par(fit.par_truth)
    np.testing.assert_allclose(infer.setup.values, before.values)


def test_a_profile_ends_at_the_prior_and_says_where_it_never_rises(power_law):
    infer, fit = power_law
    edge = float(fit.par_truth[0] + 0.5 * fit.errors[0])
    infer.par[1].prior = unif(-5, edge)
    cut = infer.fit().profile(1)
    assert cut.values.max() == pytest.approx(edge)
    assert np.isnan(cut.interval()[1]) and np.isfinite(cut.interval()[0])
    assert "nan" in repr(cut)
    infer.par[1].prior = unif(-5, 5)


def test_a_frozen_parameter_has_no_profile(power_law):
    with pytest.raises(ParameterError, match="free parameter"):
        power_law[1].profile("u1.sf")


def test_a_profile_says_of_what_and_refuses_nonsense(power_law):
    _, boot = power_law
    found = boot.profile(2, points=5)
    assert found.info.text.startswith("Profile of log A, photons") and "(photons" in found.figure().axes[0].get_xlabel()
    assert boot.contour(1, 2, points=5).projection(1).unit == found.unit
    for wrong in (
        {"points": 0},
        {"points": 2.5},
        {"values": "a"},
        {"values": []},
        {"values": [np.nan, 1.0]},
        {"reach": -1},
    ):
        with pytest.raises(ParameterError, match=r"points must be|finite numbers|somewhere"):
            boot.profile(2, **wrong)


def test_figures_are_figures(power_law):
    infer, fit = power_law
    assert infer.spectrum(title="mine").legends[0].get_title().get_text() == "mine"
    assert fit.profile(1).figure().axes[0].get_ylabel() == r"$\Delta$ statistic"
    points = infer.qq(title="all").axes[0].lines[-1].get_ydata()
    np.testing.assert_allclose(points, np.sort(infer.pseudo_residual))
    assert "photons" in infer.preview(seed=1).corner().axes[2].get_ylabel()


@pytest.mark.parametrize("style", ["CC", "CE", "NE", "Fv", "vFv"])
def test_a_spectrum_shows_the_terms_of_its_model(style):
    infer = BayesInfer([(make_data(1, 2), Model.parse("tbabs*(pl+bb)"))])
    infer.at_par([0.1, -1.6, 2.0, 1.0, 1.0])
    figure = infer.spectrum(style)
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    folded = style in ("CC", "CE")
    assert said == ["u1", "u2", *([] if folded else ["tbabs*(pl+bb)"]), "pl", "bb"]
    drawn = (
        [p.get_data().values for p in figure.axes[0].patches]
        if folded
        else [x.get_ydata() for x in figure.axes[0].lines]
    )
    for whole, *terms in zip(*[iter([y for y in drawn if np.isfinite(y).all()])] * 3, strict=True):
        np.testing.assert_allclose(sum(terms), whole, rtol=1e-9)  # the terms carry their factors and sum to the model
    assert len(infer.spectrum(style, terms=False, rebin=True).legends[0].get_texts()) == len(said) - 2
    expected = {"CC": infer.model_ctsrate, "CE": infer.model_ctsspec}
    if folded:
        np.testing.assert_allclose(drawn[0], expected[style][0])
    unit = {"CC": "channel", "CE": "keV", "NE": "photons", "Fv": "erg", "vFv": "erg"}[style]
    assert unit in figure.axes[0].get_ylabel()


def test_an_unfolded_point_is_the_documented_quantity():
    infer = BayesInfer([(make_data(1), pl())])
    infer.at_par([-1.6, 2.0])
    for style, name in (("NE", "phtspec"), ("Fv", "flxspec"), ("vFv", "ergspec")):
        bars = [c for c in infer.spectrum(style).axes[0].containers]
        heights = np.concatenate([seg[:, 1] for c in bars for seg in c.lines[2][0].get_segments()]).reshape(-1, 2)
        expected = getattr(infer, f"data_{name}")[0]
        assert np.isin(np.round(np.log10(expected[expected > 0]), 9), np.round(np.log10(heights[:, 0]), 9)).all()


def test_a_mistyped_spectrum_is_named():
    infer = BayesInfer([(make_data(1), pl())])
    with pytest.raises(
        ParameterError, match=r"unknown style of a spectrum; got 'vfv'; allowed: CC, .*Did you mean vFv\?"
    ):
        infer.spectrum("vfv")
    with pytest.raises(ParameterError, match=r"no option 'titel'; got 'x'; allowed: style, .*Did you mean title\?"):
        infer.spectrum(titel="x")
    with pytest.raises(ParameterError, match="no pairs yet"):
        BayesInfer().spectrum()


def test_models_of_the_same_data_are_compared(power_law):
    infer, fit = power_law
    other, curved = fitted(cpl())
    table = compare({"curved": curved, "straight": fit})
    assert sorted(table["Model"]) == ["curved", "straight"] and table["ΔAIC"][0] == 0
    assert table["AIC"] == sorted(table["AIC"]) and "lnZ" not in table.columns
    assert dict(zip(table["Model"], table["dof"], strict=True)) == {"curved": 21, "straight": 22}
    sampled = compare({"curved": other.preview(draws=2000), "straight": infer.preview(draws=2000)})
    assert sum(sampled["Probability"]) == pytest.approx(1, abs=0.01)
    best = int(np.argmax(sampled["Probability"]))
    assert sampled["Model"][best] == "straight"  # the truth has no curvature


def test_different_data_are_not_compared(power_law):
    with pytest.raises(ParameterError, match="same data"):
        compare({"a": power_law[1], "b": fitted(pl(), notc=[10, 100])[1]})
    with pytest.raises(ParameterError, match="nothing"):
        compare({})


def test_residuals_of_the_display_grouping_are_those_of_the_statistic():
    for stat in ("pgstat", "cstat", "pstat", "gstat"):
        infer = Infer([(make_data(1, stat=stat), pl(alpha=-1.6, logA=2.28))])
        drawn = [u.signed for u in infer.unit_spectra(rebin=True)]  # no display grouping: the one of the fit
        np.testing.assert_allclose(drawn[0], infer.pseudo_residual_list[0], rtol=1e-9, atol=1e-9)
    coarse = Infer([(make_data(1, rebn={"max_bin": 4}), pl(alpha=-1.6, logA=2.28))])
    assert len(coarse.unit_spectra(rebin=True)[0].signed) == 6 and coarse.spectrum(rebin=True).axes
    few = Infer([(make_data(1, stat="cstat", norm=1e-3), pl(alpha=-1.6, logA=-3.0))])
    c = few.unit_spectra(rebin=True)[0]
    assert np.all(np.isfinite(c.signed)) and np.abs(c.signed).max() < 5


def test_a_trace_shows_each_chain_and_what_has_none_says_so(power_law):
    infer = power_law[0]
    for posterior, chains in (
        (infer.emcee(nstep=20, discard=4, walkers=10, savepath=None), 10),
        (infer.nuts(draws=20, warmup=25, chains=3), 3),
    ):
        rows = posterior.trace().axes
        assert [len(axes.lines) for axes in rows] == [chains] * posterior.k
        walked = np.asarray(posterior.outcome.draws).reshape(-1, chains, posterior.k)
        np.testing.assert_array_equal(rows[1].lines[2].get_ydata(), walked[:, 2, 1])
        assert np.abs(np.diff(walked, axis=0)).mean() < 3 * walked.std()
    with pytest.raises(ParameterError, match="no chains; got 'preview'; allowed: a run of emcee or nuts"):
        infer.preview(draws=200).trace()


def test_two_models_of_one_expression_are_told_apart():
    infer = Infer([(make_data(1), pl()), (make_data(2), pl())])
    assert [text.get_text() for text in infer.spectrum("NE").legends[0].get_texts()][2:] == ["pl (u1)", "pl (u2)"]
    assert "pl" in [text.get_text() for text in Infer([(make_data(1), pl())]).spectrum("NE").legends[0].get_texts()]
