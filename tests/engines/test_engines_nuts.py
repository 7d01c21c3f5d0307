"""What NUTS says of its own chains."""

import pytest

from spec_lab.engines.nuts import _doubts


def test_good_chains_raise_no_doubt():
    assert _doubts(1.001, 800.0, 0) == ""


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((1.2, 800.0, 0), "R-hat = 1.200 > 1.02"),
        ((float("nan"), 800.0, 0), "R-hat = nan"),
        ((1.0, 12.3, 0), "worth 12 independent"),
        ((1.0, float("nan"), 0), "worth nan"),
        ((1.0, 800.0, 7), "7 draws diverged"),
    ],
)
def test_bad_chains_are_doubted(numbers, said):
    assert said in _doubts(*numbers)
