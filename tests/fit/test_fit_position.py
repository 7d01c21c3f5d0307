"""Source positions in a fit: held ones are exact, free ones smooth, and no edit compiles anything."""

import numpy as np
import pytest
from drm_generator import AXES, TRUE, make_response, make_sky_data
from precision import step, tolerance
from small import make_data

from spec_lab._base import ParameterError
from spec_lab.data import Data
from spec_lab.engines import run_engine
from spec_lab.fit import Append, Freeze, Link, Notice, Problem, SetTie, Setup, SetValue, Unlink
from spec_lab.models import cpl, pl
from spec_lab.tree import io
from spec_lab.variables import Fixed, Tagged

FREE = ("d1.ra", "d1.dec")


def begin(data=None, **more):
    """Three detectors, one position, a power law near the truth."""
    data = make_sky_data(**more) if data is None else data
    setup = SetValue(1, -1.6).apply(SetValue(2, 1.477).apply(Setup.from_pairs([(data, pl())])))
    for name in ("ra", "dec"):
        if len(data.names) > 1:
            setup = Link(tuple(f"{unit}.{name}" for unit in data.names)).apply(setup)
    return setup


def at(setup, ra, dec):
    return SetValue("d1.ra", ra).apply(SetValue("d1.dec", dec).apply(setup))


def plain(setup, ra, dec):
    """The same set-up with the plain responses of a place."""
    (pair,) = setup.pairs
    units = {name: unit.replace(rsp=unit.position.at(ra, dec)) for name, unit in pair.data.items()}
    return Setup.from_pairs([(Data(units), pair.model)])


@pytest.fixture(scope="module")
def setup():
    return begin()


@pytest.fixture(scope="module")
def held():
    """Held from the start, in groups, so that no table is ever made."""
    data = Data({n: u.replace(grpg={"min_evt": 40}, notc=[15, 700]) for n, u in make_sky_data(seed=3).items()})
    fixed = {n: u.replace(rsp=u.rsp.replace(ra=Fixed(45.0), dec=Fixed(20.0))) for n, u in data.items()}
    return begin(Data(fixed))


def test_by_default_positions_are_free_with_their_priors(setup):
    slots = {s.path: s for s in setup.slots}
    assert slots["pair1.d1.ra"].movable and not slots["pair1.d1.rf"].movable
    assert str(setup.priors[setup.index("d1.dec")]) == "coslat(0, 40)"
    assert [setup.slots[i].name for i in setup.free] == ["alpha", "logA", "ra", "dec"]


def test_a_held_position_is_the_plain_response_of_that_place(held):
    held = at(held, *TRUE)
    problem, other = Problem(held), Problem(plain(held, *TRUE))
    x = np.array([-1.63, 1.5])
    assert problem.stat(x) == pytest.approx(other.stat(x), rel=1e-12)
    np.testing.assert_allclose(problem.display(x)[0][0][1], other.display(x)[0][0][1], rtol=1e-12)
    assert problem.program.treedef == other.program.treedef  # nothing but a matrix goes in
    assert not any(u.position.tabulated for u in held.pairs[0].data.units)


def test_a_free_position_is_the_plain_response_to_a_millionth(setup):
    problem = Problem(setup)
    for place in ((44.2, 27.3), (51.0, 11.1), (45.0, 20.0)):
        x = np.array([-1.62, 1.48, *place])
        mine, theirs = (p.display(v)[0][0] for p, v in ((problem, x), (Problem(plain(setup, *place)), x[:2])))
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-7 * b.max())


def test_gradient_and_curvature_agree_with_differences(setup):
    problem = Problem(setup)
    x = np.array([-1.59, 1.49, 48.3, 20.9])
    _, gradient, hessian = problem.local(x)
    for j, h in enumerate((step(1e-5, 1e-3), step(1e-5, 1e-3), step(1e-3, 0.02), step(1e-3, 0.02))):
        away = h * np.eye(4)[j]
        slope = (problem.stat(x + away) - problem.stat(x - away)) / (2 * h)
        bend = (problem.value_and_grad(x + away)[1] - problem.value_and_grad(x - away)[1]) / (2 * h)
        assert gradient[j] == pytest.approx(slope, rel=1e-5, abs=tolerance(1e-3, 5.0))
        np.testing.assert_allclose(hessian[j], bend, rtol=1e-4, atol=tolerance(1e-5, 5e-3) * np.abs(hessian).max())


def test_outside_the_table_the_statistic_is_infinite_and_its_slope_finite(setup):
    problem = Problem(setup)
    inside, outside = np.array([-1.6, 1.48, 47.0, 22.0]), np.array([-1.6, 1.48, 47.0, 75.0])
    value, gradient = problem.value_and_grad(outside)
    assert value == np.inf and np.isfinite(gradient).all()
    assert problem.batch([outside, inside])[0] == np.inf and np.isfinite(problem.batch([outside, inside])[1])
    assert np.all(problem.display(outside)[2][0][0] == np.inf)


def test_the_response_in_use_folds_to_the_rates_of_the_fit(setup):
    for now in (setup, Freeze(FREE).apply(at(setup, 49.0, 17.0))):
        problem = Problem(now)
        _, photons = problem.photons()
        for j, unit in enumerate(now.pairs[0].data.units):
            rates = unit.channels(response=problem.response(0, j)).matrix @ photons[0]
            np.testing.assert_allclose(rates, problem.display()[0][0][j], rtol=1e-9)
    assert Problem(Setup.from_pairs([(make_data(1), pl())])).response(0, 0) is None


