"""Convolutions: operators on a whole model, written as calls: ``gsmooth()(pl() + gauss())``.

A convolution has two faces, as every node has: `convolve` gives the curve at energies, `convolve_portions` the node portions
on a grid. `zshift` moves the grid itself and is exact; `gsmooth` lets photons flow between bins (see `smoothing`), so that
lines of any width keep their photons.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from spec_lab.models.annotations import Bins, Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Component
from spec_lab.models.integration.cut_bins import cut
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.integration.smoothing import (
    BELOW,
    Sources,
    along,
    between,
    extension,
    flows,
    joined,
    parabola,
    points_per_bin,
    sources,
)
from spec_lab.models.model import Model, Values
from spec_lab.models.parameter import parameter
from spec_lab.models.shared_parameters import span

_HERMITE = np.polynomial.hermite.hermgauss(40)


class Convolution(Component):
    """An operator on models. Not for direct use."""

    kind: ClassVar[str] = "conv"
    linear: ClassVar[bool] = True  # whether it acts on each term of a sum alone

    def receive(self, inner: Model) -> Model:
        """The model it is called with, as it takes it."""
        return inner

    def convolve(self, inner: Model, x: Energy, p: Parameters, values: Values, T: Time) -> Curve:
        """The convolved curve at `x`; `p` are the operator's parameters, `values` the inner model's."""
        raise NotImplementedError

    def convolve_portions(self, inner: Model, grid: Grid, p: Parameters, values: Values) -> Curve:
        """The convolved node portions, [k, e]."""
        raise NotImplementedError

    def convolve_marks(self, inner: Model, p: Parameters, values: Values) -> tuple[Scalar, ...]:
        """Energies, keV, at which the convolved curve is not smooth."""
        return ()


class zshift(Convolution):
    r"""Redshift of a whole model.

    N(E) → N(E (1+z)); no further factor, as with the components' own redshift

    Reference: XSPEC's `zashift`, Arnaud 1996 (ASP Conf. 101, 17), without its factors of 1+z.
    Parameters: z, frozen unless thawed.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zashift", "zmshift")
    formula: ClassVar[str] = r"N(E(1+z))"
    z: ParameterValue = parameter(0.0, span(0, 10), label="z", doc="redshift", frozen=True)

    def convolve(self, inner: Model, x: Energy, p: Parameters, values: Values, T: Time) -> Curve:
        return inner.density(x.shifted(p["z"]), values, T)

    def convolve_portions(self, inner: Model, grid: Grid, p: Parameters, values: Values) -> Curve:
        stretch = 1 + p["z"]
        portions = inner.portions(grid.stretched(stretch), values)
        return portions / stretch if inner.kind == "add" else portions

    def convolve_marks(self, inner: Model, p: Parameters, values: Values) -> tuple[Scalar, ...]:
        return tuple(mark / (1 + p["z"]) for mark in inner.marks(values))


