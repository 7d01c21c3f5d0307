"""Importance draws of frozen proposals: integrals that are known, over seeds; what is counted, and what a stop leaves."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from spec_lab.engines import Control
from spec_lab.engines.frozen_draws import BLOCK, PILOT, ROUNDS, doubt_of_weights, frozen_draws
from spec_lab.engines.student_t import ProposalMixture, StudentT


class Density(NamedTuple):
    """A log density of integral 1, with its mode and the curvature there."""

    log_density: Callable[[np.ndarray], np.ndarray]
    mode: np.ndarray
    hessian: np.ndarray


def gaussian(n):
    scale = np.linspace(0.1, 1.0, n)
    return Density(lambda x: stats.norm.logpdf(x, 1.0, scale).sum(axis=1), np.ones(n), np.diag(scale**-2))


def skew(n):
    """The logarithm of an exponential variate in each coordinate."""
    return Density(lambda x: np.sum(x - np.exp(x), axis=1), np.zeros(n), np.eye(n))


def heavy_tails(n):
    return Density(lambda x: stats.t.logpdf(x, 3).sum(axis=1), np.zeros(n), np.eye(n) * 4 / 3)


def banana():
    density = lambda x: stats.norm.logpdf(x[:, 0], 0.5, 0.7) + stats.norm.logpdf(x[:, 1], x[:, 0] ** 2, 0.15)  # noqa: E731
    cross = np.array([1.0, -1.0])  # of b - a^2 at a = 0.5
    return Density(density, np.array([0.5, 0.25]), np.diag([0.7**-2, 0.0]) + np.outer(cross, cross) / 0.15**2)


DENSITIES = {
    "gaussian": gaussian(3), "skew 2": skew(2), "skew 4": skew(4), "heavy tails": heavy_tails(2), "banana": banana(),
}  # fmt: skip


def drawn(density, seed=0, draws=20000, control=None, seen=None, effective=20000):
    start = ProposalMixture((StudentT.of_hessian(density.mode, density.hessian, 8.0),), np.ones(1))

    def measure(us):
        if seen is not None:
            seen.append(us)
        return np.column_stack([density.log_density(us), us])

    return frozen_draws(start, measure, draws, effective, np.random.default_rng(seed), control or Control())


@pytest.mark.parametrize("name", DENSITIES)
def test_evidences_are_as_good_as_they_claim(name):
    """Twenty seeds each. Weighing the adaptive draws, too, made the banana's pulls -0.8 in the mean."""
    found = [drawn(DENSITIES[name], seed).weighed for seed in range(20)]
    pulls = np.array([one.log_evidence / one.error for one in found])
    assert np.all(np.abs(pulls[[one.trusted for one in found]]) < 4.0)
    if name != "heavy tails":  # those are doubted
        assert np.sqrt(np.mean(pulls**2)) < 1.6 and abs(pulls.mean()) < 0.8


def test_a_proposal_that_fits_wastes_no_draw():
    found = drawn(DENSITIES["gaussian"])
    assert found.evaluations == len(found.table) == len(found.log_weights) == 20000


def test_draws_that_shaped_a_proposal_are_not_counted():
    seen = []
    found = drawn(DENSITIES["banana"], seen=seen)
    shaping = found.evaluations - len(found.table)
    assert len(found.table) == 20000 and shaping == sum(ROUNDS)
    all_draws = np.concatenate(seen)
    np.testing.assert_array_equal(found.table[:, 1:], all_draws[shaping:])


def test_few_draws_do_not_adapt():
    assert drawn(DENSITIES["banana"], draws=400).evaluations == 400


@pytest.mark.parametrize("name", ["gaussian", "banana"])
def test_a_stop_keeps_draws_that_count(name):
    control = Control()
    control.end()
    found = drawn(DENSITIES[name], control=control)
    assert PILOT <= len(found.table) <= BLOCK and np.isfinite(found.weighed.log_evidence)


def test_it_ends_once_the_effective_size_is_enough():
    found = drawn(DENSITIES["skew 2"], effective=3000)
    assert found.weighed.effective >= 3000 and len(found.table) == BLOCK
    assert len(drawn(DENSITIES["gaussian"], effective=100).table) == PILOT


def test_it_ends_where_nothing_can_be_hoped_for():
    """A density of a hundred narrow peaks."""
    far = np.random.default_rng(1).uniform(-40, 40, (100, 6))
    peaks = lambda x: np.max([-0.5e4 * np.sum((x - c) ** 2, axis=1) for c in far], axis=0)  # noqa: E731
    found = drawn(Density(peaks, np.zeros(6), np.eye(6) / 100))
    assert len(found.table) == 2 * BLOCK and not found.weighed.trusted


def test_few_effective_draws_are_doubted_whatever_their_tail():
    assert doubt_of_weights(0.9, 5000.0, 20000) == "Pareto k = 0.90 > 0.7"
    assert doubt_of_weights(0.6, 520.0, 20000) == "20000 draws weigh as much as 520"
    assert doubt_of_weights(0.6, 1200.0, 20000) == "" and doubt_of_weights(0.6, 450.0, 4096) == ""
