"""Goodness of fit, predictive checks and transforms, from a fit: numbers that do not come from the same code."""

import numpy as np
import pytest
from scipy.stats import chi2, poisson
from small import make_data, make_unit

from spec_lab import BayesInfer, Data, MaxLikeFit, datasets, unif
from spec_lab._base import ParameterError, StatisticError
from spec_lab.fit import Problem, Setup
from spec_lab.models import bb, cpl, pl
from spec_lab.results.model_counts import model_counts


def made(*seeds, kind=BayesInfer, model=None, **more):
    infer = kind([(make_data(*seeds, **more), model or pl())])
    norm = infer.par["pl.logA" if model is None else f"{model.expression}.logA"]
    norm.prior, norm.val = unif(-3, 5), 2.0
    infer.fit()
    return infer


def without_background(mean=None, **more):
    unit = make_unit(1, **more).replace(bkg=None)
    if mean is not None:
        counts = np.random.default_rng(6).poisson(mean, 24).astype(float)
        unit = unit.replace(src=unit.src.replace(counts=counts, errors=None))
    return Data([("u1", unit)])


def few_counts(seed):
    """200 channels with one count of background in the region next to the source, a quarter of one in the source's."""
    unit, generator = make_unit(1, channels=200, stat="cstat"), np.random.default_rng(seed)
    m = model_counts(
        Problem(Setup.from_pairs([(Data([("u1", unit)]), pl(alpha=-1.6, logA=np.log10(0.5)))])), [-1.6, np.log10(0.5)]
    )
    src = unit.src.replace(counts=generator.poisson(m[0].source[0] + 0.25).astype(float), errors=None)
    return Data(
        [("u1", unit.replace(src=src, bkg=unit.bkg.replace(counts=generator.poisson(np.ones(200)) * 1.0, errors=None)))]
    )


@pytest.fixture(scope="module")
def two():
    return made(1, 2)


# -- goodness of fit ---------------------------------------------------------------------------------------------------
def test_goodness_adds_up(two):
    found = two.goodness()
    assert found.total.value == pytest.approx(two.stat) and found.dof == two.dof == 46
    assert sum(u.shared for u in found.units) == pytest.approx(2, abs=1e-6)
    assert [u.shared for u in found.units] == pytest.approx([1, 1], abs=0.1)  # alike, so each determines half
    assert found.total.expected == pytest.approx(sum(u.fit.expected for u in found.units))
    assert abs(found.total.z) < 3 and "neither against the model" in found.sentence
    assert found.info["Data"] == ["u1", "u2", "Total"] and found.info["dof"][-1] == "46"
    assert "<table>" in found._repr_html_() and found.sentence in repr(found)


def test_parameters_of_one_unit_are_counted_there():
    infer = BayesInfer([(make_data(1), pl()), (make_data(2), pl())])
    for pid in (2, 4):
        infer.par[pid].prior, infer.par[pid].val = unif(-3, 5), 2.0
    infer.fit()
    infer.par[3].frozen = True
    assert [u.shared for u in infer.goodness().units] == pytest.approx([2, 1], abs=1e-4)
    for pid in (1, 2, 4):
        infer.par[pid].frozen = True
    assert infer.goodness().dof == 48 and infer.goodness().total.value == pytest.approx(infer.stat)


def test_chi2_has_the_tail_of_chi2():
    fit = made(1, stat="gstat", kind=MaxLikeFit).fit()
    found = fit.goodness()
    assert found.total.p == pytest.approx(chi2.sf(fit.outcome.stat, 22), rel=1e-3)
    assert found.units[0].fit.p == pytest.approx(found.total.p, rel=1e-3)


def test_weights_enter_sum_and_variance():
    plain, heavy = made(1).goodness(), made(1, weight=4.0).goodness()
    assert heavy.total.value == pytest.approx(4 * plain.total.value, rel=1e-6)
    assert heavy.total.z == pytest.approx(plain.total.z, rel=1e-2)
    assert heavy.units[0].fit.value == pytest.approx(plain.total.value, rel=1e-6)


