r"""Emission lines: Gaussian and Lorentzian, exact in every bin however narrow the line.

A line may be far narrower than a photon bin and still be multiplied by a factor that varies inside the bin (absorption).
Its node portions are therefore not weight times profile, but ∫ profile(E) ℓ_j(E) dE, with ℓ_j the polynomial that is 1 at
node j: the sum over nodes of portion times factor is then the integral of line times factor, exact for factors that are
polynomials of degree three over a bin. The integrals follow from the moments of the profile, by recursion; where the
profile is smooth over the bin the recursion would cancel, and the plain product of weight and profile is exact to 3e-10 of
its greatest value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from spec_lab.models.annotations import Bins, Curve, Flags, Nodes, Parameters, ParameterValue, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.library.factors import energy
from spec_lab.models.shared_parameters import LN10, amplitude

_NARROW = 8.0  # half-bins; a profile wider than this is smooth over a bin for Gauss-Legendre
_DEGREE = 3


def spread(grid: Grid, moments: Sequence[Bins], pointwise: Nodes, smooth: Flags) -> Nodes:
    """Node portions [k, e] from the moments ∫ profile t^n dE over each bin (t from -1 to 1), n = 0, 1, ….

    Args:
        grid: Where.
        moments: The moments, [e] each; the first is the bin's total.
        pointwise: Profile at the nodes times weight, [k, e].
        smooth: Where the profile is smooth over the bin, [e].
    """
    if grid.rule != "exact":
        raise AssertionError("moments belong to the Gauss-Legendre nodes")
    # Nothing that needs all nodes at once (such as a total made exact) stands here: in one loop over the bins, XLA would
    # compute the exponentials of all nodes again for each of them.
    matrix = _shares_of_moments(grid.nodes.shape[0])
    portions = sum(matrix[:, n, None] * moments[n] for n in range(matrix.shape[1]))
    return jnp.where(smooth, pointwise, portions)


@cache
def _shares_of_moments(k: int) -> np.ndarray:
    """What each moment of powers adds to each node's portion, [k, n].

    ℓ_j(t) = w_j Σ_n (2n+1)/2 P_n(t_j) P_n(t) up to the degree that counts, and P_n from its powers.
    """
    nodes, weights = np.polynomial.legendre.leggauss(k)
    orders = np.arange(min(_DEGREE, k - 1) + 1)
    legendre = np.polynomial.legendre.legvander(nodes, orders[-1]) * (2 * orders + 1) / 2
    powers = np.zeros((len(orders), len(orders)))
    for n in orders:
        powers[n, : n + 1] = np.polynomial.legendre.leg2poly([0] * n + [1])
    return weights[:, None] * legendre @ powers


def shares(grid: Grid, cumulative: Callable[[Nodes], Nodes]) -> Nodes:
    """Node portions for the five-point rule: the line's integral over each quarter, half to each of its ends."""
    quarter = jnp.diff(cumulative(grid.nodes), axis=0)
    ends = jnp.zeros((1, *quarter.shape[1:]))
    return 0.5 * (jnp.concatenate([quarter, ends]) + jnp.concatenate([ends, quarter]))


