"""Annotations of the numerical floors are kept to while the tests run: a wrong shape raises on each of them."""

import sys

import jax.numpy as jnp
import numpy as np
import pytest
import shape_checks
from beartype.roar import BeartypeCallHintViolation

from spec_lab.data.notice import noticed
from spec_lab.engines.target import Target
from spec_lab.fit import Problem
from spec_lab.models import pl
from spec_lab.results.profiles import Profile
from spec_lab.statistics import jax_bins

TWO, THREE = np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0])
WRONG = {
    "statistics": lambda: jax_bins._signed(jnp.array(THREE), jnp.array(TWO > 0), jnp.array(TWO)),
    "fit": lambda: Problem.within(None, THREE, TWO),  # self is not looked at, and nothing behind it is reached
    "engines": lambda: Target.log_like(None, THREE),
    "results": lambda: Profile("x", THREE, TWO),
    "data": lambda: noticed(None, THREE, TWO, "inside"),
    "models": lambda: pl.integral(None, THREE, TWO, {}),
}


def test_every_numerical_floor_is_asked():
    assert set(WRONG) == set(shape_checks.FLOORS)


@pytest.mark.parametrize("floor", WRONG)
def test_a_wrong_shape_raises(floor):
    with pytest.raises(BeartypeCallHintViolation):
        WRONG[floor]()


def test_a_right_shape_passes():
    assert noticed(None, THREE, THREE, "inside").all()


def test_nothing_but_what_is_listed_is_left_out():
    floors = tuple(f"spec_lab.{floor}." for floor in shape_checks.FLOORS)
    loaded = {name: module.__loader__ for name, module in sys.modules.items() if name.startswith(floors)}
    plain = {name for name, loader in loaded.items() if not isinstance(loader, shape_checks.CheckedLoader)}
    assert len(loaded) > 100
    assert plain <= set(shape_checks.LEFT_OUT)


def test_a_symbol_means_one_number_within_a_call_only():
    one = shape_checks.checked(noticed.__wrapped__)
    assert one(None, TWO, TWO, "inside").shape == (2,)
    assert one(None, THREE, THREE, "inside").shape == (3,)
