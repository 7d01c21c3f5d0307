"""Mistakes in a model: each is answered with what was wrong, what is allowed, and the nearest name."""

import pytest

from spec_lab import models
from spec_lab._base import ModelError, ParameterError
from spec_lab.models import Model, cpl, tbabs
from spec_lab.models.argument_checks import check_names
from spec_lab.variables import Fixed, Tagged


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: cpl(alpah=3),
            "cpl has no parameter or setting 'alpah'; allowed: parameters alpha, .*Did you mean alpha",
        ),
        (lambda: cpl(pivot=3), "allowed: .*settings .*pivot_energy"),
        (lambda: cpl(-1, 2, None, 4, 5), "at most 4 values without a name; got 5; .*cpl.alpha="),
        (lambda: Model.parse("cpl(alpah=3)"), "no parameter or setting 'alpah'.*Did you mean alpha"),
    ],
)
def test_an_argument_that_is_none(make, words):
    with pytest.raises(ModelError, match=words) as caught:
        make()
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("value", ["x", [1, 2], True, float("nan"), float("inf"), 1j])
def test_a_start_value_that_is_no_number(value):
    with pytest.raises(
        ParameterError, match=r"cpl\.alpha takes one real number or a variable; got .*allowed: a finite"
    ):
        cpl(alpha=value)


def test_start_values_that_are():
    for given in (-1, -1.0, None, Tagged(-1.0), Fixed(Tagged(-1.0))):
        assert cpl(alpha=given).parameters[0].value == -1.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"redshift": "a"}, "cpl cannot have this redshift; got 'a'; allowed: a finite number above -1"),
        ({"redshift": -1.0}, "above -1"),
        ({"redshift": None}, "a finite number"),
        ({"pivot_energy": 0}, "above 0"),
        ({"vfv_peak": "no"}, "vfv_peak; got 'no'; allowed: True or False"),
        ({"vfv_peak": 1}, "True or False"),
        ({"logEc": 2}, "no parameter 'logEc' with vfv_peak=True; allowed: alpha, logEp, logA. Set vfv_peak=False"),
    ],
)
def test_a_setting_that_cannot_be(settings, words):
    with pytest.raises(ModelError if "logEc" not in settings else ParameterError, match=words):
        cpl(**settings)


def test_settings_of_words():
    with pytest.raises(ModelError, match=r"unknown abundances; got 'foo'; allowed: .*wilm"):
        tbabs(abundance="foo")
    with pytest.raises(ModelError, match="mw, lmc, smc"):
        models.zdust(method="foo")
    with pytest.raises(ModelError, match="cannot have this abundance; got 3; allowed: a str"):
        tbabs(abundance=3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clp*tbabs", "unknown component; got 'clp'. Did you mean cpl"),
        ("Powrlaw", "Did you mean powerlaw"),
        ("xyzzy", r"unknown component; got 'xyzzy'. See spec_lab.models.catalog\(\)"),
        ("", "There is nothing in it"),
        ("tbabs*(cpl", r"names, numbers.*'\(' was never closed at character 7"),
        ("pl(-1)", r"pl takes its values by name; got 'pl\(-1\)'. Name them, as in pl\(alpha="),
        ("cpl(1, 2)", "Name them"),
        ("pl(bb)", "only a factor or a convolution is called, with a model"),
        ("pl*(1/0)", "is not finite and real; got '1/0'"),
        ("(-1)**0.5*pl", "is not finite and real"),
        ("10**400*pl", "is not finite and real"),
        ("1e999*pl", "is not finite and real"),
        ("+".join(["pl"] * 3000), "too long|too deep"),
        ("2/pl", "nothing can be divided by photons"),
        ("pl**2", "a factor can be raised to a power"),
        ("cpl*pl", "two additive components can be added or subtracted"),
    ],
)
def test_text_that_is_no_model(text, words):
    with pytest.raises(ModelError, match=words):
        Model.parse(text)


def test_a_name_that_the_module_lacks():
    with pytest.raises(AttributeError, match=r"no attribute 'clp'. Did you mean cpl"):
        models.clp  # noqa: B018


def test_a_constructor_that_takes_anything_is_left_alone():
    class Mine:
        def __init__(self, *args, **anything):
            pass

    check_names(Mine, 7, ["whatever"])
