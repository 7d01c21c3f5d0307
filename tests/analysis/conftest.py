"""Figures are drawn off screen; arviz warns at import, which is not our matter."""

import warnings

import matplotlib
import pytest

matplotlib.use("Agg")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        import arviz as the_arviz
    except ImportError:
        the_arviz = None


@pytest.fixture
def arviz():
    if the_arviz is None:
        pytest.skip("arviz is not installed: pip install 'spec-lab[arviz]'")
    return the_arviz
