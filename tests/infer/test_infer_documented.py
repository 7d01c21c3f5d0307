"""The documented interface: every name is there and says what it should."""

import inspect
import json

import numpy as np
import pytest
from documented_names import ANALYZER, INFER_METHODS, INFER_PROPERTIES, PAIR, STATISTICS
from small import make_data

from spec_lab import BayesInfer, Infer, MaxLikeFit, unif
from spec_lab._base import ParameterError, value_and_error
from spec_lab.infer import Bootstrap, Pair, Posterior, SampleAnalyzer
from spec_lab.models import cpl, pl
from spec_lab.statistics import Statistic, StatisticNB


@pytest.fixture(scope="module")
def joint():
    infer = BayesInfer([(make_data(1), cpl()), (make_data(2, stat="cstat", rebn={"max_bin": 4}), pl())])
    for pid in (3, 5):
        infer.par[pid].prior = unif(-3, 5)
        infer.par[pid].val = 2.0
    return infer


@pytest.fixture(scope="module")
def posterior(joint):
    return joint.preview(draws=4000)


@pytest.mark.parametrize("name", INFER_PROPERTIES)
def test_every_property_can_be_read(joint, name):
    value = getattr(joint, name)
    assert value is not None or name.endswith("_func")


@pytest.mark.parametrize("name", INFER_METHODS)
def test_every_method_is_there(joint, name):
    assert callable(getattr(joint, name))


@pytest.mark.parametrize("name", PAIR)
def test_every_reading_of_a_pair(joint, name):
    value = getattr(joint.pairs[1], name)
    if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
        n = 6 if "re_" in name else 24
        assert [len(v) for v in value] == [n]
        assert np.all(np.isfinite(value[0]))


@pytest.mark.parametrize("name", ANALYZER)
def test_every_reading_of_a_sample(posterior, name):
    assert getattr(posterior, name) is not None or name == "par_truth"


def test_documented_signatures():
    assert list(inspect.signature(Infer.__init__).parameters)[:2] == ["self", "pairs"]
    assert inspect.signature(Pair.rate_to_fluxdensity).parameters["unit"].default == "fv"
    assert inspect.signature(SampleAnalyzer.par_error).parameters["q"].default == 0.6827
    assert (Posterior.sample_attribute, Posterior.save_prefix) == ("posterior_sample", "post")
    assert (Bootstrap.analyzer_type, Bootstrap.save_prefix) == ("Bootstrap Results", "boot")
    for cls in (Statistic, StatisticNB):
        for name in STATISTICS:
            assert callable(getattr(cls, name))


def test_numbers_hang_together(joint):
    assert joint.stat == pytest.approx(sum(joint.stat_list))
    assert joint.stat == pytest.approx(float(np.sum(joint.pseudo_residual**2)))
    assert joint.loglike == pytest.approx(-joint.stat / 2)
    assert joint.calc_stat(joint.free_pvalues) == joint.stat
    assert joint.calc_logprob(joint.free_pvalues) == pytest.approx(joint.logprior + joint.loglike)
    assert np.log(joint.prior) == pytest.approx(joint.logprior)
    assert joint.npoint == sum(joint.npoint_list) == 48
    assert joint.pairs[0].stat == pytest.approx(joint.stat_list[0])
    for data, model, error, residual in zip(
        joint.data_ctsrate, joint.model_ctsrate, joint.data_ctsrate_error, joint.residual, strict=True
    ):
        np.testing.assert_allclose(residual, (data - model) / error)
    for name in ("phtspec", "flxspec", "ergspec"):
        model, data = getattr(joint, f"model_{name}"), getattr(joint, f"data_{name}")
        for m, d, mc, dc in zip(model, data, joint.model_ctsspec, joint.data_ctsspec, strict=True):
            np.testing.assert_allclose(d / m, dc / mc, rtol=1e-9)


def test_calculating_moves_nothing(joint):
    before = joint.setup
    joint.calc_stat(joint.free_pvalues + 0.01)
    joint.calc_pseudo_residual(joint.free_pvalues + 0.01)
    joint.preview(draws=1000)
    assert joint.setup is before


def test_labels(joint):
    assert joint.clean_free_indexed_plabels == ["p1(alpha)", "p2(logEp)", "p3(logA)", "p4(alpha)", "p5(logA)"]
    assert all(label.startswith("$") and label.endswith("$") for label in joint.free_plabels)