def test_a_tie_lets_a_position_move_with_another():
    setup = begin(make_sky_data(AXES[:2]))
    setup = SetTie("d2.ra", f"par[{setup.index('d1.dec') + 1}] + 25").apply(Unlink(("d2.ra",)).apply(setup))
    problem = Problem(setup)
    x = np.array([-1.6, 1.48, 46.0, 21.0])
    gradient = problem.value_and_grad(x)[1]
    h = step(1e-3, 0.02)
    away = np.array([0, 0, 0, h])
    slope = (problem.stat(x + away) - problem.stat(x - away)) / (2 * h)
    assert gradient[3] == pytest.approx(slope, rel=tolerance(1e-5, 3e-3))
    assert all(p.free for p in problem.positions)


class TestRefusals:
    def test_a_response_that_does_not_depend_on_it(self):
        setup = Setup.from_pairs([(make_data(1), pl())])
        with pytest.raises(ParameterError, match="cannot be thawed"):
            Freeze(("u1.ra",), False).apply(setup)

    def test_optimal_groups_and_a_free_position(self):
        fixed = make_response(ra=Fixed(45.0), dec=Fixed(20.0))
        unit = make_sky_data(AXES[:1])["d1"].replace(rsp=fixed, grpg={"method": "optimal"})
        setup = Setup.from_pairs([(Data({"d1": unit}), pl())])
        with pytest.raises(ParameterError, match="grouped optimally"):
            Freeze(("d1.ra",), False).apply(setup)

    def test_declinations_beyond_the_poles(self, held):
        with pytest.raises(ParameterError, match="no response is known"):
            SetValue("d1.dec", 91.0).apply(held)


class TestSaved:
    def test_a_fit_with_a_table_stands_without_its_generators(self, setup):
        now = at(setup, 47.5, 21.5)
        value = Problem(now).stat()
        again = io.from_state_dict(io.to_state_dict(now))
        assert Problem(again).stat() == value
        held = Freeze(FREE).apply(again)
        assert Problem(held).stat() == pytest.approx(value, rel=1e-5)
        with pytest.raises(ParameterError, match="no response is known"):
            SetValue("d1.ra", 200.0).apply(held)

    def test_one_without_a_table_keeps_its_place(self):
        fixed = make_response(ra=Fixed(45.0), dec=Fixed(20.0))
        data = Data({"d1": make_sky_data(AXES[:1])["d1"].replace(rsp=fixed)})
        setup = at(Setup.from_pairs([(data, pl())]), *TRUE)
        value = Problem(setup).stat()
        again = io.from_state_dict(io.to_state_dict(setup))
        assert Problem(again).stat() == value
        with pytest.raises(ParameterError, match="cannot be free"):
            Freeze(("d1.ra",), False).apply(again)


class TestSharing:
    def test_one_variable_in_two_responses_is_one_parameter(self):
        ra = Tagged(45.0)
        data = make_sky_data(AXES[:2])
        units = {n: u.replace(rsp=make_response(a, ra=ra)) for (n, u), a in zip(data.items(), AXES, strict=False)}
        setup = Setup.from_pairs([(Data(units), pl())])
        assert setup.root(setup.index("d2.ra")) == setup.index("d1.ra")
        assert setup.root(setup.index("d2.dec")) == setup.index("d2.dec")

    def test_one_response_in_two_units_is_one_position(self):
        response = make_response()
        unit = make_sky_data(AXES[:1])["d1"].replace(rsp=response)
        setup = Setup.from_pairs([(Data({"early": unit, "late": unit.replace(weight=2.0)}), pl())])
        assert setup.root(setup.index("late.ra")) == setup.index("early.ra")
        assert setup.root(setup.index("late.rf")) == setup.index("late.rf")

    def test_another_pair_changes_nothing(self, setup):
        grown = Append((make_data(1), cpl())).apply(setup)
        assert [p.free for p in Problem(grown).positions] == [True] * 3
        assert grown.root(grown.index("d3.ra")) == grown.index("d1.ra")


def test_no_edit_of_a_position_compiles_anything(setup, compiles):
    def all_of(problem):
        problem.value_and_grad()
        problem.display()
        problem.batch(problem.setup.free_values)
        run_engine("fit", problem)

    problem = Problem(setup)
    all_of(problem)
    edits = [
        Freeze(FREE),
        SetValue("d1.ra", 48.0),
        Notice("d2", ((20.0, 400.0),)),
        Freeze(FREE, False),
        Unlink(("d2.ra",)),
        SetValue("d2.ra", 46.0),
        Link(("d1.ra", "d2.ra")),
        Freeze(("d1.dec",)),
        SetValue("d1.dec", 21.0),
    ]
    for edit in edits:
        setup = edit.apply(setup)
        with compiles() as counted:
            problem = Problem(setup, problem)
            all_of(problem)
        assert counted.count == 0, f"{edit} compiled {counted.count} programs"


def test_values_of_a_held_position_compile_nothing_and_cost_one_call(held, compiles):
    problem = Problem(held)
    problem.value_and_grad()
    generators = [u.rsp.balrog_drm for u in held.pairs[0].data.units]
    calls = sum(g.calls for g in generators)
    with compiles() as counted:
        first = problem.stat()
        for ra in (50.0, 51.0, 50.0):
            problem = Problem(SetValue("d1.ra", ra).apply(held), problem)
            problem.value_and_grad()
    assert counted.count == 0 and problem.stat() != first
    assert sum(g.calls for g in generators) == calls + 6  # two places, three detectors
