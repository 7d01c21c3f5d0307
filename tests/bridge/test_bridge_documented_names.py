"""Every documented name is at its door, with the documented way to call it."""

import dataclasses
import inspect
import subprocess
import sys

import equinox as eqx
import pytest

import spec_lab.bridge as door

NAMES = ["PyroxParam", "PyroxSample", "PyroxModule", "pyrox_method", "Parameterized"]
PRIORS = ["unif", "logunif", "norm", "lognorm", "truncnorm", "cauchy", "cosine", "beta", "gamma", "expon", "plaw"]
ALSO = ["Prior", "parse_prior", "all_priors", "list_priors", "families", "log_density", "quantile"]


@pytest.mark.parametrize("name", [*NAMES, *PRIORS, *ALSO])
def test_name_is_at_the_door(name):
    assert getattr(door, name) is not None and name in dir(door)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        door.nothing  # noqa: B018


@pytest.mark.parametrize(
    "name",
    "pyrox_param pyrox_sample setup register_param set_prior autoguide set_mode get_param load_pyro_samples _teardown".split(),
)
def test_method_is_there(name):
    assert callable(getattr(door.Parameterized, name))


def test_calls_are_the_documented_ones():
    assert list(inspect.signature(door.PyroxModule.pyrox_param).parameters)[1:] == [
        "name",
        "init_value",
        "constraint",
        "event_dim",
    ]
    assert list(inspect.signature(door.PyroxModule.pyrox_sample).parameters)[1:] == ["name", "prior"]
    assert list(inspect.signature(door.Parameterized.register_param).parameters)[1:4] == [
        "name",
        "init_value",
        "constraint",
    ]


def test_param_is_a_named_tuple_with_nothing_given():
    assert door.PyroxParam() == (None, None, None) and door.PyroxParam._fields == (
        "init_value",
        "constraint",
        "event_dim",
    )
    assert door.PyroxParam(1.0).init_value == 1.0 and isinstance(door.PyroxParam(), tuple)


def test_sample_is_frozen():
    site = door.PyroxSample(3)
    assert dataclasses.is_dataclass(site) and site.prior == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        site.prior = 4  # pyright: ignore


def test_modules_are_equinox_modules():
    assert issubclass(door.PyroxModule, eqx.Module) and issubclass(door.Parameterized, door.PyroxModule)


def test_priors_do_not_pay_for_numpyro():
    code = "import sys, spec_lab; spec_lab.unif(-2, 2).logpdf(0.0); sys.exit('numpyro' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
