"""Handles on a drawn prior: where they stand is where the argument acts, and pulling them gives priors that exist."""

import json
import math

import numpy as np
import pytest

from spec_lab.priors import Prior, families, parse_prior
from spec_lab.session import views

TEXTS = (
    "unif(-2, 2)", "logunif(0.1, 1000)", "logunif(1, 10, 5, 2)", "norm(1, 0.5)", "lognorm(0.7, 0, 3)", "truncnorm(-1, 2, 3, 0.5)",
    "truncnorm_range(-1, 4, 1, 2)", "cauchy(0, 2)", "cosine(1, 2)", "beta(2, 3, -1, 4)", "gamma(2, 1, 0.5)", "expon(1, 2)",
    "plaw(1.5, 0, 3)",
)  # fmt: skip


def preview(text):
    return views.prior_preview(parse_prior(text))


def pulled(prior: Prior, handle: dict, x: float) -> Prior:
    """What the front end makes of a pull: the argument at the place `x`."""
    z = (x - handle["zero"]) / handle["unit"]
    args = list(prior.args)
    args[handle["arg"]] = math.log(z) if handle["log"] else z
    return Prior(prior.family, *args)


@pytest.mark.parametrize("text", TEXTS)
def test_every_handle_stands_where_its_argument_is(text):
    prior, drawn = parse_prior(text), preview(text)
    assert drawn["handles"] and json.dumps(drawn, allow_nan=False)
    names = next(f for f in families() if f["name"] == prior.family)["args"]
    for handle in drawn["handles"]:
        assert handle["name"] == names[handle["arg"]]["name"]
        again = pulled(prior, handle, handle["at"])
        assert again.args == pytest.approx(prior.args)


@pytest.mark.parametrize("text", TEXTS)
def test_a_pull_within_its_limits_gives_a_prior(text):
    prior, drawn = parse_prior(text), preview(text)
    span = drawn["hi"] - drawn["lo"]
    for handle in drawn["handles"]:
        for x in (handle["least"], handle["at"] - 0.1 * span, handle["at"] + 0.1 * span, handle["most"]):
            if x is None:
                continue
            x = max(x, handle["least"]) if handle["least"] is not None else x
            x = min(x, handle["most"]) if handle["most"] is not None else x
            made = pulled(prior, handle, x)
            assert made.family == prior.family
            views.prior_preview(made)


PLACES = {
    "unif(-2, 2)": {"low": -2, "high": 2},
    "logunif(0.1, 1000)": {"low": 0.1, "high": 1000},
    "norm(1, 0.5)": {"centre": 1, "width": 1.5},
    "cosine(1, 2)": {"centre": 1, "high": 1 + 2 * math.pi},
    "beta(2, 3, -1, 4)": {"low": -1, "high": 3},
    "gamma(2, 1, 0.5)": {"low": 1, "centre": 2},
}


@pytest.mark.parametrize(("text", "ends"), PLACES.items())
def test_roles_and_places(text, ends):
    assert {h["role"]: pytest.approx(h["at"]) for h in preview(text)["handles"]} == ends


def test_ends_that_are_nowhere_have_no_handle():
    names = [h["name"] for h in preview("truncnorm_range(-inf, 3, 0, 1)")["handles"]]
    assert names == ["max", "loc", "scale"]


def test_a_logarithmic_prior_is_drawn_in_the_logarithm():
    drawn = preview("logunif(0.1, 1000)")
    assert drawn["log"] is True
    np.testing.assert_allclose(drawn["density"][1:-1], drawn["density"][1])
    assert preview("norm(0, 1)")["log"] is False
