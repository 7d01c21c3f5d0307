"""Hints: none from a right model, one where a line was left out, and that line begun by one action."""

import re

import numpy as np
import pytest
from session_toy import run_code

from spec_lab._base import ParameterError
from spec_lab.data import Background, Data, DataUnit, Response, Source
from spec_lab.infer import BayesInfer
from spec_lab.models import Model
from spec_lab.session import FitSession, command_from, views
from spec_lab.session.evaluation import UnitEvaluation
from spec_lab.session.hints import CHANCE, can_have_line, lined_model, strongest
from spec_lab.statistics import resolve

pytestmark = pytest.mark.filterwarnings("ignore:.*have no background counts")  # a background of nothing but zeros
KIND = resolve("cstat", has_background=False)


def unit_of(residual):
    n = len(residual)
    edges, z = np.arange(1.0, n + 2), np.zeros(n)
    return UnitEvaluation("u", 0, KIND, edges[:-1], edges[1:], z, z + 1, z, np.asarray(residual), z == 0, (), 0.0)


def test_of_right_models_hardly_any_gets_a_hint():
    residuals = np.random.default_rng(5).standard_normal((4000, 120))
    hinted = sum(strongest(unit_of(r), 120).chance < CHANCE for r in residuals)
    assert 1 <= hinted <= 2 * CHANCE * 4000  # the bound is honest, and not so weak that it never speaks


@pytest.mark.parametrize("sign", [1, -1])
def test_a_run_to_one_side_is_found_where_it_is(sign):
    residual = np.random.default_rng(1).standard_normal(100)
    residual[40:46] = sign * 3.0
    found = strongest(unit_of(residual), 100)
    assert found.unit == "u" and np.sign(found.pull) == sign and abs(found.pull) > 6
    assert 38 <= found.lo <= 43 and 44 <= found.hi <= 50 and found.chance < 1e-4


def test_too_few_groups_or_infinite_residuals_say_nothing():
    for n in range(6):
        assert strongest(unit_of([5.0] * n), n) is None
    assert strongest(unit_of([5.0] * 6), 6).groups == 2
    assert strongest(unit_of([np.inf] * 20), 20) is None


def test_what_is_as_wide_as_is_looked_for_is_rather_a_wrong_continuum():
    residual = np.zeros(200)
    residual[60:120] = 3.0
    found = strongest(unit_of(residual), 200)
    assert found.wide and not can_have_line(found)
    residual[66:] = 0.0
    assert not strongest(unit_of(residual), 200).wide


def with_line(strength):
    """A power law, with a line at 50 keV of so many counts."""
    edges = np.geomspace(10, 200, 61)
    middle, width = np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)
    rate = 40.0 * width * middle**-1.5 + strength * np.exp(-0.5 * ((middle - 50) / 3) ** 2) * width / 7.5
    response = Response(edges[:-1], edges[1:], edges[:-1], edges[1:], 100.0 * np.eye(60))
    counts = np.random.default_rng(2).poisson(rate * 100.0 * 10.0 * 0.05)
    unit = DataUnit(
        src=Source(counts.astype(float), exposure=10.0, name="u"),
        bkg=Background(np.zeros(60), exposure=10.0),
        rsp=response,
        stat="cstat",
        name="u",
    )
    return BayesInfer([(Data([("u", unit)]), Model.parse("pl"))])


@pytest.fixture
def lined():
    session = FitSession(with_line(2.0))
    yield session
    session.close()


def view(session):
    return views.view(session.state, session.evaluation())


def test_a_left_out_line_is_hinted_at_only_at_the_best_fit(lined):
    assert view(lined)["hint"] is None
    lined.fit()
    lined.wait(60)
    hint = view(lined)["hint"]
    assert hint["line"] and 40 < 0.5 * (hint["lo"] + hint["hi"]) < 60 and "bump near" in hint["text"]
    lined.infer.par[1].val += 0.5
    assert view(lined)["hint"] is None


@pytest.mark.parametrize(
    ("model", "made"),
    [
        ("pl", "pl+gauss"),
        ("tbabs*pl", "tbabs*(pl+gauss)"),
        ("pl*tbabs", "(pl+gauss)*tbabs"),
        ("tbabs*edge*(pl+bb)", "tbabs*edge*(pl+bb+gauss)"),
        ("tbabs*pl+bb", "tbabs*pl+bb+gauss"),
        ("2*pl", "2*pl+gauss"),
    ],
)
def test_a_line_is_absorbed_as_its_continuum_is(model, made):
    assert lined_model(Model.parse(model)).expression == made


def test_under_a_wrong_continuum_no_line_is_offered():
    session = FitSession(with_line(0.0))
    session.infer.par[1].val, session.infer.par[1].frozen = 0.5, True
    session.fit()
    session.wait(60)
    hint = view(session)["hint"]
    assert not hint["line"] and "another continuum" in hint["text"]
    session.close()


def test_the_line_is_one_change_that_fits_better_and_replays(lined):
    lined.fit()
    lined.wait(60)
    before, found = lined.state, view(lined)["hint"]
    args = {"unit": found["unit"], "lo": found["lo"], "hi": found["hi"], "excess": found["excess"]}
    lined.dispatch(command_from("add_line", args, before.setup))
    assert len(lined.state.past) == len(before.past) + 1
    assert lined.state.setup.pairs[0].model.expression == "pl+gauss"
    assert lined.infer.par["gauss.El"].val == pytest.approx(0.5 * (found["lo"] + found["hi"]), rel=1e-3)
    assert str(lined.infer.par["gauss.El"].prior) == "unif(10, 200)"
    assert not re.search(r"\d{6}", lined.state.journal[-1].code)  # numbers as one would type them
    other = with_line(2.0)
    run_code(lined.script(), other)
    np.testing.assert_array_equal(other.setup.values, lined.state.setup.values)
    stat = lined.infer.stat
    assert stat < before.runs[-1].outcome.stat - 10  # even before a fit
    lined.fit()
    lined.wait(60)
    assert lined.infer.stat < stat and lined.infer.stat < before.runs[-1].outcome.stat - 20
    assert 45 < lined.infer.par["gauss.El"].val < 55
    hint = view(lined)["hint"]
    assert hint is None or hint["unit"] == "u"


@pytest.mark.parametrize(
    "args",
    [
        {"unit": "x", "lo": 1.0, "hi": 2.0, "excess": 1.0},
        {"unit": "u", "lo": 1e5, "hi": 2e5, "excess": 1.0},
        {"unit": "u", "lo": 50.0, "hi": 60.0, "excess": -1.0},
        {"unit": "u"},
    ],
)
def test_a_line_nowhere_is_refused(lined, args):
    before = lined.state
    with pytest.raises(ParameterError):
        lined.dispatch(command_from("add_line", args, before.setup))
    assert lined.state is before


@pytest.mark.parametrize("excess", [-1.0, 0.0, float("nan")])
def test_a_line_of_no_counts_is_refused_in_python_too(lined, excess):
    with pytest.raises(ParameterError, match="excess of a line must be a number above 0"):
        lined.add_line("u", 40.0, 60.0, excess)
