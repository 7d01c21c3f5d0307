r"""The integral of a disc of black bodies with T ∝ r^(-3/4), as a function of one number: y^(-2/3) ∫_y^∞ x^(5/3)/(e^x-1) dx.

Below y = 2 it is the whole integral, Γ(8/3) ζ(8/3), less a series in y; above, e^(-y) y^(5/3) times a smooth factor between 1 and
3, which three polynomials give to 1e-11. No quadrature is left to the evaluation, and the derivative is the integrand itself.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab.models.annotations import Curve

POWER = 5.0 / 3.0
WHOLE = 1.9321616090892395  # Γ(8/3) ζ(8/3)
SERIES_TO = 2.0
_NUMBERS = (-1 / 2, 1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160)  # Bernoulli's, over j!, j = 1, 2, 4, 6, …
_NUMBERS += (-691 / 1307674368000, 1 / 74724249600, -3617 / 10670622842880000, 43867 / 5109094217170944000)
_ORDERS = (1, *range(2, 20, 2))
_PIECES = ((2.0, 6.0, 13), (6.0, 20.0, 14), (20.0, 750.0, 9))  # from y, to y, degree in ln y; the last in 1/y


def smooth_factor(y: np.ndarray) -> np.ndarray:
    """The integral times e^y y^(-5/3), y >= 2, by quadrature on the host."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    v, dv = 22.5 * (nodes + 1.0), 22.5 * weights
    return ((1.0 + v / y[:, None]) ** POWER * np.exp(-v) / -np.expm1(-(y[:, None] + v)) * dv).sum(axis=1)


def _variable(piece: int, lny: Curve, y: Curve) -> Curve:
    """The variable of a piece's polynomial, -1 at its lower end and 1 at its upper one."""
    low, high, _ = _PIECES[piece]
    if piece < 2:
        return (2.0 * lny - np.log(low * high)) / np.log(high / low)
    return 1.0 - 2.0 * (1.0 / y - 1.0 / high) / (1.0 / low - 1.0 / high)


def _polynomial(piece: int) -> tuple[float, ...]:
    low, high, degree = _PIECES[piece]
    z = np.cos(np.pi * (np.arange(60) + 0.5) / 60)
    middle = 0.5 * np.log(low * high) + 0.5 * np.log(high / low) * z
    y = np.exp(middle) if piece < 2 else 1.0 / (1.0 / high + 0.5 * (1.0 - z) * (1.0 / low - 1.0 / high))
    fitted = np.polynomial.chebyshev.chebfit(z, smooth_factor(y), degree)
    return tuple(np.polynomial.chebyshev.cheb2poly(fitted)[::-1])


_COEFFICIENTS = tuple(_polynomial(piece) for piece in range(len(_PIECES)))


@jax.custom_jvp
def disc_integral(lny: Curve) -> Curve:
    """y^(-2/3) ∫_y^∞ x^(5/3)/(e^x-1) dx at ln y, about 1e-11."""
    y, far = jnp.exp(lny), jnp.maximum(lny, np.log(SERIES_TO))
    below, above = jnp.minimum(y, SERIES_TO), jnp.maximum(y, SERIES_TO)
    factor = _factor(2, far, above)
    for piece in (1, 0):
        factor = jnp.where(above < _PIECES[piece][1], _factor(piece, far, above), factor)
    whole = WHOLE * jnp.exp(-2.0 / 3.0 * lny)
    return jnp.where(y < SERIES_TO, whole - below * _series(below), factor * above * jnp.exp(-above))


def _factor(piece: int, lny: Curve, y: Curve) -> Curve:
    """`smooth_factor` by the polynomial of one piece."""
    z = jnp.clip(_variable(piece, lny, y), -1.0, 1.0)
    value = jnp.zeros_like(z)
    for c in _COEFFICIENTS[piece]:
        value = value * z + c
    return value


def _series(y: Curve) -> Curve:
    """The integral from 0 to y over y^(5/3), y <= 2, from x/(e^x-1) = Σ B_j x^j/j!."""
    square, even = y * y, jnp.zeros_like(y)
    for order, number in zip(_ORDERS[:0:-1], _NUMBERS[:0:-1], strict=True):
        even = even * square + number / (POWER + order)
    return 1.0 / POWER + y * (_NUMBERS[0] / (POWER + 1.0)) + square * even


@disc_integral.defjvp
def _slope(at: tuple[Curve], along: tuple[Curve]) -> tuple[Curve, Curve]:
    (lny,), (moved,) = at, along
    y, value = jnp.exp(lny), disc_integral(lny)
    return value, -moved * (2.0 / 3.0 * value + y * y * jnp.exp(-y) / -jnp.expm1(-y))
