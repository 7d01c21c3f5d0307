"""Priors in a notebook: a curve for every family, flat where the belief is flat."""

import re

import numpy as np
import pytest

from spec_lab.priors import Prior, list_priors

TEXTS = [
    "unif(-2, 2)", "unif(1000, 1000.3)", "logunif(0.001, 1000)", "logunif(0.1, 5, -1, 2)", "norm(1, 2)", "lognorm(0.7, 1, 3)",
    "truncnorm(-1, 2, 3, 4)", "truncnorm(-1, inf)", "truncnorm_range(0.1, 4, 1, 2)", "cauchy(1, 2)", "cosine(1, 2)",
    "beta(2, 3, -1, 4)", "beta(0.5, 0.5)", "gamma(2.5, 1, 3)", "gamma(0.3)", "expon(1, 2)", "plaw(2.5, -1, 3)", "plaw(0.5)",
    "coslat()",
]  # fmt: skip


def curve(prior):
    (points,) = re.findall(r'<polyline points="([^"]*)"', prior._repr_html_())
    return np.array([point.split(",") for point in points.split()], float).T


@pytest.mark.parametrize("text", TEXTS)
def test_every_prior_has_a_curve(text):
    prior = Prior.parse(text)
    shown = prior._repr_html_()
    assert str(prior) in shown and "nan" not in shown and "inf" not in shown.split("<svg")[1]
    (median,) = re.findall(r"median (\S+),", shown)
    assert float(median) == pytest.approx(prior.frozen().median(), rel=1e-3, abs=1e-9)
    x, y = curve(prior)
    assert len(x) == 121 and np.all(np.diff(x) > 0) and y.min() == pytest.approx(4.0, abs=0.2) and y.max() <= 64.0


def test_no_family_is_forgotten():
    assert {text.split("(")[0] for text in TEXTS} >= set(list_priors())


@pytest.mark.parametrize("text", ["unif(-2, 2)", "logunif(0.001, 1000)"])
def test_a_flat_prior_is_drawn_flat(text):
    assert set(curve(Prior.parse(text))[1]) == {4.0}
