"""Constants by precision: the one for the array at hand."""

import doctest

import numpy as np

from spec_lab._base import ByPrecision, precision


def test_the_example_runs():
    assert doctest.testmod(precision).attempted == 5


def test_the_constant_is_that_of_the_numbers():
    constant = ByPrecision(double=2.0, single=1.0)
    assert [constant.of(np.dtype(name)) for name in ("float16", "float32", "float64")] == [1.0, 1.0, 2.0]
