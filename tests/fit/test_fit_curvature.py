"""The Gauss-Newton matrix made of few pushed vectors is that of the whole Jacobian, whatever is shared, linked or frozen."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from precision import tolerance
from small import make_data

from spec_lab.fit import Freeze, Link, Problem, Setup
from spec_lab.fit.pair_slopes import colouring
from spec_lab.models import Model


def by_few(view, space, x):
    return view.curvature(space, x)


def by_all(view, space, x):
    """Gradient and J^T s'' J with one column of J for each free coordinate."""
    whole = view.parts(0)
    here, push = jax.linearize(lambda x: view.channels(view.theta(space, x), whole), x)
    total, gradient, matrix = 0.0, 0.0, 0.0
    for part, c, tangents in zip(whole, here, jax.vmap(push)(jnp.eye(len(x))), strict=True):
        value, slope, bend = view._local(part, c)
        J = jnp.stack(tangents)
        total, gradient = total + value, gradient + jnp.einsum("anc,ac->n", J, slope)
        matrix = matrix + jnp.einsum("anc,abc,bmc->nm", J, bend, J)
    return total, gradient, matrix


def linked():
    """Two pairs with one index, one temperature held, and three factors of the data free."""
    setup = Setup.from_pairs([(make_data(k), Model.parse("cpl+bb")) for k in (1, 2)])
    pid = {(slot.pair, slot.name): slot.pid for slot in setup.slots}
    setup = Link((pid[0, "alpha"], pid[1, "alpha"])).apply(Freeze((pid[1, "logkT"],)).apply(setup))
    return Freeze((pid[0, "sf"], pid[0, "bf"], pid[1, "rf"]), False).apply(setup)


CASES = {
    "one term": lambda: Setup.from_pairs([(make_data(1), Model.parse("tbabs*cpl"))]),
    "like terms": lambda: Setup.from_pairs([(make_data(1), Model.parse("tbabs*(pl+gauss+gauss)+bb"))]),
    "a difference": lambda: Setup.from_pairs([(make_data(1), Model.parse("cpl-gauss"))]),
    "a convolution": lambda: Setup.from_pairs([(make_data(1), Model.parse("gsmooth(pl+bb)"))]),
    "linked pairs": linked,
}


@pytest.mark.parametrize("case", CASES)
def test_few_vectors_give_the_whole_matrix(case):
    problem = Problem(CASES[case]())
    x = problem.pad(problem.setup.free_values + 0.01)
    few, whole = (jax.tree.map(np.asarray, problem.run(f, x)) for f in (by_few, by_all))
    size, near = np.sqrt(np.abs(np.diag(whole[2]))) + 1e-30, tolerance(1e-9)
    assert float(few[0]) == pytest.approx(float(whole[0]), rel=1e-11)
    assert np.allclose(few[1] / size, whole[1] / size, rtol=near, atol=near)
    assert np.allclose(few[2] / size / size[:, None], whole[2] / size / size[:, None], rtol=0, atol=near)


@pytest.mark.parametrize(
    ("text", "vectors"),
    [
        ("tbabs*(cpl+bb+gauss+gauss)", 4),
        ("tbabs*(pl+bb)+gauss", 3),
        ("pl+bb+gauss", 3),
        ("gsmooth(pl+bb)", 6),
        ("cpl", 3),
    ],
)
def test_slots_that_share_no_term_are_moved_together(text, vectors):
    assert len(set(colouring(Model.parse(text).structure).colours)) == vectors
