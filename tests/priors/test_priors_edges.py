"""Priors at the edges: where supports end, ratios overflow and shapes are narrow."""

import numpy as np
import pytest

from spec_lab import priors
from spec_lab._base import ParameterError
from spec_lab.priors import Prior


class TestEdges:
    def test_a_ratio_that_overflows(self):
        wide, q = priors.logunif(1e-300, 1e300), np.array([0.0, 0.25, 0.5, 1.0])
        np.testing.assert_allclose(wide.ppf(q), [1e-300, 1e-150, 1.0, 1e300], rtol=1e-11)
        np.testing.assert_allclose(wide.cdf(wide.ppf(q)), q, rtol=1e-12, atol=1e-12)

    def test_the_edge_of_a_lognormal_has_no_density(self):
        assert priors.lognorm(0.5).logpdf(0.0) == -np.inf and priors.lognorm(1, -5, 2).pdf(-5.0) == 0

    def test_the_tails_and_the_median_of_a_cauchy(self):
        assert priors.cauchy().median == 0
        assert priors.cauchy().cdf(-1e200) == pytest.approx(1e-200 / np.pi, rel=1e-12, abs=0)
        assert priors.cauchy().ppf(1 - 2.0**-50) == pytest.approx(2.0**50 / np.pi)

    def test_a_family_is_a_name(self):
        with pytest.raises(ParameterError, match="unknown prior family"):
            Prior(["unif"], 1, 2)
