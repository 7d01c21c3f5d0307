"""The one table: frames and back, and what is said for a column that is not there."""

import pytest

from spec_lab._base.info import Info


def test_missing_text_survives_a_frame():
    table = Info({"a": [1, 2], "b": ["x", None], "c": [0.5, float("inf")]})
    assert Info.from_pandas(table.to_pandas()) == table


def test_rows_name_columns_in_the_order_they_come():
    assert Info.from_rows([{"a": 1}, {"b": 2, "a": 3}]).data_dict == {"a": [1, 3], "b": [None, 2]}


def test_a_column_that_is_not_there():
    with pytest.raises(KeyError, match="no column 'z'; there are a, b"):
        Info({"a": [1], "b": [2]})["z"]
