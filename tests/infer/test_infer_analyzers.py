"""Analyzers are Infers that cannot move: every reading works on them, every edit and engine is refused by their store."""

import copy
import pickle

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Infer, MaxLikeFit, unif
from spec_lab._base import ParameterError, statistic_text
from spec_lab.infer import Bootstrap, Posterior, SampleAnalyzer, compare, select_model
from spec_lab.models import cpl, pl


def made(kind=Infer):
    infer = kind([(make_data(1), cpl())])
    infer.par[3].prior, infer.par[3].val = unif(-3, 5), 2.0
    return infer


@pytest.fixture(scope="module")
def infer():
    return made()


@pytest.fixture(scope="module", params=["posterior", "bootstrap", "sample"])
def result(infer, request):
    if request.param == "bootstrap":
        return infer.fit()
    posterior = infer.preview(draws=2000)
    return posterior if request.param == "posterior" else SampleAnalyzer(infer, posterior.outcome)


def test_an_analyzer_is_an_infer_at_its_best_fit(infer, result):
    assert isinstance(result, Infer) and result.infer is infer
    np.testing.assert_allclose(
        result.free_pvalues, result.par_best if result.par_best is not None else result.par_truth
    )
    assert result.stat == pytest.approx(-2 * result.max_loglike)
    assert result.calc_stat(result.free_pvalues) == pytest.approx(result.stat)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: setattr(r.par[1], "val", -1.0),
        lambda r: setattr(r.par[1], "frozen", True),
        lambda r: r.at_par(r.free_pvalues),
        lambda r: r.link([1, 2]),
        lambda r: r.append(make_data(2), pl()),
        lambda r: r.fit(),
        lambda r: r.preview(),
        lambda r: r.emcee(savepath=None),
        lambda r: setattr(r, "outcome", None),
        lambda r: setattr(r, "posterior_sample", np.ones((5, 4))),
        lambda r: setattr(r, "bootstrap_sample", np.ones((5, 4))),
        lambda r: setattr(r, "loglike_func", lambda infer, theta: 0.0),
        lambda r: r.attach(r.infer.store),
    ],
)
def test_edits_and_engines_are_refused_and_named(result, change):
    before = result.setup
    with pytest.raises(ParameterError, match=r"reads one finished run .*\.infer"):
        change(result)
    assert result.setup is before


def test_moving_the_infer_does_not_move_the_result(result, infer):
    stood, stat = result.free_pvalues, result.stat
    here = infer.par[1].val
    infer.par[1].val = here + 0.1
    assert np.array_equal(result.free_pvalues, stood) and result.stat == stat
    infer.par[1].val = here


def test_each_parameter_has_its_posterior(result):
    for i, par in enumerate(result.free_par.values()):
        post = par.post
        assert post.mean == pytest.approx(result.par_mean[i]) and post.median == pytest.approx(result.par_median[i])
        assert post.Isigma == pytest.approx(tuple(result.par_Isigma[i]))
        assert post.quantile([0.16, 0.84]) == pytest.approx(result.par_quantile([0.16, 0.84])[i])
        assert post.error(post.median) == pytest.approx(tuple(result.par_error(result.par_median)[i]))
        assert len(post.sample) == len(result.sample)
    assert result.par[4].post is None and result.par[4].frozen


def test_copies_stand_alone(result):
    for again in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert type(again) is type(result) and again.stat == result.stat
        assert again.infer is not result.infer and again.infer.stat == result.infer.stat
        again.infer.par[1].val = -1.23
        assert result.infer.par[1].val != -1.23
        with pytest.raises(ParameterError, match="infer"):
            again.par[1].val = 0.0


@pytest.mark.parametrize("kind", [Infer, BayesInfer, MaxLikeFit])
def test_copies_of_an_infer_stand_alone(kind):
    one = made(kind)
    for again in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert type(again) is kind and again.stat == one.stat
        again.par[1].val = -1.5
        assert one.par[1].val != -1.5 and again.par[1] is again.par[1]


def test_every_infer_has_every_engine():
    for name in ("fit", "iminuit", "lmfit", "bootstrap", "preview", "emcee", "nuts", "svi", "nested", "multinest"):
        assert callable(getattr(made(), name))
    assert isinstance(made(BayesInfer).iminuit(), Bootstrap)
    assert isinstance(made(MaxLikeFit).preview(draws=500), Posterior)


def test_one_handle_a_parameter(infer):
    assert infer.par[1] is infer.par["1"] is infer.par["cpl.alpha"] is infer.free_par[1]
    assert infer.par["1*"] is infer.par[1]
    assert infer.idpid[id(infer.par[1])] == {"1"}


def test_quantiles_have_one_row_a_parameter(result):
    assert result.par_quantile(0.5).shape == (3,)
    assert result.par_quantile([0.16, 0.84]).shape == (3, 2)
    np.testing.assert_allclose(result.par_quantile([0.5])[:, 0], result.par_median)
    low, high = result.par_quantile([0.5 - 0.6827 / 2, 0.5 + 0.6827 / 2]).T
    np.testing.assert_allclose(np.stack([low, high], axis=1), result.par_Isigma)


def test_the_sample_as_statistics(result):
    found = result.sample_statistic
    assert list(found) == ["mean", "median", "Isigma", "IIsigma", "IIIsigma"]
    assert found["mean"].shape == (3,) and found["IIIsigma"].shape == (3, 2)
    assert np.all(found["IIIsigma"][:, 0] <= found["Isigma"][:, 0])


