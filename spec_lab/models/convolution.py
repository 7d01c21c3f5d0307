"""Convolutions: operators on a whole model, written as calls: ``gsmooth()(pl() + gauss())``.

A convolution has two faces, as every node has: `convolve` gives the curve at energies, `convolve_portions` the node portions
on a grid. `zshift` moves the grid itself and is exact; `gsmooth` spreads the bin integrals of the inner model, so that lines
of any width keep their photons, and is as fine as the grid's bins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from spec_lab.models.component import Component
from spec_lab.models.declare import span
from spec_lab.models.energy import Energy, Grid
from spec_lab.models.model import Model, Values
from spec_lab.models.parameter import parameter

_HERMITE = np.polynomial.hermite.hermgauss(40)


class Convolution(Component):
    """An operator on models. Not for direct use."""

    kind: ClassVar[str] = "conv"

    def convolve(self, inner: Model, x: Energy, p: Mapping[str, Any], values: Values, T: Any) -> Any:
        """The convolved curve at `x`; `p` are the operator's parameters, `values` the inner model's."""
        raise NotImplementedError

    def convolve_portions(self, inner: Model, grid: Grid, p: Mapping[str, Any], values: Values) -> Any:
        """The convolved node portions, [k, e]."""
        raise NotImplementedError

    def convolve_marks(self, inner: Model, p: Mapping[str, Any], values: Values) -> tuple[Any, ...]:
        """Energies, keV, at which the convolved curve is not smooth."""
        return ()


class zshift(Convolution):
    r"""Redshift of a whole model.

    N(E) → N(E (1+z)); no further factor, as with the components' own redshift

    Parameters: z, frozen unless thawed.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zashift", "zmshift")
    formula: ClassVar[str] = r"N(E(1+z))"
    z: Any = parameter(0.0, span(0, 10), label="z", doc="redshift", frozen=True)

    def convolve(self, inner: Model, x: Energy, p: Mapping[str, Any], values: Values, T: Any) -> Any:
        return inner.density(x.shifted(p["z"]), values, T)

    def convolve_portions(self, inner: Model, grid: Grid, p: Mapping[str, Any], values: Values) -> Any:
        stretch = 1 + p["z"]
        portions = inner.portions(grid.stretched(stretch), values)
        return portions / stretch if inner.kind == "add" else portions

    def convolve_marks(self, inner: Model, p: Mapping[str, Any], values: Values) -> tuple[Any, ...]:
        return tuple(mark / (1 + p["z"]) for mark in inner.marks(values))


def _runs(grid: Grid) -> Any:
    """Which ladder of adjoining bins each bin belongs to: the grids of several data units may lie end to end in one."""
    lo, hi = jnp.asarray(grid.lo), jnp.asarray(grid.hi)
    rises = lo[1:] >= hi[:-1] * (1 - 1e-6)
    falls = jnp.abs(hi[1:] - lo[:-1]) <= 1e-6 * lo[:-1]
    return jnp.concatenate([jnp.zeros(1, int), jnp.cumsum(~(rises | falls))])


class gsmooth(Convolution):
    r"""Gaussian smoothing with a width that is a power of energy.

    N(E) → ∫ N(E') exp(-(E-E')²/(2σ(E')²))/(σ(E')√(2π)) dE',  σ(E') = σ₆ (E'/6 keV)^α

    On a grid the inner model's bin integrals are spread: photons that would come from beyond the grid are missing within a
    few σ of its ends, and a factor outside the convolution is averaged over a bin.
    Parameters: Sig_6keV, keV; Index.
    """

    formula: ClassVar[str] = r"\int N(E')\,\frac{e^{-(E-E')^2/2\sigma(E')^2}}{\sigma(E')\sqrt{2\pi}}\,dE'"
    Sig_6keV: Any = parameter(0.1, span(1e-3, 20), unit="keV", label=r"\sigma_6", doc="width at 6 keV")
    Index: Any = parameter(0.0, span(-1, 1), label=r"\alpha", doc="index of the width with energy")

    def _sigma(self, lnE: Any, p: Mapping[str, Any]) -> Any:
        return p["Sig_6keV"] * jnp.exp(p["Index"] * (lnE - math.log(6.0)))

    def convolve(self, inner: Model, x: Energy, p: Mapping[str, Any], values: Values, T: Any) -> Any:
        """By Gauss-Hermite nodes around each energy: for drawing; lines inside should be wider than σ/5."""
        nodes, weights = _HERMITE
        width, total = self._sigma(x.lnE, p), 0.0
        for t, w in zip(nodes, weights, strict=True):
            source = jnp.maximum(x.E + math.sqrt(2) * width * t, 1e-6)
            ln = jnp.log(source)
            sigma = self._sigma(ln, p)
            kernel = jnp.exp(t * t - 0.5 * ((x.E - source) / sigma) ** 2) * width / sigma
            total = total + w / math.sqrt(math.pi) * kernel * inner.density(Energy(source, ln), values, T)
        return total

    def convolve_portions(self, inner: Model, grid: Grid, p: Mapping[str, Any], values: Values) -> Any:
        """K[i, j]: the share of bin j's photons (at their mean energy) that falls into bin i."""
        inside = inner.portions(grid, values)
        if inner.kind != "add":
            inside = inside * grid.weights
        photons = inside.sum(0)
        centre = 0.5 * (grid.lo + grid.hi)
        mean = jnp.where(photons > 0, (inside * grid.nodes).sum(0) / jnp.where(photons > 0, photons, 1.0), centre)
        mean = jnp.clip(mean, grid.lo, grid.hi)
        scale = 1 / (self._sigma(jnp.log(mean), p) * math.sqrt(2))
        upper = erf((grid.hi[:, None] - mean) * scale)
        lower = erf((grid.lo[:, None] - mean) * scale)
        run = _runs(grid)
        smoothed = jnp.where(run[:, None] == run, 0.5 * (upper - lower), 0.0) @ photons
        width = grid.hi - grid.lo
        return smoothed / width * (grid.weights if inner.kind == "add" else jnp.ones_like(grid.weights))
