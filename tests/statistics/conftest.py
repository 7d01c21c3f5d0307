"""The three texts as one parameter, and the golden tables as columns."""

import csv
from pathlib import Path

import numpy as np
import pytest

from spec_lab.statistics import Statistic, StatisticJX, StatisticNB

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.fixture(params=[Statistic, StatisticNB, StatisticJX], ids=["numpy", "numba", "jax"])
def text(request):
    return request.param


@pytest.fixture
def golden():
    def read(name: str) -> dict[str, np.ndarray]:
        with open(GOLDEN / f"statistics_{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}

    return read