def test_a_wrong_model_is_called_wrong_where_it_is_wrong():
    infer = made(1, model=bb())
    found = infer.goodness()
    assert found.total.p < 1e-6 and "does not describe the data" in found.sentence
    assert "keep one sign for long in u1" in found.sentence


def test_the_expectation_is_the_mean_over_simulated_fits():
    """Kaastra's sum less the number of parameters, against refits of simulated low-count data (no background: exact C)."""
    infer = MaxLikeFit([(without_background(mean=2.0, stat="cstat"), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 3), 0.0
    fit = infer.fit()
    found, drawn = fit.goodness().total, fit.ppc(n=400, seed=1).simulated
    assert np.median(model_counts(fit.problem, fit.par_truth)[0].total) < 5  # few counts: E[C] is not 1
    assert drawn.mean() == pytest.approx(found.expected, abs=4 * drawn.std() / 20)
    assert drawn.var() == pytest.approx(found.variance, rel=0.25)


def test_few_counts_over_an_uncertain_background_are_confessed():
    found = made(1, norm=0.01, stat="cstat").goodness()
    assert 0 < found.units[0].doubtful <= 24 or "rough" not in found.sentence
    assert made(1).goodness().units[0].doubtful == 0


def test_a_posterior_is_judged_at_its_maximum(two):
    assert two.preview(draws=500).goodness().total.value == pytest.approx(two.fit().outcome.stat, abs=1e-4)


# -- predictive checks -------------------------------------------------------------------------------------------------
def test_other_counts_give_the_statistic_of_those_data(two):
    again = two.simulate(seed=4)
    columns = []
    for stat in Problem(again.setup).layout.statistics:
        assert stat.method == "PGstat"
        units = [u.channels() for u in again.setup.pairs[0].data.units]
        columns.append({name: np.concatenate([getattr(c, name) for c in units]) for name in ("S", "B", "sigma_S")})
    errors = [u.channels().sigma_B for u in again.setup.pairs[0].data.units]
    columns[0]["sigma_B"] = np.concatenate(errors)
    assert two.problem.on_counts(columns).stat() == pytest.approx(again.stat)
    assert two.problem.stat() != pytest.approx(again.stat)


def test_held_coordinates_stay(two):
    from spec_lab.engines.newton import minimise

    low, high = (end.copy() for end in two.problem.bounds)
    low[0] = high[0] = two.free_pvalues[0] + 0.02
    found = np.asarray(minimise(two.problem.within(low, high), two.free_pvalues).x)[:2]
    assert found[0] == low[0] and found[1] != two.free_pvalues[1]
    two_again = made(1, 2)
    two_again.par[1].frozen_at(float(low[0]))
    assert two_again.fit().par_truth[0] == pytest.approx(found[1], abs=1e-6)


def test_a_check_at_draws_compares_each_draw_with_itself(two):
    check = two.preview(draws=2000).ppc(n=300, seed=8)
    assert check.simulated.shape == check.observed.shape == (300,)
    assert check.observed.min() >= two.fit().outcome.stat - 1e-6 and check.observed.std() > 0.1
    assert 0.005 < check.p < 0.995 and check.tail.error == pytest.approx(np.sqrt(check.p * (1 - check.p) / 300))
    assert check.p == pytest.approx((np.sum(check.simulated >= check.observed) + 1) / 301)
    same, other = two.preview(draws=2000).ppc(n=300, seed=8), two.preview(draws=2000).ppc(n=300, seed=9)
    np.testing.assert_array_equal(check.simulated, same.simulated)
    assert not np.array_equal(check.simulated, other.simulated)
    assert check.info["Data"] == ["u1", "u2", "Total"] and "of 300 simulated data sets" in check.sentence


def test_p_is_spread_out_when_the_model_is_right():
    """Over data sets of the model itself: refitted p uniform, z standard normal; p at draws no wider than uniform."""
    z, refitted, drawn = [], [], []
    for seed in range(1, 41):
        infer = made(seed)
        fit = infer.fit()
        z.append(fit.goodness().total.z)
        refitted.append(fit.ppc(n=60, seed=seed).p)
        drawn.append(infer.preview(draws=300).ppc(n=100, seed=seed).p)
    assert abs(np.mean(z)) < 0.5 and 0.7 < np.std(z) < 1.3
    for ps in (refitted, drawn):
        assert np.quantile(ps, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.2)


def test_predicted_bands_hold_what_they_say(two):
    """The 95 % band of simulated counts holds about 95 % of the channels of another simulation."""
    check = two.preview(draws=2000).ppc(n=500)
    inside = []
    for seed in range(20):
        units = two.simulate(seed=seed).setup.pairs[0].data.units
        for predicted, unit, mine in zip(check.units, units, two.setup.pairs[0].data.units, strict=True):
            c, known = unit.channels(), mine.channels()
            low, high = predicted.band()
            S = c.S - c.ts / c.tb * (c.B - known.B)
            inside.append((low <= S) & (high >= S))
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_refitted_data_have_the_statistic_of_a_fit(two):
    """Parametric Monte Carlo against fits one by one with another front door."""
    fit = MaxLikeFit([(two.setup.pairs[0].data, pl())])
    fit.par[2].prior, fit.par[2].val = unif(-3, 5), 2.0
    best = fit.fit()
    check = best.ppc(n=200, seed=3)
    assert len(np.unique(check.observed)) == 1 and check.observed[0] == pytest.approx(best.outcome.stat)
    assert check.failed == 0 and "fitted again" in check.kind
    apart = []
    for seed in range(30):
        again = fit.simulate(seed=seed)
        apart.append(again.fit().outcome.stat)
    both = np.hypot(np.std(apart) / np.sqrt(30), check.simulated.std() / np.sqrt(200))
    assert check.simulated.mean() == pytest.approx(np.mean(apart), abs=4 * both)


def test_a_wrong_model_never_gives_such_data():
    infer = made(1, model=bb())
    for check in (infer.ppc(n=99), infer.fit().ppc(n=99), infer.preview(draws=500).ppc(n=99)):
        assert check.p == pytest.approx(0.01) and check.sentence.startswith("0 of 99")
    assert infer.ppc(n=99).units[0].outside.sum() > 12


def test_a_few_simulations_do_not_call_a_wrong_model_right(two):
    infer = made(1, model=bb())
    infer.fit()
    check = infer.ppc(n=20)
    assert (
        check.sentence.startswith("0 of 20")
        and "at the edge" in check.sentence
        and "more simulations" in check.sentence
    )
    close = two.ppc(n=20)  # all of these fit worse, which 20 do not prove
    assert close.sentence.startswith("20 of 20") and "at the edge" in close.sentence
    assert infer.goodness().info["z"][-1].startswith("+")


def test_wrong_requests_are_named(two):
    for n in (0, -1, 2.5, True):
        with pytest.raises(ParameterError, match="number of simulated data sets"):
            two.ppc(n=n)
    limit = BayesInfer([(make_data(1, stat="ULpgstat"), pl())])
    with pytest.raises(StatisticError, match="upper-limit"):
        limit.ppc()
    assert limit.goodness().sentence == "The statistic has no known expectation."


# -- transforms --------------------------------------------------------------------------------------------------------
def test_the_transform_without_background_is_poissons():
    infer = BayesInfer([(without_background(stat="cstat"), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    infer.fit()
    c, mu = infer.setup.pairs[0].data.units[0].channels(), model_counts(infer.problem, infer.free_pvalues)[0].total[0]
    values = infer.pit().values
    assert np.all((values >= poisson.cdf(c.S - 1, mu) - 1e-9) & (values <= poisson.cdf(c.S, mu) + 1e-9))
    share = (values - poisson.cdf(c.S - 1, mu)) / poisson.pmf(c.S, mu)
    assert share.std() == pytest.approx(12**-0.5, abs=0.12)  # spread over what one count spans


@pytest.mark.filterwarnings("ignore:[\\s\\S]*no background counts")
def test_transforms_of_few_counts_do_not_call_a_right_model_wrong():
    """Over data sets of a count or two a channel, background included: p of Kolmogorov's distance is spread out."""
    ps = []
    for seed in range(1, 25):
        infer = BayesInfer([(few_counts(seed), pl())])
        infer.at_par([-1.6, np.log10(0.5)])
        ps.append(infer.pit(most=100).info["p"][0])
    assert np.mean(ps) == pytest.approx(0.5, abs=0.2) and np.min(ps) > 1e-3


def test_bands_of_few_simulations_are_not_too_narrow(two):
    shares = [np.mean([u.outside.mean() for u in two.simulate(seed=s).ppc(n=39, seed=s).units]) for s in range(12)]
    assert np.mean(shares) < 0.075  # quantiles between the draws would leave out a tenth


def test_the_transform_is_uniform_under_the_truth_and_not_elsewhere(two):
    found = two.preview(draws=1000).pit()
    assert found.info["Data"] == ["u1", "u2", "Total"] and min(found.info["p"]) > 0.01
    assert np.concatenate(found.residuals).std() == pytest.approx(1, abs=0.3)
    assert made(1, model=bb()).pit().info["p"][0] < 1e-3
    np.testing.assert_array_equal(two.pit(seed=3).values, two.pit(seed=3).values)


def test_transforms_of_many_data_sets_are_uniform():
    """With a background of its own noise in every data set, at the true parameters."""
    values = []
    for seed in range(1, 31):
        infer = BayesInfer([(make_data(seed, stat="pgstat"), pl())])
        infer.at_par([-1.6, np.log10(200.0)])
        values.append(infer.pit(most=200).values)
    assert np.quantile(np.concatenate(values), [0.1, 0.25, 0.5, 0.75, 0.9]) == pytest.approx(
        [0.1, 0.25, 0.5, 0.75, 0.9], abs=0.04
    )


# -- figures and costs -------------------------------------------------------------------------------------------------
def test_checks_are_drawn(two):
    posterior = two.preview(draws=500)
    scatter, histogram = posterior.ppc(n=50).figure(), two.fit().ppc(n=50).figure(title="mine")
    assert scatter.axes[2].get_ylabel() == "statistic of simulated data"
    assert histogram.axes[2].get_ylabel() == "simulated data sets"
    histogram.draw_without_rendering()
    legend, title = histogram.legends[0].get_window_extent(), histogram.axes[0].title.get_window_extent()
    assert histogram.axes[0].get_title() == "mine" and not legend.overlaps(title)
    assert "transform" in posterior.pit().figure().axes[0].get_ylabel()
    assert posterior.qq(title="t").axes[0].get_title() == "t"


def test_other_values_and_freezes_compile_nothing(compiles):
    infer = made(1, 2)
    infer.goodness(), infer.fit().ppc(n=20), infer.preview(draws=500).ppc(n=20), infer.pit(most=20)
    with compiles() as counted:
        infer.par[1].val = -1.4
        infer.goodness(), infer.ppc(n=400), infer.pit(most=20)
        infer.par[1].frozen = True
        infer.fit().ppc(n=20)
        infer.fit().goodness()
        infer.preview(draws=500).ppc(n=10, seed=4)
    assert counted.count <= 1  # the larger of the two sizes of block


def test_the_burst_is_checked_in_seconds():
    from time import perf_counter

    infer = BayesInfer([(datasets.load("burst"), cpl())])
    fit, posterior = infer.fit(), infer.preview()
    fit.ppc(), posterior.ppc()  # compiles
    start = perf_counter()
    assert fit.ppc().p > 0.01 and posterior.ppc().p > 0.01
    assert perf_counter() - start < 8  # two seconds and less on an idle machine
