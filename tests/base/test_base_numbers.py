"""How numbers are written: the one rule for tables, titles, messages and rows of the Lab."""

import re
from pathlib import Path

import pytest

from spec_lab._base import (
    Info,
    between,
    interval_text,
    number_text,
    plain,
    printed,
    reduced_text,
    statistic_text,
    value_and_error,
    with_error,
    with_sides,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("value", "error", "texts"),
    [
        (0.827, 0.119, ("0.83", "0.12")),  # the example of the Particle Data Group
        (0.827, 0.367, ("0.8", "0.4")),
        (0.05, 14.0, ("0.05", "14")),
        (3.2, 14.0, ("3.2", "14")),
        (1e-7, 3.0, ("1e-07", "3.0")),
        (5e5, 8e6, ("5e+05", "8e+6")),
        (0.87, 0.9, ("0.87", "0.9")),
        (-0.04, 2.4, ("-0.04", "2.4")),
        (0.0, 2.4, ("0.0", "2.4")),
        (123456.789, 0.001, ("123457", "0.001")),
        (6.4, 1e-7, ("6.4", "1e-07")),
    ],
)
def test_a_value_is_rounded_by_its_own_error_and_never_to_nothing(value, error, texts):
    assert with_error(value, error) == texts


def test_what_is_read_has_exponents_as_a_paper_prints_them():
    assert [value_and_error(*pair) for pair in ((3.2e-12, 1.1e-13), (-55.123, 0.21), (0.05, 14.0), (7.25, None))] == [
        "(3.20 ± 0.11)×10⁻¹²",
        "-55.12 ± 0.21",
        "0.05 ± 14",
        "7.250",
    ]
    assert [number_text(x) for x in (1.5e8, 1.25e-9, 123456.7, 0.05)] == ["1.5×10⁸", "1.25×10⁻⁹", "123457", "0.05"]
    assert printed("unif(1e-06, 2e+3) in par1e5") == "unif(1×10⁻⁶, 2×10³) in par1e5"
    ends = [(0.05, 14.2), (-1.5731, -1.5519), (2.1e-12, 2.5e-12), (12345.678, 12399.5), (0.0, 2.5e-9)]
    assert [interval_text(*pair) for pair in ends] == [
        "[0.1, 14.2]",
        "[-1.5731, -1.5519]",
        "[2.100×10⁻¹², 2.500×10⁻¹²]",
        "[12345.7, 12399.5]",
        "[0, 2.50×10⁻⁹]",
    ]


def test_sides_of_very_different_size_leave_the_value_alone():
    assert with_sides(0.05, 0.05, 14.0) == ("0.05", "+14 -0.05")
    assert between(0.05, 0.03, 14.0) == ("0.050", "14", "0.030")


NUMBERS = (15095220.4, 351051.546, 99999.96, 12345.678, 554.74512, 0.0500000001, 1.23456789e-9, 681234567.25)


@pytest.mark.parametrize("write", [statistic_text, reduced_text, number_text, plain, lambda x: Info({"a": [x]}).text])
def test_no_number_has_more_than_six_digits(write):
    for number in NUMBERS:
        text = re.sub(r"×10.*|e[+-]\d+", "", re.sub(r"[^\d.e×+⁰¹²³⁴⁵⁶⁷⁸⁹-]", "", write(number)))
        assert len(text.replace(".", "").lstrip("0-")) <= 6, write(number)


def test_statistics_have_two_decimals():
    assert [statistic_text(x) for x in (187.9984, 9455.9, 3.0, 99999.64, 15095220.0)] == [
        *("188.00", "9455.90", "3.00", "99999.6", "1.50952×10⁷"),
    ]
    assert [reduced_text(x) for x in (1.2344, 351051.546)] == ["1.234", "351052"]


def test_results_are_written_here_and_nowhere_else():
    """A format of its own for a statistic, an evidence or an estimate is a second rule."""
    own = re.compile(
        r"\{[^{}:]*(stat|log_z|lnZ|evidence|median|mean|best|low|high|\bvalue|\bval\b)[^{}:]*:[^{}]*\.\d+[fe]\}"
    )
    floors = [ROOT / "spec_lab" / name for name in ("engines", "results", "infer", "session")]
    found = [
        f"{path.name}: {m.group()}"
        for top in floors
        for path in top.rglob("*.py")
        for m in own.finditer(path.read_text())
    ]
    assert not found
