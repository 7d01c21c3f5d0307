"""The one table: its conversions, and what it prints (golden files)."""

from pathlib import Path

import numpy as np
import pytest

from spec_lab._base.info import Info, show

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

TABLE = Info(
    {
        "par#": ["1*", "2", "3*"],
        "Parameter": ["alpha", "logEc", "logA <x&y>"],
        "Value": [-1.5617945, 2.0, 1.25e-9],
        "Prior": ["unif(-2, 2)", "frozen", "norm(0, 1)\n+ floor"],
        "90% CI": [[-1.573, -1.5523], None, (0.0, np.float64(2.5e-9))],
        "Bins": [119, np.int64(117), 236],
    },
    title="Parameters",
)


@pytest.mark.parametrize(("ending", "render"), [("txt", lambda t: t.text), ("html", lambda t: t._repr_html_())])
def test_what_it_prints(ending, render):
    assert render(TABLE) + "\n" == (GOLDEN / f"info_table.{ending}").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-9, "1×10⁻⁹"),
        (1.23456e-7, "1.235×10⁻⁷"),
        (0.0123456, "0.01235"),
        (-1.5617945, "-1.562"),
        (554.74512, "554.745"),
        (1234567.8, "1.23457×10⁶"),
        (160123.4567891, "160123"),
        (1e6, "1000000"),
        (1.23456e52, "1.23456×10⁵²"),
        (b"x", "b'x'"),
        (2.0, "2"),
        (0.0, "0"),
        (119, "119"),
        (np.float64(0.5), "0.5"),
        (np.int32(7), "7"),
        (np.array(1.5), "1.500"),
        (np.array([1.5, 2]), "[1.500, 2]"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (None, ""),
        (True, "True"),
        ({"min_evt": 10}, "min_evt: 10"),
        ([], "[]"),
    ],
)
def test_how_one_value_looks(value, text):
    assert show(value) == text


def test_columns_rows_frames():
    assert Info.from_rows(TABLE.list_dict, title="Parameters") == TABLE
    again = Info.from_pandas(Info({"a": [1, 2], "b": ["x", "y"]}).to_pandas())
    assert again == Info({"a": [1, 2], "b": ["x", "y"]})
    assert again.data_list == [[1, "x"], [2, "y"]] and list(again) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert again["b"] == ["x", "y"] and again.columns == ("a", "b") and len(again) == 2


def test_it_is_a_value():
    columns = {"a": [1, 2]}
    table = Info(columns)
    columns["a"].append(3)
    table.data_dict["a"].append(4)
    assert table["a"] == [1, 2]


def test_an_empty_table_still_prints():
    assert Info({"a": [], "b": []}).text.count("\n") == 3
    assert "<td" not in Info({"a": []}).html


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"one length.*'b': 1"):
        Info({"a": [1, 2], "b": [1]})


def result(expressions, n=6):
    """A table as wide as the one of a posterior."""
    known = {name: [f"{name.lower()} {i}" for i in range(n)] for name in ("Component", "Parameter")}
    numbers = {name: [-1.23456 * 10**i for i in range(n)] for name in ("Mean", "Median", "Best", "1sigma Best")}
    words = {"par#": [str(i) for i in range(n)], "Class": ["model"] * n, "Expression": expressions}
    return Info(words | known | numbers | {"1sigma CI": ["[-1.23456, 1.23456]"] * (n - 1) + ["[-9, 9]"]})


def test_a_wide_table_says_repeated_words_once_and_fits():
    table = result(["tbabs*(cpl+bb)"] * 6)
    lines = table.text.split("\n")
    assert lines[0] == "Class: model; Expression: tbabs*(cpl+bb)"
    assert max(map(len, lines)) <= 120 and "Expression" not in lines[2] and "Component" in lines[2]
    assert '<caption style="text-align:left">Class: model; Expression: tbabs*(cpl+bb)</caption>' in table.html


def test_intervals_of_a_column_break_all_or_none():
    lines = Info({f"CI{i}": ["[10000, 20000]", "[1, 2]"] for i in range(8)}).text.split("\n")
    columns = list(zip(*(line.split("│")[1:-1] for line in lines if line.startswith("│")), strict=True))
    for name, *cells in columns:
        assert name.startswith(" CI") and [cell.strip() for cell in cells] in (
            ["[10000,", "20000]", "[1,", "2]"],
            ["[10000, 20000]", "", "[1, 2]", ""],
        )
    assert max(map(len, lines)) <= 120


def test_a_table_too_wide_goes_on_below_with_its_naming_columns():
    table = Info({"name": ["a", "b"]} | {f"number {i:02}": [1.23456e-7 * i, 9.87] for i in range(1, 25)})
    lines = table.text.split("\n")
    heads = [line for line in lines if "name" in line]
    assert len(heads) > 1 and max(map(len, lines)) <= 120
    assert [f"{i:02}" for i in range(1, 25)] == [
        w for line in lines for w in line.split() if w.isdigit() and len(w) == 2
    ]


def test_a_word_that_cannot_be_broken_is_left_whole():
    assert "x" * 200 in Info({"a": ["x" * 200], "n": [1]}).text


def test_a_long_table_shows_its_head_and_its_tail_and_says_so():
    table = Info({"n": range(5000), "word": ["a"] * 5000})
    for shown in (table.text, table.html):
        assert "The first 100 and the last 100 of 5000 rows; .to_pandas() has them all." in shown
        assert "4999" in shown and "99" in shown and "2500" not in shown
    assert len(table.data_list) == 5000 and "The first" not in Info({"n": range(200)}).text


def test_wide_and_combining_characters_keep_the_columns_straight():
    lines = Info({"Name": ["日本語", "e\u0301", "abc"], "n": [1, 2, 3]}).text.split("\n")
    cells = [line.split("│")[1] for line in lines if line.startswith("│")]
    assert [len(cell) for cell in cells] == [8, 5, 9, 8]  # places: all 8
