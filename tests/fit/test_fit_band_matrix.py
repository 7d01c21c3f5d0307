"""Folding in blocks of channels equals the dense product: rates, statistics, gradients, whole fits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import csr_array
from sparse import make_both

from spec_lab import BayesInfer
from spec_lab._base import SpecLabWarning
from spec_lab.data import Data, DataUnit, Response, Source, SparseMatrix
from spec_lab.fit import Problem, Setup
from spec_lab.fit.band_matrix import choose_rows, make_bands
from spec_lab.models import Grid, Model


def banded(size, seed=0, tails=0):
    """A matrix `[c, e]` with a band of about 30 photon bins a channel, and single values far from it."""
    generator = np.random.default_rng(seed)
    offset = np.arange(-15, 15)
    row = np.repeat(np.arange(size), offset.size)
    column = row + np.tile(offset, size)
    inside = (column >= 0) & (column < size)
    value = np.exp(-0.5 * (np.tile(offset, size) / 5.0) ** 2) * generator.uniform(1, 2, row.size)
    far = generator.integers(0, size, (2, tails))
    row, column = np.r_[row[inside], far[0]], np.r_[column[inside], far[1]]
    return csr_array((np.r_[value[inside], generator.uniform(0, 0.1, tails)], (row, column)), shape=(size, size))


@pytest.mark.parametrize(("size", "tails"), [(100, 0), (500, 60), (4096, 900), (3, 0)])
def test_a_fold_equals_the_dense_product(size, tails):
    matrix = banded(size, tails=tails)
    photons = np.random.default_rng(1).uniform(0, 1, size)
    chosen = np.flatnonzero(np.arange(size) % 7 != 3)
    band = choose_rows(make_bands(SparseMatrix.of(matrix.copy())), chosen, size + 5)
    folded = np.asarray(jax.jit(lambda b, p: b.fold(p))(band, photons))
    np.testing.assert_allclose(folded[: len(chosen)], (matrix.toarray() @ photons)[chosen], rtol=1e-12)
    assert folded.shape == (size + 5,) and not folded[len(chosen) :].any()
    assert band.values.nbytes < max(matrix.nnz, 512) * 8 * 4 and band.rest.size <= 0.1 * matrix.nnz + tails


def test_an_empty_matrix_folds_to_nothing():
    band = choose_rows(make_bands(SparseMatrix.of(csr_array((5, 9)))), np.arange(5), 5)
    assert not np.asarray(band.fold(jnp.ones(9))).any()


def compare(usual, sparse, model, theta):
    """Statistic and gradient of both, at one place."""
    problems = [Problem(Setup.from_pairs([(Data([("u", unit)]), model)])) for unit in (usual, sparse)]
    (value, slope), (other, gradient) = (p.value_and_grad(theta) for p in problems)
    assert other == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-9, atol=1e-9 * np.abs(slope).max())


def test_3c273_in_bands_equals_dense(real_data, monkeypatch):
    folder = real_data / "3c273"

    def make():
        with pytest.warns(SpecLabWarning, match="POISSERR"):
            return DataUnit(src=folder / "3c273.pi", stat="cstat", notc=[0.5, 7], notc_mode="overlap")

    usual, sparse = make_both(monkeypatch, make)
    assert isinstance(sparse.channels().matrix, SparseMatrix)
    compare(usual, sparse, Model.parse("tbabs*pl"), np.array([0.05, -1.8, -3.7]))


@pytest.fixture(scope="module")
def microcalorimeter():
    """A spectrum of 600 channels, with a dense response and with the same one by its non-zeros."""
    edges = np.linspace(0.5, 8.0, 601)
    matrix = 100 * banded(600, tails=50)
    response = Response(edges[:-1], edges[1:], edges[:-1], edges[1:], matrix.toarray())
    photons = np.asarray(Model.parse("pl").photons(np.array([-1.7, 0.0]), Grid.make(edges[:-1], edges[1:])))
    source = Source(np.random.default_rng(2).poisson(photons @ response.matrix).astype(float), exposure=1.0)
    thin = response.replace(matrix=SparseMatrix.of(matrix))
    return tuple(DataUnit(src=source, rsp=each, stat="cstat") for each in (response, thin))


def test_a_microcalorimeter_in_bands_equals_dense(microcalorimeter):
    compare(*microcalorimeter, Model.parse("pl"), np.array([-1.6, 0.1]))


def test_edits_compile_nothing(microcalorimeter, compiles):
    infer = BayesInfer([(Data([("u", microcalorimeter[1])]), Model.parse("pl"))])
    whole = infer.stat
    with compiles() as counted:
        infer.par[1].val = -1.6
        infer.par[1].freeze()
        infer.notice("u", [[1.0, 3.0], [4.0, 6.0]])
        part = infer.stat
        infer.notice("u", None)
        infer.par[1].val = -1.0
        infer.stat  # noqa: B018
    assert counted.count == 0 and part != whole
    dense = BayesInfer([(Data([("u", microcalorimeter[0].replace(notc=[[1.0, 3.0], [4.0, 6.0]]))]), Model.parse("pl"))])
    dense.par[1].val = -1.6
    assert part == pytest.approx(dense.stat, rel=1e-12)


def test_blocks_of_rows_are_smaller_where_their_photons_would_fill_memory(microcalorimeter, monkeypatch):
    from spec_lab.fit import problem as problems

    problem = BayesInfer([(Data([("u", microcalorimeter[1])]), Model.parse("pl"))]).problem
    rows = np.random.default_rng(3).normal([-1.7, 0.0], 0.01, (40, 2))
    usual = problem.batch(rows)
    monkeypatch.setattr(problems, "MOST_PHOTONS", 600 * 8)
    assert problem._most_rows == 8
    np.testing.assert_allclose(problem.batch(rows), usual, rtol=1e-12)
