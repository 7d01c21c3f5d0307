"""Contours over two parameters, against closed forms, profiles and single fits."""

import sys
import threading

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, unif
from spec_lab._base import ParameterError
from spec_lab.engines import Control
from spec_lab.models import cpl
from spec_lab.results.profiles.contours import LEVELS


@pytest.fixture(scope="module")
def curved():
    infer = BayesInfer([(make_data(1), cpl())])
    infer.par[3].prior, infer.par[3].val = unif(-3, 5), 2.0
    return infer, infer.fit()


def test_levels_are_those_of_two_parameters():
    from scipy.stats import chi2

    assert list(LEVELS.values()) == pytest.approx([chi2.ppf(q, 2) for q in (0.6827, 0.9, 0.99)])
    assert list(LEVELS.values()) == pytest.approx([2.30, 4.61, 9.21], abs=0.005)


def test_projections_are_the_profiles(curved):
    _, fit = curved
    found = fit.contour(1, "cpl.logA", points=25, reach=3)
    assert found.delta.shape == (25, 25) and found.delta.min() >= 0
    for axis, (pid, values) in enumerate(((1, found.x), (3, found.y))):
        alone = fit.profile(pid, values)
        inside = alone.delta < 9
        np.testing.assert_allclose(
            found.projection(axis).delta[inside], alone.delta[inside], atol=0.04
        )  # a prior's end makes a kink
        assert found.projection(axis).interval() == pytest.approx(alone.interval(), abs=1e-3)


def test_a_point_is_a_fit_with_both_held(curved):
    infer, fit = curved
    value = fit.par_truth[:2] + fit.errors[:2] * [0.7, -0.4]
    delta = fit.contour(1, 2, values=([value[0]], [value[1]])).delta
    again = BayesInfer([(infer.setup.pairs[0].data, cpl())])
    again.par[3].prior, again.par[3].val = unif(-3, 5), 2.0
    again.par[1].frozen_at(float(value[0]))
    again.par[2].frozen_at(float(value[1]))
    assert delta[0, 0] == pytest.approx(again.fit().outcome.stat - fit.outcome.stat, abs=1e-5)


def test_near_the_minimum_it_is_the_covariance(curved):
    _, fit = curved
    place = [0, 2]
    inverse = np.linalg.inv(fit.covariance[np.ix_(place, place)])  # the other parameter is fitted along
    found = fit.contour(1, 3, points=5, reach=0.2)
    steps = np.stack(np.meshgrid(found.x - found.best[0], found.y - found.best[1]), axis=-1)
    parabola = np.einsum("jia,ab,jib->ji", steps, inverse, steps)
    np.testing.assert_allclose(found.delta, parabola, rtol=0.1, atol=2e-3)


def test_the_grid_reaches_the_outer_line_or_the_prior(curved):
    infer, fit = curved
    found = fit.contour(1, 3)
    border = np.concatenate([found.delta[0], found.delta[-1], found.delta[:, 0], found.delta[:, -1]])
    assert border.min() > LEVELS["99 %"] * 0.999 and np.isfinite(found.extent(LEVELS["99 %"])).all()
    assert np.mean(found.delta < LEVELS["99 %"]) > 0.02
    edge = float(fit.par_truth[0] + 0.5 * fit.errors[0])
    infer.par[1].prior = unif(-5, edge)
    cut = infer.fit().contour(1, 3, points=9)
    assert cut.x.max() == pytest.approx(edge) and np.isnan(cut.extent(9.21)[0][1])
    infer.par[1].prior = unif(-5, 5)
    infer.at_par(fit.par_truth)


def test_links_are_one_parameter():
    infer = BayesInfer([(make_data(1), cpl()), (make_data(2), cpl())])
    for pids in ([1, 4], [2, 5]):
        infer.link(pids)
    for pid in (3, 6):
        infer.par[pid].prior, infer.par[pid].val = unif(-3, 5), 2.0
    fit = infer.fit()
    assert fit.contour(4, 6, points=3, reach=1).best == pytest.approx((fit.par_truth[0], fit.par_truth[3]))
    with pytest.raises(ParameterError, match="two different parameters"):
        fit.contour(1, 4)


def test_of_a_posterior_it_starts_at_the_maximum(curved):
    infer, fit = curved
    found = infer.preview(draws=500).contour(1, 3, points=3, reach=1)
    assert found.best == pytest.approx(tuple(fit.par_truth[[0, 2]]), abs=1e-3)
    assert found.delta[1, 1] == pytest.approx(0, abs=0.01)


def test_table_and_figure_say_what_is_what(curved):
    found = curved[1].contour(1, 3, points=7)
    assert found.info["Probability"] == ["both: 68.27 %", "both: 90 %", "both: 99 %", "each: 68.27 %", "each: 90 %"]
    wide, narrow = (found.info["alpha high"][i] - found.info["alpha low"][i] for i in (0, 3))
    assert wide / narrow == pytest.approx(np.sqrt(2.296), rel=0.15)
    figure = found.figure()
    said = [t.get_text() for t in figure.legends[0].get_texts()]
    assert said == ["68.3 %", "90 %", "99 %"] and r"\alpha" in figure.axes[0].get_xlabel()
    assert figure.axes[0].lines[0].get_xdata()[0] == pytest.approx(found.best[0])  # the cross
    with pytest.raises(ParameterError, match="two axes"):
        found.projection(2)


def test_a_long_grid_reports_and_stops(curved, monkeypatch):
    monkeypatch.setattr(sys.modules["spec_lab.results.profiles.contours"], "PATIENCE", 0.0)
    flag, heard = threading.Event(), []

    def hear(progress):
        heard.append(progress.message)
        flag.set()

    found = curved[1].contour(1, 3, points=9, control=Control(hear, flag))
    assert heard == ["contour: 16 of 81 fits"] and np.isnan(found.delta).sum() == 81 - 16


def test_wrong_requests_are_named(curved):
    _, fit = curved
    with pytest.raises(ParameterError, match="only free parameters"):
        fit.contour(1, "u1.sf")
    with pytest.raises(ParameterError, match="points >= 3"):
        fit.contour(1, 2, points=2)
    with pytest.raises(ParameterError, match="no such parameter"):
        fit.contour(1, "cpl.logB")
    outcome = fit.outcome.replace(covariance=np.full((3, 3), np.nan))
    with pytest.raises(ParameterError, match=r"values=\(x, y\)"):
        type(fit)(fit.infer, outcome).contour(1, 2)


def test_other_parameters_compile_nothing(curved, compiles):
    infer, fit = curved
    fit.contour(1, 2, points=3)
    with compiles() as counted:
        fit.contour(3, 2, points=5)
        infer.par[2].frozen = True
        infer.fit().contour(1, 3, points=3)
        infer.par[2].frozen = False
    assert counted.count == 0
