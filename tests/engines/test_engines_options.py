"""Options out of range, or of another kind, are refused with a sentence before anything runs."""

import attrs
import pytest
from exact_problems import power_law

from spec_lab._base import EngineError
from spec_lab.engines import ENGINES, make_options, presets, run_engine
from spec_lab.fit import Problem


@pytest.mark.parametrize("name", ENGINES)
def test_every_number_has_a_range_and_its_default_lies_in_it(name):
    chosen = make_options(name)
    for option in attrs.fields(type(chosen)):
        if isinstance(option.default, (int, float)) and not isinstance(option.default, bool):
            assert option.validator is not None or (name, option.name) == ("multinest", "seed"), option.name
            make_options(name, **{option.name: option.default})


@pytest.mark.parametrize(
    ("name", "option", "value", "said"),
    [
        ("nuts", "draws", 0, "at least 4"),
        ("nuts", "chains", 0, "at least 1"),
        ("nuts", "warmup", -1, "at least 0"),
        ("nuts", "seed", -1, "at least 0, at most 4294967295"),
        ("emcee", "seed", 2**40, "at most 4294967295"),
        ("emcee", "steps", -5, "at least 1"),
        ("preview", "draws", -3, "at least 100"),
        ("preview", "tail", 0.0, "at least 1"),
        ("nested", "moves", 0, "at least 1"),
        ("nested", "tolerance", float("nan"), "more than 0"),
        ("svi", "steps", 0, "at least 1"),
        ("svi", "rate", -1.0, "more than 0"),
        ("bootstrap", "simulations", 1, "at least 2"),
        ("fit", "starts", 0, "at least 1"),
        ("lmfit", "max_calls", 0, "at least 1"),
        ("multinest", "tolerance", 0.0, "more than 0"),
        ("fit", "draws", True, "int"),
        ("nested", "sharpen", 1, "bool"),
    ],
)
def test_what_is_out_of_range_is_refused(name, option, value, said):
    with pytest.raises(EngineError, match=f"'{option}'.*{name}.*{said}"):
        make_options(name, **{option: value})


@pytest.mark.parametrize("name", ENGINES)
def test_presets_are_options_and_the_standard_is_the_default(name):
    made = {level: make_options(name, **options) for level, options in presets(name).items()}
    assert len(set(made.values())) == len(made) != 1
    assert "standard" not in made or made["standard"] == make_options(name)


def test_none_is_the_default():
    assert make_options("nuts", seed=None) == make_options("nuts")


def test_options_stay_hashable_and_compare():
    assert len({make_options("nuts"), make_options("nuts"), make_options("nuts", draws=8)}) == 2


def test_too_few_walkers():
    with pytest.raises(EngineError, match="too few walkers; got 3; allowed: at least 4"):
        run_engine("emcee", Problem(power_law()), walkers=3)
