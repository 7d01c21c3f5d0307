"""A small burst in two detectors, made of arrays: compiles quickly, fits in milliseconds, needs no file."""

import functools
import re
from typing import Any

import numpy as np

from spec_lab import priors
from spec_lab.data import Background, Data, DataUnit, Response, Source
from spec_lab.infer import BayesInfer
from spec_lab.models import bb, cpl, pl
from spec_lab.session import FitSession

FAMILIES = {name: getattr(priors, name) for name in ("unif", "logunif", "norm", "lognorm", "truncnorm", "expon")}


def _unit(name: str, low: float, high: float, n: int, area: float, seed: int) -> DataUnit:
    edges = np.geomspace(low, high, n + 1)
    photons = np.geomspace(low, high, 31)
    middle = np.sqrt(photons[1:] * photons[:-1])
    inside = (middle[:, None] >= edges[:-1]) & (middle[:, None] < edges[1:])
    response = Response(photons[:-1], photons[1:], edges[:-1], edges[1:], area * inside.astype(float))
    x = np.log(edges[1:] / edges[:-1])
    rate = area * 30 * x * np.sqrt(edges[1:] * edges[:-1]) ** -0.6 * np.exp(-edges[1:] / 600)
    generator = np.random.default_rng(seed)
    background = generator.poisson(40.0, n)
    source = generator.poisson(rate * 10 + 40.0)
    return DataUnit(
        src=Source(source.astype(float), exposure=10.0, name=name),
        bkg=Background(background.astype(float), exposure=10.0),
        rsp=response,
        stat="pgstat",
        name=name,
    )


@functools.cache
def burst() -> Data:
    """Two units, `na` and `b1`."""
    return Data([("na", _unit("na", 10, 900, 20, 60.0, 1)), ("b1", _unit("b1", 200, 30000, 16, 90.0, 2))])


def make_infer(kind: str = "cpl") -> BayesInfer:
    """A new `Infer` over the burst: `cpl`, or `two` additive terms."""
    model = cpl(alpha=-1.0, logEp=2.5, logA=0.5) if kind == "cpl" else pl(alpha=-1.5) + bb()
    return BayesInfer([(burst(), model)])


def fitted_session(**options: Any) -> FitSession:
    """A session at its best fit; close it."""
    session = FitSession(make_infer(), **options)
    session.fit()
    session.wait(120)
    return session


def same_state(a: Any, b: Any) -> bool:
    """Whether two set-ups of different `Infer`s over the burst are equal in all that edits can change."""
    return (
        np.array_equal(a.values, b.values)
        and (a.frozen, a.partition, a.priors, a.ties) == (b.frozen, b.partition, b.priors, b.ties)
        and [p.model.structure for p in a.pairs] == [p.model.structure for p in b.pairs]
        and [u.notc for p in a.pairs for u in p.data.units] == [u.notc for p in b.pairs for u in p.data.units]
    )


def run_code(code: str, infer: Any, lab: Any = None) -> None:
    """Execute lines of the journal."""
    assert not re.search(r"\bimport os\b", code)
    exec(code, {**FAMILIES, "infer": infer, "lab": lab, "inf": float("inf")})
