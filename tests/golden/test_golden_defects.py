"""Known defects of a documented predecessor, each with a test that spec_lab does not have it.

The numbers are those of the list of weak points that spec_lab was designed against: first silent wrong answers, then
crashes and hangs, then numerics.
"""

import sys

import numpy as np
import pytest
from drm_generator import make_sky_data
from small import make_data, make_unit

from spec_lab import BayesInfer, Data, Infer, MaxLikeFit, logunif, norm, unif
from spec_lab._base import SpecLabWarning
from spec_lab.models import Model, band, bb, cpl, gauss, mbb, pl
from spec_lab.priors import parse_prior


def test_1_one_model_in_two_pairs_sees_both_responses():
    one, two, m = make_data(1), make_data(2, channels=30), cpl(logA=2.0)
    shared = Infer([(one, m), (two, m)])
    assert shared.stat_list == pytest.approx(
        [Infer([(one, cpl(logA=2.0))]).stat, Infer([(two, cpl(logA=2.0))]).stat], rel=1e-12
    )


def test_2_star_shaped_links_leave_one_free():
    infer = Infer([(make_data(1), cpl()), (make_data(2), cpl())])
    infer.link([1, 3])
    infer.link([2, 3])
    assert infer.free_nparams == 4


def test_3_freezing_a_later_member_freezes_the_group():
    infer = Infer([(make_data(1), cpl()), (make_data(2), cpl())])
    infer.link([1, 4])
    infer.par[4].frozen = True
    assert infer.par[1].frozen and infer.free_nparams == 4


def test_4_and_5_least_squares_with_repeated_labels_and_unscaled_errors():
    results = []
    for engine in ("lmfit", "iminuit"):
        fit = MaxLikeFit([(make_data(1), pl() + pl(alpha=-2.5))])
        fit.par[1].frozen_at(-1.6)
        fit.par[3].frozen_at(-2.6)
        for pid in (2, 4):
            fit.par[pid].prior, fit.par[pid].val = unif(-2, 4), 1.5
        results.append((getattr(fit, engine)(), fit.free_pvalues))
    (lm, lm_best), (mi, mi_best) = results
    assert abs(lm_best[0] - lm_best[1]) > 1e-3, "the two norms are not one parameter"
    np.testing.assert_allclose(lm.outcome.stat, mi.outcome.stat, atol=1e-3)
    np.testing.assert_allclose(lm_best, mi_best, atol=0.1 * mi.errors.max())
    np.testing.assert_allclose(lm.errors[0], mi.errors[0], rtol=0.1)


def test_6_no_counts_are_lost_at_a_gap():
    unit = make_unit(1, notc=[[5, 40], [60, 1000]], grpg={"min_evt": 200})
    noticed = make_unit(1, notc=[[5, 40], [60, 1000]], grpg="none")
    assert unit.channels().S.sum() == noticed.channels().S.sum()


def test_7_data_follow_their_units():
    data = make_data(1)
    narrower = data.replace(u1=data["u1"].replace(notc=[20, 100]))
    assert Infer([(narrower, pl())]).npoint == len(narrower["u1"].channels().S) < Infer([(data, pl())]).npoint


def test_8_a_window_change_keeps_factors_and_priors():
    infer = Infer([(make_data(1), pl())])
    infer.par["u1.rf"].prior = norm(1, 0.05)
    infer.par["u1.rf"].val = 1.04
    infer.notice("u1", [20, 100])
    assert infer.par["u1.rf"].val == 1.04 and str(infer.par["u1.rf"].prior) == "norm(1, 0.05)"


def test_9_a_chain_of_another_fit_is_moved_aside(tmp_path):
    three, two = BayesInfer([(make_data(1), cpl(logA=2.0))]), BayesInfer([(make_data(1), pl(logA=2.0))])
    three.emcee(nstep=8, discard=2, random_seed=450001, savepath=tmp_path)
    with pytest.warns(SpecLabWarning, match="belongs to another fit"):
        assert two.emcee(nstep=8, discard=2, random_seed=450001, savepath=tmp_path).sample.shape[1] == 2


