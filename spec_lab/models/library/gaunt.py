"""Free-free Gaunt factors of an ion, averaged over a thermal plasma, as XSPEC's bremsstrahlung has them.

With u = E/kT and γ² = Z² 13.58 eV/kT, after Karzas & Latter 1961 (ApJS 6, 167):

- γ² up to 0.1: Born's (√3/π) e^(u/2) K0(u/2) times a + b u + c u² (Kellogg, Baldwin & Koch 1975, ApJ 199, 299; the
  coefficients at γ² = 0.1, u = 0.3 to 1 as revised by Molnar and Hughes 1988), in six pieces of u, linear in γ²; below
  γ² = 0.001 Born's alone;
- cooler plasmas: the table of Kurucz 1970 (SAO Special Report 309), linear in log u and log γ².

The pieces meet to about 1e-3: the factor jumps by that at the energies of `PIECES` times kT.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from spec_lab.models.annotations import Curve, Scalar

RYDBERG, BORN = 0.01358, 0.5513  # keV, and √3/π, as printed in the paper
PIECES = (0.03, 0.3, 1.0, 5.0, 15.0)  # u between the pieces
_LOWEST_U, _HIGHEST_U = 0.003, 50.0  # the polynomials are held beyond: some turn negative at u = 150
_GAMMA2 = np.array([1, 1.7783, 3, 5.6234, 10, 30, 100]) * 1e-3
# [coefficient, γ², piece of u]
_KELLOGG = np.array([
    [(1.001, 1.004, 1.017, 1.036, 1.056, 1.121),
     (1.001, 1.005, 1.017, 1.046, 1.073, 1.115),
     (0.9991, 1.005, 1.03, 1.055, 1.102, 1.176),
     (0.997, 1.005, 1.035, 1.069, 1.134, 1.186),
     (0.9962, 1.004, 1.042, 1.1, 1.193, 1.306),
     (0.9874, 0.9962, 1.047, 1.156, 1.327, 1.485),
     (0.9681, 0.9755, 1.02, 1.208, 1.525, 1.965)],
    [(0.3029, 0.1616, 0.04757, 0.013, 0.0049, -0.0032),
     (0.4905, 0.2155, 0.08357, 0.02041, 0.00739, 0.00029),
     (0.654, 0.2833, 0.08057, 0.03257, 0.00759, -0.00151),
     (1.029, 0.391, 0.1266, 0.05149, 0.01274, 0.00324),
     (0.9569, 0.4891, 0.1764, 0.05914, 0.01407, -0.00024),
     (1.236, 0.7579, 0.326, 0.1077, 0.028, 0.00548),
     (1.327, 1.017, 0.6017, 0.205, 0.0605, 0.00187)],
    [(-1.323, -0.254, -0.01571, -0.001, -0.000184, 0.00008),
     (-4.762, -0.3386, -0.03571, -0.001786, -0.0003, 0.00001),
     (-6.349, -0.4206, -0.02571, -0.003429, -0.000234, 0.00005),
     (-13.231, -0.59, -0.04571, -0.005714, -0.000445, -0.00004),
     (-7.672, -0.6852, -0.0643, -0.005857, -0.00042, 0.00004),
     (-7.143, -0.9947, -0.12, -0.01007, -0.000851, -0.00004),
     (-3.175, -1.116, -0.2270, -0.01821, -0.001729, 0.00023)],
])  # fmt: skip
# [log u from -4 to 1.5 in halves, log γ² from -1 to 2 in halves]; the paper's 0.85 and 1.01 at log u = 0.5 are 0.86 and 1.00 in
# XSPEC, as its values show
_KURUCZ = np.array([
    (5.40, 5.25, 5.00, 4.69, 4.48, 4.16, 3.85), (4.77, 4.63, 4.40, 4.13, 3.87, 3.52, 3.27),
    (4.15, 4.02, 3.80, 3.57, 3.27, 2.98, 2.70), (3.54, 3.41, 3.22, 2.97, 2.70, 2.45, 2.20),
    (2.94, 2.81, 2.65, 2.44, 2.21, 2.01, 1.81), (2.41, 2.32, 2.19, 2.02, 1.84, 1.67, 1.50),
    (1.95, 1.90, 1.80, 1.68, 1.52, 1.41, 1.30), (1.55, 1.56, 1.51, 1.42, 1.33, 1.25, 1.17),
    (1.17, 1.30, 1.32, 1.30, 1.20, 1.15, 1.11), (0.86, 1.00, 1.15, 1.18, 1.15, 1.11, 1.08),
    (0.59, 0.76, 0.97, 1.09, 1.13, 1.10, 1.08), (0.38, 0.53, 0.76, 0.96, 1.08, 1.09, 1.09),
])  # fmt: skip


def scaled_k0(z: Curve) -> Curve:
    """e^z K0(z), 2e-7 relative (Abramowitz & Stegun 9.8.1, 9.8.5, 9.8.6)."""
    poly = jnp.polyval
    a = jnp.minimum(z, 2.0)
    i0 = poly(jnp.array([0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0]), (a / 3.75) ** 2)
    small = [7.4e-6, 1.0750e-4, 2.62698e-3, 3.488590e-2, 0.23069756, 0.42278420, -0.57721566]
    near = jnp.exp(a) * (poly(jnp.array(small), a * a / 4) - jnp.log(a / 2) * i0)
    b = 2 / jnp.maximum(z, 2.0)
    large = [5.3208e-4, -2.51540e-3, 5.87872e-3, -1.062446e-2, 2.189568e-2, -7.832358e-2, 1.25331414]
    return jnp.where(z < 2, near, poly(jnp.array(large), b) * jnp.sqrt(b / 2))


def gaunt(u: Curve, kT: Scalar, charge: int) -> Curve:
    """The Gaunt factor of ions of this charge at E = u kT; kT in keV."""
    gamma2 = charge**2 * RYDBERG / kT
    born = BORN * scaled_k0(0.5 * u)
    return jnp.where(gamma2 <= _GAMMA2[-1], born * _correction(u, gamma2), _cool(u, gamma2))


def _correction(u: Any, gamma2: Any) -> Any:
    """What Born's approximation is multiplied with."""
    place = jnp.interp(gamma2, jnp.array(_GAMMA2), jnp.arange(len(_GAMMA2)) * 1.0)
    i, f = _cell(place, len(_GAMMA2))
    table = jnp.array(_KELLOGG)
    a, b, c = ((1 - f) * table[:, i] + f * table[:, i + 1])[:, jnp.searchsorted(jnp.array(PIECES), u)]
    held = jnp.clip(u, _LOWEST_U, _HIGHEST_U)
    return jnp.where(gamma2 < _GAMMA2[0], 1.0, a + held * (b + held * c))


def _cool(u: Any, gamma2: Any) -> Any:
    """Bilinear in the table; held at its ends."""
    table = jnp.array(_KURUCZ)
    i, f = _cell(2 * jnp.log10(u) + 8, table.shape[0])
    j, g = _cell(2 * jnp.log10(gamma2) + 2, table.shape[1])
    low, high = ((1 - g) * table[i + n, j] + g * table[i + n, j + 1] for n in (0, 1))
    return (1 - f) * low + f * high


def _cell(place: Any, count: int) -> tuple[Any, Any]:
    """The cell of a uniform axis of `count` points that `place` lies in, and where in it, from 0 to 1."""
    i = jnp.clip(jnp.floor(place), 0, count - 2).astype(int)
    return i, jnp.clip(place - i, 0.0, 1.0)
