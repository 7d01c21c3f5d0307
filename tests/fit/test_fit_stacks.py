"""Pairs of one shape are computed in a loop: the numbers of pairs written out, in a program that does not grow with them."""

import functools

import jax
import numpy as np
import pytest
from precision import tolerance
from small import make_data

from spec_lab import unif
from spec_lab.engines import minimise, run_engine
from spec_lab.fit import Freeze, Link, Notice, Problem, SetPrior, SetTie, Setup, SetValue, Unlink, program_layout
from spec_lab.fit.problem import _display, _photons, _stat, _value_and_grad
from spec_lab.models import cpl, pl
from spec_lab.priors import norm


def make(*counts, notc=None):
    """Pairs with a cut-off power law, then some with two terms and two units, then some in fewer channels."""
    cut, two, one = counts
    pairs = [(make_data(i, notc=notc), cpl()) for i in range(1, cut + 1)]
    pairs += [(make_data(10 + i, 40 + i), pl() + pl()) for i in range(two)]
    pairs += [(make_data(30 + i, channels=30), pl()) for i in range(one)]
    setup = Setup.from_pairs(pairs)
    generator = np.random.default_rng(4)
    for pid, slot in enumerate(setup.slots, 1):
        if slot.name in ("logA", "logL", "log_norm"):
            setup = SetPrior(pid, unif(-3, 5)).apply(SetValue(pid, 2.0).apply(setup))
        elif slot.owner == "model":
            setup = SetValue(pid, setup.values[pid - 1] + 0.02 * generator.random()).apply(setup)
    return setup


def written_out(setup, monkeypatch):
    """The problem of a set-up without any loop."""
    with monkeypatch.context() as patch:
        patch.setattr(program_layout, "LONG_ENOUGH", 10**6)
        return Problem(setup)


RELATIONS = {
    "none": [],
    "links": [Link((1, 4, 7)), Link((2, 5)), Freeze((3,))],
    "affine tie": [SetTie(4, "2*par[1] + 0.3"), Freeze((8,))],
    "curved tie": [SetTie(4, "par[1]*par[7]")],
}


@pytest.mark.parametrize("relations", RELATIONS)
def test_the_same_numbers_as_written_out(relations, monkeypatch):
    setup = make(3, 0, 0)
    for edit in RELATIONS[relations]:
        setup = edit.apply(setup)
    factor = next(i for i, s in enumerate(setup.slots, 1) if s.owner == "data") + 2
    setup = Freeze((factor,), False).apply(setup)
    looped, plain, x = _both(setup, monkeypatch)
    assert looped.layout.stacks == (3,) and plain.layout.stacks == (1, 1, 1)
    assert looped.stat(x) == pytest.approx(plain.stat(x), rel=1e-13)
    for mine, other, digits in zip(looped.local(x), plain.local(x), (1e-9, 1e-9, tolerance(1e-7, 5e-3)), strict=True):
        np.testing.assert_allclose(mine, other, rtol=digits, atol=0.1 * digits * np.abs(other).max())
    np.testing.assert_allclose(looped.value_and_grad(x)[1], plain.value_and_grad(x)[1], rtol=1e-10, atol=1e-8)
    for mine, other in zip(_curvature(looped, x), _curvature(plain, x), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())


def test_runs_of_pairs_with_two_units_beside_another_pair(monkeypatch):
    looped, plain, x = _both(make(1, 3, 1), monkeypatch)
    assert looped.layout.stacks == (1, 3, 1)
    xs = x + 1e-3 * np.random.default_rng(1).standard_normal((5, len(x)))
    np.testing.assert_allclose(looped.batch(xs), plain.batch(xs), rtol=1e-12)
    for mine, other in zip(_curvature(looped, x), _curvature(plain, x), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=tolerance(1e-10, 5e-4) * np.abs(other).max())
    same = functools.partial(np.testing.assert_allclose, rtol=1e-10, atol=1e-12)
    jax.tree.map(same, looped.display(x), plain.display(x))
    jax.tree.map(same, looped.photons(x), plain.photons(x))


def _both(setup, monkeypatch):
    x = setup.free_values + 0.01 * np.arange(len(setup.free)) / len(setup.free)
    return Problem(setup), written_out(setup, monkeypatch), x


