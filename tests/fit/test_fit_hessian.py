"""The Hessian from differences of gradients is that of automatic differentiation, whatever is shared, linked or at its bound."""

import jax
import numpy as np
import pytest
from precision import tolerance
from small import make_data

from spec_lab.fit import Freeze, Link, Problem, SetTie, Setup, SetValue
from spec_lab.fit.hessian import SEVERAL, hessian
from spec_lab.models import Model


def differentiated_twice(view, space, x):
    (value, gradient), push = jax.linearize(jax.value_and_grad(lambda x: view.stat(space, x, use="slope")), x)
    return value, gradient, jax.vmap(lambda e: push(e)[1])(np.eye(len(x)))


def of(*texts, stat="pgstat"):
    return Setup.from_pairs([(make_data(k, stat=stat), Model.parse(text)) for k, text in enumerate(texts, 1)])


def linked():
    """Three pairs, an index of two of them and a norm of all linked, a temperature held, factors of the data free."""
    setup = of("cpl+bb", "cpl+bb", "cpl")
    pid = {(slot.pair, slot.name): slot.pid for slot in setup.slots}
    setup = Link((pid[0, "alpha"], pid[1, "alpha"])).apply(Freeze((pid[1, "logkT"],)).apply(setup))
    return Freeze((pid[0, "sf"], pid[0, "bf"], pid[1, "rf"]), False).apply(setup)


CASES = {
    "one term": lambda: of("tbabs*cpl"),
    "a line": lambda: SetValue(3, 60.0).apply(
        SetValue(4, 8.0).apply(SetValue(5, 0.5).apply(of("pl+gauss", stat="cstat")))
    ),
    "a break": lambda: of("bknpower", stat="chi2"),
    "an upper limit": lambda: of("pl", stat="ULppstat"),
    "linked pairs": linked,
    "a stack of pairs": lambda: Link((1, 4, 7)).apply(of("cpl", "cpl", "cpl")),
    "an affine tie": lambda: SetTie(4, "2*par[1] + 0.3").apply(of("cpl", "cpl")),
    "a curved tie": lambda: SetTie(4, "-par[1]**2").apply(of("cpl", "cpl")),
    "a value at its bound": lambda: SetValue(4, 20.0).apply(
        SetValue(3, 60.0).apply(SetValue(5, 0.5).apply(of("pl+gauss")))
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_as_automatic_differentiation(case):
    problem = Problem(CASES[case]())
    n, x = problem.n, problem.setup.free_values + (0.01 if case != "a value at its bound" else 0.0)
    value, gradient, matrix = problem.local(x)
    known = [np.asarray(a) for a in problem.run(differentiated_twice, problem.pad(x))]
    known = [known[0], known[1][:n], known[2][:n, :n]]
    size = np.sqrt(np.abs(np.diag(known[2])))
    assert value == pytest.approx(float(known[0]), rel=1e-12)
    np.testing.assert_allclose(gradient / size, known[1] / size, rtol=1e-9, atol=1e-9)
    exact, most = known[2] / size / size[:, None], tolerance(1e-7, 5e-3)
    np.testing.assert_allclose(matrix / size / size[:, None], exact, rtol=0, atol=most)


def curvature_of(gradient, x):
    """The second derivative of a curve of one parameter with an error of 1."""
    here = np.array([gradient(x)])
    return hessian(np.vectorize(gradient), np.array([x]), here, np.ones(1), np.zeros(1, int), 1e-5)[0, 0]


def test_a_kink_has_the_curvature_of_its_tamer_side():
    assert curvature_of(lambda x: 2.0 * x if x <= 0 else 5.0 + 40.0 * x, 0.0) == pytest.approx(2.0)


def test_where_one_side_has_no_value_the_other_counts():
    assert curvature_of(lambda x: 3.0 * x if x >= 1.0 else np.nan, 1.0) == pytest.approx(3.0)


def test_pairs_are_moved_together():
    """Nine coordinates of three pairs and one that they share: eight gradients."""
    matrix, calls = np.full((10, 10), 0.0), []
    for k in range(3):
        matrix[3 * k : 3 * k + 3, 3 * k : 3 * k + 3] = (
            np.arange(9).reshape(3, 3) + np.arange(9).reshape(3, 3).T + 9 * np.eye(3)
        )
    matrix[9], matrix[:, 9] = np.arange(10), np.arange(10)

    def gradients(rows):
        calls.append(len(rows))
        return rows @ matrix

    owners, x = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, SEVERAL]), np.ones(10)
    found = hessian(gradients, x, matrix @ x, np.ones(10), owners, 1e-5)
    assert calls == [8] and np.allclose(found, matrix, rtol=1e-8, atol=1e-8)