class gsmooth(Convolution):
    r"""Gaussian smoothing with a width that is a power of energy.

    N(E) → ∫ N(E') exp(-(E-E')²/(2σ(E')²))/(σ(E')√(2π)) dE',  σ(E') = σ₆ (E'/6 keV)^α

    On a grid, photons are conserved exactly, and σ → 0 gives the inner model back. Where σ is about as wide as the bins and
    the model curved, errors are of the order of 0.1 (ΔE)² N''/N or less. Photons come from beyond the grid's ends, too, from
    1/10 of its lowest to 5 times its highest energy (a spectrum steeper than 1/E, under a width that does not shrink with
    energy, has no end of photons further below). What multiplies the smoothed model meets a parabola in each bin.
    Reference: XSPEC's `gsmooth`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: Sig_6keV, keV; Index.
    """

    smooths: ClassVar[bool] = True
    formula: ClassVar[str] = r"\int N(E')\,\frac{e^{-(E-E')^2/2\sigma(E')^2}}{\sigma(E')\sqrt{2\pi}}\,dE'"
    Sig_6keV: ParameterValue = parameter(0.1, span(1e-3, 20), unit="keV", label=r"\sigma_6", doc="width at 6 keV")
    Index: ParameterValue = parameter(0.0, span(-1, 1), label=r"\alpha", doc="index of the width with energy")

    def _sigma(self, lnE: Any, p: Parameters) -> Any:
        return p["Sig_6keV"] * jnp.exp(p["Index"] * (lnE - math.log(6.0)))

    def convolve(self, inner: Model, x: Energy, p: Parameters, values: Values, T: Time) -> Curve:
        """By Gauss-Hermite nodes around each energy: for drawing; lines inside should be wider than σ/5."""
        nodes, weights = _HERMITE
        width = self._sigma(x.lnE, p)
        total: Curve = jnp.zeros(())
        for t, w in zip(nodes, weights, strict=True):
            source = x.E + math.sqrt(2) * width * t
            there = source > x.E / BELOW
            source = jnp.where(there, source, x.E)
            ln = jnp.log(source)
            sigma = self._sigma(ln, p)
            kernel = jnp.exp(t * t - 0.5 * ((x.E - source) / sigma) ** 2) * width / sigma
            share = jnp.where(there, w / math.sqrt(math.pi) * kernel, 0.0)
            total = total + share * inner.density(Energy(source, ln), values, T)
        return total

    def convolve_portions(self, inner: Model, grid: Grid, p: Parameters, values: Values) -> Curve:
        whole = grid if grid.whole is None else grid.whole
        moments = self._moments(inner, whole, p, values)
        add = inner.kind == "add"
        if grid.rule != "exact":
            return moments[0] / (grid.hi - grid.lo) * (grid.weights if add else jnp.ones_like(grid.weights))
        coefficients = parabola(moments)
        half, centre = 0.5 * (whole.hi - whole.lo), 0.5 * (whole.hi + whole.lo)
        if grid.bins is not None:
            half, centre, coefficients = half[grid.bins], centre[grid.bins], coefficients[:, grid.bins]
        density = along(coefficients, (grid.nodes - centre) / half) / half
        return density * grid.weights if add else density

    def _moments(self, inner: Model, grid: Grid, p: Parameters, values: Values) -> Any:
        """∫ t^n N dE over each bin of the smoothed model, n = 0, 1, 2, t from -1 to 1 over the bin: [3, e]."""

        def photons(g: Grid) -> Any:
            portions = inner.portions(g, values)
            return portions if inner.kind == "add" else portions * g.weights

        points, ladders = points_per_bin(grid), []
        own, marks = photons(grid), inner.marks(values)
        pieces = cut(grid, marks) if marks and grid.rule == "exact" else None
        if pieces is not None:
            own = jnp.where(pieces.cut, 0.0, own)
        inside = sources(grid, own, points)
        lo, hi = jnp.asarray(grid.lo), jnp.asarray(grid.hi)
        half, centre = 0.5 * (hi - lo), 0.5 * (hi + lo)
        kept = self._kept(inside, p, centre, half)
        parts = None
        if pieces is not None:
            parts = sources(pieces.grid, photons(pieces.grid) * pieces.share, points)
            kept = kept.at[:, pieces.bins].add(self._kept(parts, p, centre[pieces.bins], half[pieces.bins]))
        for i, (start, stop) in enumerate(grid.ladders):
            beyond, counts = extension(grid, start, stop)
            outside = sources(beyond, jnp.where(counts, photons(beyond), 0.0), points)
            sending = [inside.part(slice(start, stop)), outside]
            if parts is not None:
                size = parts.centre.shape[0] // len(grid.ladders)
                sending.append(parts.part(slice(i * size, (i + 1) * size)))
            every = joined(sending)
            ladders.append(self._through(grid, start, stop, every, p))
        return kept + jnp.concatenate(ladders, axis=1)

    def _kept(self, points: Sources, p: Parameters, centre: Bins, half: Bins) -> Any:
        """What the sources of each bin have before any flows: [3, e]."""
        m, t = points.photons, (points.energy - centre) / half
        square = t**2 + (self._sigma(jnp.log(points.energy), p) / half) ** 2
        return jnp.stack([m.sum(0), (m * t).sum(0), (m * square).sum(0)])

    def _through(self, grid: Grid, start: int, stop: int, points: Sources, p: Parameters) -> Any:
        """What flows into the bins of a ladder, less what flows out: [3, bins]."""
        lo, hi = jnp.asarray(grid.lo)[start:stop], jnp.asarray(grid.hi)[start:stop]
        sigma = self._sigma(jnp.log(points.energy), p)
        if not grid.shared:
            return between(flows(lo, points, sigma), flows(hi, points, sigma), 0.5 * (hi - lo))
        edges = flows(jnp.concatenate([lo, hi[-1:]]), points, sigma)
        return between(edges[:, :-1], edges[:, 1:], 0.5 * (hi - lo))