class gauss(Additive):
    r"""Gaussian line; A photons/cm²/s in the line, over all energies above zero.

    N(E) = A/(σ√(2π) Φ(El/σ)) exp(-(E-El)²/(2σ²)), Φ the normal distribution: 1 but for lines wider than a quarter of El

    Reference: XSPEC's `gaussian`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: El, sigma, keV (in the source's frame with a redshift); logA, log10 photons/cm²/s. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("gaussian", "zgauss", "ga")
    formula: ClassVar[str] = r"\frac{A}{\sigma\sqrt{2\pi}\,\Phi(E_l/\sigma)}e^{-(E-E_l)^2/2\sigma^2}"
    exact: ClassVar[bool] = True
    El: ParameterValue = energy("E_l", 6.5, 0, 1e3, "line energy")
    sigma: ParameterValue = energy(r"\sigma", 0.1, 1e-4, 20, "line width")
    logA: ParameterValue = amplitude(doc="photons in the line", unit="photons/cm²/s")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        away = (x.shifted(self.redshift).E - p["El"]) / p["sigma"]
        photons = jnp.exp(LN10 * p["logA"] - 0.5 * away**2) / self._above_zero(p)
        return photons / (p["sigma"] * math.sqrt(2 * math.pi))

    def integral(self, lo: Bins, hi: Bins, p: Parameters, T: Time = None) -> Bins:
        return self._total(p) * (self._cumulative(hi, p) - self._cumulative(lo, p))

    def node_portions(self, grid: Grid, p: Parameters) -> Nodes:
        if grid.rule != "exact":
            return self._total(p) * shares(grid, lambda E: self._cumulative(E, p))
        half = 0.5 * (grid.hi - grid.lo) * (1 + self.redshift)
        centre = (p["El"] - 0.5 * (grid.hi + grid.lo) * (1 + self.redshift)) / half
        s = p["sigma"] / half
        total = self._cumulative(grid.hi, p) - self._cumulative(grid.lo, p)
        right, left = (jnp.exp(-0.5 * ((t - centre) / s) ** 2) * s / math.sqrt(2 * math.pi) for t in (1.0, -1.0))
        first = centre * total - (right - left)
        second = centre * first + s**2 * total - (right + left)
        third = centre * second + 2 * s**2 * first - (right - left)
        norm = self._total(p)
        moments = [norm * m for m in (total, first, second, third)]
        return spread(grid, moments, grid.weights * self.spectrum(grid.energy, p), s > _NARROW)

    def _total(self, p: Parameters) -> Any:
        return jnp.exp(LN10 * p["logA"]) / ((1 + self.redshift) * self._above_zero(p))

    def _above_zero(self, p: Parameters) -> Any:
        """The part of a Gaussian that lies at positive energies."""
        return 0.5 * (1 + erf(p["El"] / (p["sigma"] * math.sqrt(2))))

    def _cumulative(self, E: Any, p: Parameters) -> Any:
        return 0.5 * erf((E * (1 + self.redshift) - p["El"]) / (p["sigma"] * math.sqrt(2)))


class lorentz(Additive):
    r"""Lorentzian line; A photons/cm²/s in the line, over all energies above zero (as XSPEC since 12.14.1).

    N(E) = A/c (w/2) / ((E-El)² + (w/2)²),  c = π/2 + arctan(2 El/w)

    Reference: XSPEC's `lorentz`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: El; width w, full width at half maximum, keV; logA, log10 photons/cm²/s. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("lorentzian", "zlorentz")
    formula: ClassVar[str] = r"\frac{A}{\pi/2+\arctan(2E_l/w)}\frac{w/2}{(E-E_l)^2+(w/2)^2}"
    exact: ClassVar[bool] = True
    El: ParameterValue = energy("E_l", 6.5, 0, 1e3, "line energy")
    width: ParameterValue = energy("w", 0.1, 1e-4, 20, "full width at half maximum")
    logA: ParameterValue = amplitude(doc="photons in the line", unit="photons/cm²/s")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        g = 0.5 * p["width"]
        height = jnp.exp(LN10 * p["logA"]) / (math.pi * self._above_zero(p))
        return height * g / ((x.shifted(self.redshift).E - p["El"]) ** 2 + g**2)

    def integral(self, lo: Bins, hi: Bins, p: Parameters, T: Time = None) -> Bins:
        return self._total(p) * self._between(lo, hi, p)

    def node_portions(self, grid: Grid, p: Parameters) -> Nodes:
        if grid.rule != "exact":
            return self._total(p) * shares(grid, lambda E: jnp.arctan(self._away(E, p)) / math.pi)
        half = 0.5 * (grid.hi - grid.lo) * (1 + self.redshift)
        centre = (p["El"] - 0.5 * (grid.hi + grid.lo) * (1 + self.redshift)) / half
        g = 0.5 * p["width"] / half
        reach = centre**2 + g**2
        total = self._between(grid.lo, grid.hi, p)
        first = centre * total + g / (2 * math.pi) * jnp.log(((1 - centre) ** 2 + g**2) / ((1 + centre) ** 2 + g**2))
        second = 2 * centre * first - reach * total + 2 * g / math.pi
        third = 2 * centre * second - reach * first
        norm = self._total(p)
        moments = [norm * m for m in (total, first, second, third)]
        smooth = reach > _NARROW**2
        return spread(grid, moments, grid.weights * self.spectrum(grid.energy, p), smooth)

    def _total(self, p: Parameters) -> Any:
        return jnp.exp(LN10 * p["logA"]) / ((1 + self.redshift) * self._above_zero(p))

    def _above_zero(self, p: Parameters) -> Any:
        """The part of a Lorentzian that lies at positive energies."""
        return 0.5 + jnp.arctan(p["El"] / (0.5 * p["width"])) / math.pi

    def _away(self, E: Any, p: Parameters) -> Any:
        return (E * (1 + self.redshift) - p["El"]) / (0.5 * p["width"])

    def _between(self, lo: Any, hi: Any, p: Parameters) -> Any:
        """arctan(b) - arctan(a) over π, without cancellation far from the line."""
        a, b = self._away(lo, p), self._away(hi, p)
        return jnp.arctan2(b - a, 1 + a * b) / math.pi