def test_tables_have_the_documented_columns(joint, posterior):
    named = "par#,Class,Expression,Component,Parameter,Value,Prior"
    assert ",".join(joint.par_info.data_dict) == named
    assert ",".join(joint.free_par_info.data_dict) == named
    assert ",".join(joint.cfg_info.data_dict) == "cfg#,Class,Expression,Component,Parameter,Value"
    assert joint.par_info.data_dict["par#"][0] == "1*"
    assert list(posterior.free_par_info.data_dict) == [
        "par#", "Class", "Expression", "Component", "Parameter", "Mean", "Median", "Best", "1sigma Best", "1sigma CI", "90% CI",
    ]  # fmt: skip
    stat = posterior.stat_info.data_dict
    assert list(stat) == ["Data", "Model", "Statistic", "Value", "Bins"]
    assert stat["Data"][-1] == "Total" and stat["Bins"][-1] == 48
    assert stat["Value"][-1].endswith("/43")
    assert list(posterior.all_IC) == ["AIC", "AICc", "BIC", "lnZ", "lnZ_err"]


def test_par_info_shows_links_freezes_and_ties():
    infer = Infer([(make_data(1), cpl()), (make_data(2), cpl())])
    infer.link([1, 4])
    infer.par[2].frozen = True
    infer.par[5].tie("2*par[2]")
    prior = infer.par_info.data_dict["Prior"]
    assert prior[0] == "unif(-2, 2)"
    assert prior[1] == "frozen"
    assert prior[3] == "=par#{1}"
    assert prior[4] == "=2*par[2]"


def test_prior_transform_and_hooks(joint):
    middle = joint.prior_transform(np.full(5, 0.5))
    assert middle[0] == pytest.approx(0.0)
    infer = Infer([(make_data(1), pl())])
    infer.loglike_func = lambda self, theta: -42.0 + 0 * theta[0]
    assert infer.calc_loglike(infer.free_pvalues) == -42.0
    infer.logprior_func = lambda self, theta: -1.0
    assert infer.calc_logprob(infer.free_pvalues) == -43.0
    infer.prior_transform_func = lambda self, cube: cube * 2
    assert infer.prior_transform([0.5, 0.25]).tolist() == [1.0, 0.5]
    with pytest.raises(ParameterError, match="callable"):
        infer.loglike_func = 3


def test_what_a_notebook_shows_is_readable(joint, posterior):
    shown = [joint, joint.par, joint.free_par, joint.par[1], joint.cfg, joint.cfg[1], joint.pairs[0], posterior]
    for thing in shown:
        text, page = repr(thing), thing._repr_html_()
        assert "object at 0x" not in text and "cpl" in text + page
        assert page.startswith("<") and "<script" not in page
    for thing in (joint.store, joint.unit_spectra()[0], posterior.ppc(n=5).units[0], joint.setup, posterior.outcome):
        assert "object at 0x" not in repr(thing)


def test_saved_files(joint, posterior, tmp_path):
    joint.save(tmp_path / "new")
    posterior.save(tmp_path / "new")
    names = {p.name for p in (tmp_path / "new").iterdir()}
    assert {"infer_cfg.json", "infer_par.json", "post_free_par.json", "post_stat.json", "post_IC.json"} <= names
    rows = json.loads((tmp_path / "new" / "infer_par.json").read_text())
    assert rows[0]["Parameter"] == "alpha"
    for thing in (joint, posterior):
        with pytest.raises(ParameterError, match="savepath is no folder; got None"):
            thing.save(None)


def test_handles_are_live(joint):
    infer = Infer([(make_data(1), cpl())])
    par = infer.par["cpl.alpha"]
    infer.par[1].val = -1.25
    assert par.val == -1.25 and float(par) == -1.25
    par.frozen_at(-1.0)
    assert infer.par[1].frozen and infer.par["1"].val == -1.0 and not par.free
    assert par.range == (-1.0, -1.0)
    par.thaw()
    par.prior = "norm(-1, 0.2)"
    assert str(infer.par[1].prior) == "norm(-1, 0.2)"
    with pytest.raises(ParameterError):
        par.prior = 3
    with pytest.raises(ParameterError):
        par.prior = "unif(2, 1)"
    assert str(infer.par[1].prior) == "norm(-1, 0.2)"


@pytest.mark.parametrize("theta", [[1.0], [1.0] * 9, [[1.0, 2.0, 3.0, 1, 1]]])
def test_a_vector_of_the_wrong_length_is_named(joint, theta):
    with pytest.raises(ParameterError, match=r"p3\(logA\)"):
        joint.calc_stat(theta)


def test_without_pairs_it_says_so():
    with pytest.raises(ParameterError, match="append"):
        _ = Infer().stat