def test_10_reading_moves_nothing():
    infer = BayesInfer([(make_data(1), pl(logA=2.0))])
    infer.par[2].prior = unif(0, 4)
    post = infer.preview(draws=2000)
    before = infer.pvalues
    _ = (post.par_best, post.aic, post.all_IC, post.free_par_info, post.stat_info)
    np.testing.assert_array_equal(infer.pvalues, before)
    other = infer.preview(draws=2000, seed=2)
    assert not np.array_equal(post.par_mean, other.par_mean), "two analyses share nothing"


def test_11_a_declination_is_believed_flat_in_its_sine():
    infer = Infer([(make_sky_data(radius=60.0, step=15.0, dec=0.0), pl())])
    prior = infer.par["d1.dec"].prior
    shares = np.diff(prior.cdf(np.degrees(np.arcsin(np.sin(np.radians(60)) * np.linspace(-1, 1, 5)))))
    np.testing.assert_allclose(shares, 0.25, rtol=1e-12)  # equal parts of the sky, equal probability


def test_12_bounds_are_the_support_not_a_95_percent_interval():
    infer = Infer([(make_data(1), pl())])
    infer.par[2].prior = logunif(1e-3, 1e3)
    assert infer.par[2].range == pytest.approx((1e-3, 1e3))
    infer.par[1].prior = norm(-1, 0.1)
    assert infer.par[1].range == (-np.inf, np.inf)


def test_13_unknown_words_are_refused():
    with pytest.raises(ValueError, match="min_events"):
        make_unit(1, grpg={"min_events": 5})
    with pytest.raises(ValueError, match="cstatt"):
        Infer([(make_data(1, stat="cstatt"), pl())])


@pytest.mark.parametrize("alpha", [-2.5, -2.0])
@pytest.mark.parametrize("model", [band, cpl])
def test_14_spectra_that_do_not_exist_have_an_infinite_statistic(model, alpha):
    infer = Infer([(make_data(1), model())])
    theta = infer.free_pvalues
    theta[0] = alpha
    assert infer.calc_stat(theta) == np.inf
    assert infer.calc_logprob(theta) == -np.inf


def test_15_criteria_count_data_as_the_likelihood_does():
    """A unit of weight 2 is worth the same unit twice."""
    twice = MaxLikeFit([(Data([("a", make_unit(1)), ("b", make_unit(1))]), pl(logA=2.0))])
    heavy = MaxLikeFit([(Data([("a", make_unit(1, weight=2))]), pl(logA=2.0))])
    one, other = twice.fit(), heavy.fit()
    for name in ("aic", "aicc", "bic"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6)
    assert (one.n, other.n) == (48, 24)


def test_16_cstat_without_background_is_c():
    bare = make_unit(1).replace(bkg=None)
    values = [Infer([(bare.replace(stat=tag), pl(logA=1.0))]).stat for tag in ("cstat", "pstat", "pgstat")]
    assert values == pytest.approx([values[0]] * 3)
    brighter = Infer([(bare.replace(stat="cstat"), pl(logA=3.0))]).stat
    assert brighter > values[0] + 100, "no profiled background soaks up the excess"


def test_three_of_a_kind_and_three_numbers_do_not_hang():
    assert (pl() + pl() + pl()).names == ("pl", "pl2", "pl3")
    assert (2 * pl() + 3 * bb() + 4 * cpl()).kind == "add"


def test_nan_on_a_linked_parameter_is_an_error():
    infer = Infer([(make_data(1), cpl()), (make_data(2), cpl())])
    infer.link([1, 4])
    with pytest.raises(ValueError, match="finite"):
        infer.par[1].val = float("nan")


def test_mbb_is_finite_at_m_minus_one():
    near, at = (mbb(m=m).evaluate([1.0, 30.0]) for m in (-1 + 1e-7, -1.0))
    np.testing.assert_allclose(at, near, rtol=1e-5)