def test_criteria_are_numbers_by_name(result):
    found = result.all_IC
    assert isinstance(found["AIC"], float) and found["AIC"] == result.aic and found["BIC"] == result.bic
    assert ("lnZ" in found) is (result.lnZ is not None)
    if result.lnZ is not None:
        assert found["lnZ"] == result.lnZ and found["lnZ_err"] == result.lnZ_err
    assert "AIC" in found.text and found._repr_html_().startswith("<")


def test_two_points_are_named(result):
    assert statistic_text(result.stat) in result.stat_info.text.splitlines()[0]
    assert statistic_text(result.min_stat) in result.all_IC.text.splitlines()[0]
    assert result.aic == pytest.approx(result.min_stat + 6)
    assert -2 * result.max_loglike >= result.min_stat - 1e-9
    assert statistic_text(result.min_stat) in result.goodness().info.text.splitlines()[0]


def test_every_table_with_a_statistic_names_its_point(infer, result):
    assert f"At the present parameters: statistic {statistic_text(infer.stat)}" in infer.goodness().info.text
    assert "at the maximum of each likelihood" in compare({"cpl": result}).text.splitlines()[0]
    assert "AIC at the maximum of each likelihood" in select_model({"cpl": result}, "AIC").info.text


def test_a_run_with_hooks_knows_no_maximum():
    infer = made()
    infer.loglike_func = lambda infer, theta: infer.loglike
    result = infer.emcee(nstep=10, discard=5, savepath=None, random_seed=1)
    for table in (result.all_IC, result.IC_info, result.goodness().info):
        assert table.text.startswith(
            f"At the best draw of a run with hooks: statistic {statistic_text(result.min_stat)}"
        )
    assert "at the draw of highest likelihood" in result.stat_info.text and "maximum" not in result.stat_info.text


def test_a_sample_can_be_read_and_set_by_hand():
    infer = made()
    assert infer.posterior_sample is None and infer.bootstrap_sample is None
    posterior = infer.preview(draws=1000)
    matrix = infer.posterior_sample
    assert matrix.shape == (len(posterior.sample), 4) and infer.bootstrap_sample is None
    np.testing.assert_allclose(matrix[:, 3], posterior.outcome.log_like + infer.problem.log_prior(matrix[:, :3]))
    infer.posterior_sample = matrix[:100]
    again = Posterior(infer)
    assert infer.par[1].post.nsample == 100 and infer.par[1].post.median == again.par_median[0]
    assert len(again.sample) == 100 and again.lnZ is None
    assert again.max_loglike == pytest.approx(infer.calc_loglike(again.par_best))
    infer.fit()
    assert infer.bootstrap_sample.shape == (1000, 4) and infer.posterior_sample is None
    assert infer.par[1].post.nsample == 1000
    with pytest.raises(ParameterError, match="log probability"):
        infer.posterior_sample = matrix[:, :3]


def test_an_analyzer_of_ones_own_reads_its_attribute():
    class Mine(SampleAnalyzer):
        sample_attribute = "my_sample"

    infer = made()
    infer.my_sample = infer.preview(draws=1000).sample_matrix
    assert len(Mine(infer).sample) == len(infer.my_sample)


def test_links_that_change_nothing_are_no_edits():
    infer = Infer([(make_data(1), cpl()), (make_data(2), cpl())])
    before = infer.setup
    infer.link([1])
    infer.unlink([1])
    infer.unlink()
    assert infer.setup is before
    infer.link([1, 4])
    infer.link([2, 5])
    infer.unlink()
    assert all(not par.mates for par in infer.par.values())
    infer.par[1].link(infer.par[4])
    infer.par[1].unlink(infer.par[4])
    assert infer.par[1].mates == ()


def test_pairs_are_tuples_and_can_be_set():
    infer = made()
    data, model = infer.pairs[0]
    assert infer.Data == [data] and infer.Model[0].expression == "cpl" and infer.Pair[0].data is data
    assert infer.inference_type == "Inference"
    assert data is infer.setup.pairs[0].data and model.expression == "cpl"
    other = make_data(2)
    infer.pairs = [(other, pl())]
    assert infer.pairs[0].model.expression == "pl" and len(infer.par) == 7


def test_the_documented_doors():
    import spec_lab.infer.analyzer as analyzers
    import spec_lab.infer.infer as infers
    import spec_lab.infer.pair as pairs
    import spec_lab.infer.statistic as statistics

    assert {infers.Infer, infers.BayesInfer, infers.MaxLikeFit} == {Infer, BayesInfer, MaxLikeFit}
    assert (analyzers.SampleAnalyzer, analyzers.Posterior, analyzers.Bootstrap) == (
        SampleAnalyzer,
        Posterior,
        Bootstrap,
    )
    assert pairs.Pair.__name__ == "Pair" and statistics.Statistic.__name__ == "Statistic"
    assert statistics.StatisticNB.__name__ == "StatisticNB"


def test_a_session_over_a_result_edits_a_copy(result, infer):
    from spec_lab.session import FitSession

    session = FitSession.of(result)
    try:
        assert session.infer is not result and type(session.infer) is type(infer)
        assert session.infer.stat == result.stat
        session.infer.par[1].val = -1.0
        assert result.par[1].val != -1.0
    finally:
        session.close()


def test_tables_by_their_documented_names(infer):
    from spec_lab._base.info import Info

    table = infer.par_info
    assert Info.from_dict(table.data_dict) == table and table.data_list_dict == table.list_dict
    assert table.text_table == table.text and table.html_table == table.html
    assert list(table.data_frame.columns) == list(table.columns)
