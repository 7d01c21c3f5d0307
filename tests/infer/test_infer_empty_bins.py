"""Residuals of bins without counts are finite numbers."""

import numpy as np
import pytest

from spec_lab import Data, DataUnit, Infer
from spec_lab.data import Response, Source
from spec_lab.models import pl


def test_residuals_of_empty_bins_are_finite():
    edges = np.geomspace(1.0, 9.0, 9)
    counts = np.array([0, 0, 1, 0, 2, 0, 0, 1.0])
    unit = DataUnit(Source(counts, exposure=10.0), rsp=Response.ideal(edges[:-1], edges[1:], 10.0), stat="cstat")
    infer = Infer([(Data([("a", unit)]), pl(alpha=-1.0, logA=-2.0))])
    residual, expected = np.ravel(infer.residual), 10.0 * np.ravel(infer.model_ctsrate)
    assert np.isfinite(residual).all()
    assert residual[counts == 0] == pytest.approx(-np.sqrt(expected[counts == 0]))
    some = counts > 0
    assert residual[some] == pytest.approx((counts - expected)[some] / np.sqrt(counts[some]))