@pytest.mark.parametrize("stat", ["pgstat", "cstat", "gstat"])
def test_nan_in_a_bad_background_channel_spoils_nothing(stat):
    unit = make_unit(1, stat=stat, grpg={"min_evt": 30})
    quality = np.where(np.arange(24) == 5, 1, 0)
    counts, errors = (np.where(quality == 1, np.nan, a) for a in (unit.bkg.counts, unit.bkg.errors))
    flagged = unit.replace(src=unit.src.replace(quality=quality))
    spoiled = flagged.replace(bkg=unit.bkg.replace(counts=counts, errors=errors, quality=quality))
    values = [Infer([(Data([("u", u)]), pl(alpha=-1.6, logA=2.3))]).stat for u in (flagged, spoiled)]
    assert np.isfinite(values[0]) and values[0] == pytest.approx(values[1], rel=1e-12)


def test_the_default_unit_of_flux_density_works():
    infer = Infer([(make_data(1), pl())])
    assert np.isfinite(infer.pairs[0].rate_to_fluxdensity()[0])
    with pytest.raises(ValueError, match="Jy"):
        infer.pairs[0].rate_to_fluxdensity(unit="mJy")
    fv = infer.pairs[0].conv_rate_to_fluxdensity(E=2.0)[0]
    assert infer.pairs[0].conv_rate_to_fluxdensity(E=2.0, unit="Jy")[0] / fv == pytest.approx(1e6 / 2.417989, rel=1e-6)


def test_modules_keep_their_names():
    import spec_lab

    assert spec_lab.models is sys.modules["spec_lab.models"]
    assert spec_lab.data is sys.modules["spec_lab.data"]
    assert spec_lab.infer is sys.modules["spec_lab.infer"]


def test_integration_is_right_in_the_exponential_tail():
    from spec_lab.models import Grid

    edges = np.geomspace(5, 5000, 41)
    grid, fine = Grid.make(edges[:-1], edges[1:]), np.geomspace(5, 5000, 40 * 50 + 1)
    model = cpl(alpha=-1.0, logEp=2.0)
    coarse = np.asarray(model.photons(model.theta, grid))
    exact = np.asarray(model.photons(model.theta, Grid.make(fine[:-1], fine[1:]))).reshape(40, 50).sum(axis=1)
    np.testing.assert_allclose(coarse, exact, rtol=1e-9, atol=1e-12 * exact.max())


@pytest.mark.parametrize("energy", [20.0, 61.7, 200.0])
def test_a_line_narrower_than_a_bin_gives_all_its_photons(energy):
    infer = Infer([(make_data(1), gauss(El=energy, sigma=1e-3))])
    assert infer.pairs[0].photon_flux(5, 1000) == pytest.approx(1.0, rel=1e-9)
    assert sum(infer.model_ctsrate[0]) == pytest.approx(100.0, rel=0.05)  # 100 cm², some of it beyond the last channel


def test_a_likelihood_that_is_mostly_zero_does_not_stall_nested_sampling():
    infer = BayesInfer([(make_data(1), cpl(logA=2.0))])
    infer.par[1].prior, infer.par[3].prior = unif(-10, 2), unif(-3, 5)  # no spectrum at alpha < -2
    post = infer.nested(live=100)
    assert post.outcome.status == "converged" and post.par_mean[0] > -2


def test_many_wide_priors_do_not_underflow():
    infer = Infer([(make_data(1), Model.parse("+".join(["cpl"] * 40)))])
    for par in infer.free_par.values():
        par.prior = unif(-1e8, 1e8)
    assert infer.prior == 0.0, "the product underflows, as it must"
    assert infer.logprior == pytest.approx(-120 * np.log(2e8))


def test_priors_are_read_back_from_their_text():
    for text in ("unif(-2, 2)", "logunif(0.001, 1000)", "norm(0, 1)", "truncnorm(-1, 2)"):
        assert str(parse_prior(text)) == text


def test_a_joint_fit_weighs_its_points_once():
    data = Data([("a", make_unit(1, weight=0.5)), ("b", make_unit(2))])
    infer = Infer([(data, pl())])
    assert infer.stat == pytest.approx(0.5 * infer.stat_list[0] + infer.stat_list[1])
    assert infer.loglike == pytest.approx(-infer.stat / 2)
