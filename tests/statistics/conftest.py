"""The three texts as one parameter, and the golden tables as columns."""

import csv
from pathlib import Path

import jax
import numpy as np
import pytest

from spec_lab.statistics import BinStatistic, BinStatisticJX, BinStatisticNB

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


class Compiled:
    """`BinStatisticJX` as a fit uses it: each method under jit (one by one, its operations would each be compiled)."""

    def __getattr__(self, method):
        setattr(self, method, jax.jit(getattr(BinStatisticJX, method)))
        return vars(self)[method]


@pytest.fixture(params=[BinStatistic, BinStatisticNB, Compiled()], ids=["numpy", "numba", "jax"])
def text(request):
    return request.param


@pytest.fixture
def golden():
    def read(name: str) -> dict[str, np.ndarray]:
        with open(GOLDEN / f"statistics_{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}

    return read
