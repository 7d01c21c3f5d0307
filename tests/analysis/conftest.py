"""Figures are drawn off screen; arviz warns at import, which is not our matter."""

import sys
import warnings

import matplotlib
import pytest

matplotlib.use("Agg")

with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
    # arviz tries `import tree` (dm-tree, optional) and would take the folder tests/tree for it
    patch.setitem(sys.modules, "tree", None)
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