def _curvature(problem, x):
    value, gradient, matrix = problem.run(_read_curvature, problem.pad(x))
    return value, gradient[: problem.n], matrix[: problem.n, : problem.n]


def _read_curvature(view, space, x):
    return view.curvature(space, x)


def test_a_fit_is_that_of_pairs_written_out(monkeypatch):
    setup = Link((1, 4, 7)).apply(make(3, 0, 0))
    mine, other = (run_engine("fit", problem, seed=3) for problem in (Problem(setup), written_out(setup, monkeypatch)))
    assert mine.stat == pytest.approx(other.stat, rel=1e-10)
    np.testing.assert_allclose(mine.covariance, other.covariance, rtol=1e-4, atol=1e-9)


def _operations(problem, function):
    """How many operations a program has, those within loops included."""
    x = problem.pad(problem.setup.free_values)
    traced = jax.make_jaxpr(functools.partial(problem.program._trace, function))(problem.leaves, problem._packed, x)

    def count(jaxpr):
        inner = (value for e in jaxpr.eqns for value in e.params.values())
        below = (getattr(value, "jaxpr", value) for value in inner if hasattr(value, "jaxpr") or hasattr(value, "eqns"))
        return len(jaxpr.eqns) + sum(count(one) for one in below)

    return count(traced.jaxpr)


@pytest.mark.parametrize("function", [_stat, _value_and_grad, _display, _photons, _read_curvature])
def test_a_program_does_not_grow_with_the_number_of_pairs(function):
    few, many = (_operations(Problem(make(n, 0, 0)), function) for n in (4, 9))
    assert many <= few + (10 if function not in (_display, _photons) else 200)


def test_what_the_data_differ_in_is_no_stack():
    stacks = lambda *pairs: Problem(Setup.from_pairs(list(pairs))).layout.stacks  # noqa: E731
    alike = [(make_data(i), cpl()) for i in range(4)]
    assert stacks(*alike) == (4,) and stacks(*alike[:2]) == (1, 1)
    assert stacks(*alike, (make_data(8, stat="cstat"), cpl()), (make_data(9), pl())) == (4, 1, 1)
    assert stacks(*alike, (make_data(8, channels=30), cpl())) == (4, 1)
    assert stacks(alike[0], (make_data(9), pl()), *alike[1:]) == (1, 1, 3)


def test_spectra_with_other_windows_lie_in_one_stack():
    pairs = [
        (make_data(1), cpl()),
        (make_data(2, notc=[20, 300]), cpl()),
        (make_data(3, notc=[[8, 30], [40, 900]]), cpl()),
    ]
    problem = Problem(Setup.from_pairs(pairs))
    assert problem.layout.stacks == (3,)
    alone = [Problem(Setup.from_pairs([pair])) for pair in pairs]
    assert problem.stat() == pytest.approx(sum(one.stat() for one in alone), rel=1e-12)


def test_two_hundred_edits_compile_nothing(compiles):
    setup = make(4, 0, 0)
    problem = Problem(setup)

    def use(problem):
        minimise(problem, problem.setup.free_values, 2)
        return problem.stat(), problem.display(), problem.batch(problem.setup.free_values[None])

    use(problem)
    generator = np.random.default_rng(7)
    kinds = [
        lambda a, b: SetValue(a, float(setup.values[a - 1]) + 0.01),
        lambda a, b: Freeze((a,), bool(generator.integers(2))),
        lambda a, b: Link(tuple(sorted({a, (a - 1 + 3) % 12 + 1}))),
        lambda a, b: Unlink((a,)),
        lambda a, b: SetPrior(a, norm(float(setup.values[a - 1]), 3.0)),
        lambda a, b: SetTie(a, f"par[{(a - 1 + 3) % 12 + 1}] + 0.01"),
        lambda a, b: SetTie(a, ""),
        lambda a, b: Notice(f"u{b}", ((10.0 + 5 * b, 700.0),)),
    ]
    done = 0
    with compiles() as counted:
        while done < 200:
            edit = kinds[generator.integers(len(kinds))](int(generator.integers(1, 13)), int(generator.integers(1, 5)))
            try:
                setup = edit.apply(setup)
            except ValueError:  # not every tie or link is possible after the others
                continue
            problem, done = Problem(setup, problem), done + 1
            if setup.free:
                use(problem)
    assert counted.count == 0