def test_appending_builds_the_same_thing():
    one, two = make_data(1), make_data(2)
    infer = Infer()
    infer.append((one, cpl()))
    infer.append(two, pl())
    assert infer.stat == pytest.approx(Infer([(one, cpl()), (two, pl())]).stat)


def test_fits_leave_the_parameters_at_the_best_fit():
    data = make_data(1)
    ends = []
    for engine in ("fit", "iminuit", "lmfit"):
        infer = MaxLikeFit([(data, cpl())])
        infer.par[3].prior, infer.par[3].val = unif(-3, 5), 2.0
        result = getattr(infer, engine)()
        assert infer.stat == pytest.approx(result.outcome.stat)
        assert isinstance(result, Bootstrap)
        np.testing.assert_allclose(result.sample[0], infer.free_pvalues)
        ends.append((infer.stat, *result.errors))
    np.testing.assert_allclose(ends, [ends[0]] * 3, rtol=0.05)
    assert np.ptp([e[0] for e in ends]) < 1e-3


def test_a_fit_at_a_bound_says_which_parameter():
    infer = MaxLikeFit([(make_data(1), pl())])
    infer.par[2].prior = unif(-3, 5)
    infer.par[1].prior = unif(-1, 1)
    result = infer.fit()
    assert result.outcome.status == "at_bound"
    assert "pair1.pl.alpha" in result.outcome.message


def test_nothing_free_is_said():
    infer = MaxLikeFit([(make_data(1), pl())])
    infer.par[1].freeze()
    infer.par[2].freeze()
    assert np.isfinite(infer.stat)
    with pytest.raises(RuntimeError, match="nothing to fit"):
        infer.fit()


def test_an_improper_prior_is_refused_before_sampling():
    infer = BayesInfer([(make_data(1), pl())])
    infer.par[2].prior = None
    with pytest.raises(RuntimeError, match=r"par\[2\] \(logA\)"):
        infer.preview()
    infer.fit()


def test_unknown_engine_and_option():
    infer = BayesInfer([(make_data(1), pl())])
    with pytest.raises(RuntimeError, match="nuts"):
        infer.run("hmc")
    with pytest.raises(RuntimeError, match="starts"):
        infer.fit(stats=3)
    with pytest.raises(RuntimeError, match="int"):
        infer.fit(starts="many")


def test_an_unknown_statistic_is_named():
    with pytest.raises(ValueError, match="pgstatt"):
        Infer([(make_data(1, stat="pgstatt"), pl())])


def test_reading_nothing_says_what_to_do():
    with pytest.raises(ParameterError, match=r"infer\.fit"):
        Posterior(Infer([(make_data(1), pl())]))


def test_html_and_text_are_there(joint, posterior):
    assert "<table" in joint._repr_html_()
    assert "Posterior Results" in repr(posterior)
    assert "<table" in posterior._repr_html_()
    assert "cpl.alpha" in repr(joint.par[1])


def test_fluxes_carry_their_uncertainty(posterior):
    infer = posterior.infer
    flux = posterior.flux(10, 100, pair=2, most=200)
    infer_flux = infer.pairs[1]
    assert flux.draws.shape == (200, 1)
    low, high = flux.IIIsigma[0]
    best = BayesInfer([(make_data(2, stat="cstat"), pl())])
    best.at_par(posterior.par_median[3:])
    assert low < best.pairs[0].energy_flux(10, 100) < high
    assert posterior.flux_info(10, 100).data_dict["Quantity"] == ["energy flux", "photon flux"]
    with pytest.raises(ParameterError, match="pair"):
        posterior.flux(10, 100, pair=3)
    with pytest.raises(ParameterError, match="band"):
        infer_flux.photon_flux(100, 10)


def test_predictive_criteria(posterior):
    pytest.importorskip("arviz_base")
    table = posterior.log_likelihood(most=64)
    assert table.shape == (64, 48)
    assert np.all(table <= 1e-9)
    found = posterior.loo()
    assert found.value == pytest.approx(posterior.waic().value, rel=0.05)
    assert found.effective == pytest.approx(5, abs=3)
    assert "LOOIC" in repr(found) and "Largest Pareto k" in repr(found) and "array" not in repr(found)
    assert value_and_error(posterior.waic().value, posterior.waic().error) in posterior.waic()._repr_html_()
    assert next(iter(posterior.to_arviz().posterior)) == "pair1.cpl.alpha"


def test_the_corner_plot_is_a_figure(posterior):
    assert len(posterior.corner().axes) == 25
