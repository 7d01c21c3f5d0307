"""Teaching errors: what they say of odd values, and that they travel."""

import pickle

import numpy as np
import pytest

from spec_lab._base import DataError, EngineError, ModelError, ParameterError, StatisticError


class Silent:
    def __repr__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    "value", ["x" * 100_000, list(range(100_000)), {i: "y" * 99 for i in range(5000)}, np.arange(900)], ids=type
)
def test_a_long_value_is_shown_short(value):
    error = DataError("column COUNTS", got=value, allowed="numbers", hint="Look at the file.")
    assert len(str(error)) < 500 and "..." in error.got
    assert str(error).endswith("; allowed: numbers. Look at the file.")


def test_a_value_of_ordinary_length_is_shown_whole():
    assert DataError("edges", got=list(range(50))).got == repr(list(range(50)))


def test_a_value_that_cannot_be_shown_does_not_hide_the_error():
    assert str(DataError("column", got=Silent())) == "column; got <Silent>."
    assert DataError("column", got=[Silent()]).got.startswith("<")


@pytest.mark.parametrize("kind", [DataError, EngineError, ModelError, ParameterError, StatisticError])
def test_errors_travel_between_processes(kind):
    error = kind("what", got=1.5, allowed="a, b", hint="Do it.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == str(error) and again.as_dict() == error.as_dict()
