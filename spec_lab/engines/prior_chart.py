"""The chart in which the prior of each parameter is a standard normal: z = Φ⁻¹(prior cdf).

There the posterior is the likelihood times a normal density: a parameter that the data do not determine has mean 0 and standard
deviation 1, and nothing is wider than that. A posterior that crowds into the corner of a prior is skew there; the chart of such
a coordinate looks at that corner through a Cauchy distribution, which reaches the whole prior, too, so that its bound is as far
away as that of the prior would be. Where a prior knows no quantiles, or the values of interest lie so far out in its tail that Φ
rounds, a coordinate is that of the unbounded chart (`fit.from_u`). All of it is NumPy on the host: nothing compiles, whatever the
priors.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtr, ndtri

from spec_lab.fit import FreeSpace, Problem, from_cube_np, from_u, log_priors_np, to_u
from spec_lab.priors import FLAT, cumulative_np

TAIL = 4.5  # standard deviations from a prior's middle up to which its quantiles keep their digits
END = 8.0  # as far out as any value is put: beyond it a probability rounds to 1, whose quantile may be infinite
_LOG_ROOT = 0.5 * np.log(2 * np.pi)
_STEP = 1e-3  # of central differences; everything varies on a scale of 1
_MARGIN = 1e-6  # of an interval: so far from its bounds values are put before they are charted


class PriorChart:
    """The chart of a problem.

    Args:
        problem: The problem.
        near: `f[n]`, free values near which the chart is to be good.
        focus: `f[n]`, how wide a part of its prior's probability each parameter takes, at `near`; inf (default) = all of it.

    Attributes:
        space: The free coordinates, without padding.
        normal: `b[n]`, which coordinates are standard normal under the prior, or under a part of it.
    """

    def __init__(self, problem: Problem, near: Float[np.ndarray, "n"], focus: Float[np.ndarray, "n"] | None = None):
        self.space = _chosen(problem.host_space, slice(problem.n))
        lines = [FLAT, *(row.code for row in self.space.laws.rows if row.ppf is None or row.cdf is None)]
        self.normal = ~np.isin(self.space.code, lines)
        shares = np.full(problem.n, 0.5)
        shares[self.normal] = _share(_chosen(self.space, self.normal), near[self.normal])
        self.normal &= np.abs(ndtri(shares)) < TAIL
        self._quantiles, self._lines = _chosen(self.space, self.normal), _chosen(self.space, ~self.normal)
        width = np.full(problem.n, np.inf) if focus is None else focus
        self._focus = _Focus.at(shares[self.normal], width[self.normal])

    def to_chart(self, x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """Coordinates of free values; values on a bound are first moved inside."""
        z = np.array(to_u(self.space, x, margin=_MARGIN), dtype=float)
        inside, _ = from_u(self.space, z, xp=np)
        z[self.normal] = ndtri(self._focus.probability(_share(self._quantiles, inside[self.normal]))).clip(-END, END)
        return z

    def values(self, z: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
        """Free values at coordinates."""
        x, normal = np.empty_like(z), self.normal
        x[..., normal] = from_cube_np(self._quantiles, self._focus.share(ndtr(z[..., normal].clip(-END, END))))
        if not normal.all():
            x[..., ~normal] = from_u(self._lines, z[..., ~normal], xp=np)[0]
        return x

    def log_priors(self, z: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
        """Log prior density of each coordinate, in the chart."""
        out, normal = np.empty_like(z), self.normal
        share = self._focus.share(ndtr(z[..., normal].clip(-END, END)))
        out[..., normal] = -0.5 * z[..., normal] ** 2 - _LOG_ROOT - self._focus.log_density(share)
        if not normal.all():
            x, slopes = from_u(self._lines, z[..., ~normal], xp=np)
            out[..., ~normal] = log_priors_np(self._lines, x) + slopes
        return out

    def slopes(self, z: Float[np.ndarray, "n"], x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """dx/dz of each coordinate at `z`, where the values are `x`."""
        out, normal = np.empty_like(z), self.normal
        out[normal] = np.exp(self.log_priors(z)[normal] - log_priors_np(self._quantiles, x[normal]))
        if not normal.all():
            falling = np.isfinite(self._lines.high) & ~np.isfinite(self._lines.low)
            out[~normal] = np.exp(from_u(self._lines, z[~normal], xp=np)[1]) * np.where(falling, -1.0, 1.0)
        return out

    def pull(self, z: Float[np.ndarray, "n"]) -> tuple[float, Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
        """Minus the log prior density in the chart, with its first and second derivatives in each coordinate."""
        before, here, after = -self.log_priors(z + _STEP * np.array([[-1.0], [0.0], [1.0]]))
        return float(here.sum()), (after - before) / (2 * _STEP), (after - 2 * here + before) / _STEP**2

    def shares(self, z: Float[np.ndarray, "n"]) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
        """Of each coordinate the prior's cumulative probability, and its slope; 1/2 and 0 where there is none."""
        q, slope = np.full(len(z), 0.5), np.zeros(len(z))
        q[self.normal] = self._focus.share(ndtr(z[self.normal]))
        slope[self.normal] = np.exp(self.log_priors(z)[self.normal])
        return q, slope


class _Focus(NamedTuple):
    """Cauchy distributions on [0, 1], which look at a part of a prior: `low + width tan(angle)`.

    Attributes:
        centre: `f[n]`.
        width: `f[n]`, inf where the whole prior is looked at.
        first: `f[n]`, the angle at 0.
        span: `f[n]`, from there to the angle at 1.
    """

    centre: Float[np.ndarray, "n"]
    width: Float[np.ndarray, "n"]
    first: Float[np.ndarray, "n"]
    span: Float[np.ndarray, "n"]

    @classmethod
    def at(cls, centre: Float[np.ndarray, "n"], width: Float[np.ndarray, "n"]) -> "_Focus":
        first = np.arctan(-centre / width)
        return cls(centre, width, first, np.arctan((1.0 - centre) / width) - first)

    def share(self, probability: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
        """The prior's cumulative probability where that of the focus is this."""
        whole = ~np.isfinite(self.width)
        width, span = np.where(whole, 1.0, self.width), np.where(whole, 1.0, self.span)
        seen = self.centre + width * np.tan(self.first + span * np.where(whole, 0.0, probability))
        return np.where(whole, probability, np.clip(seen, 0.0, 1.0))

    def probability(self, share: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """The inverse of `share`."""
        whole = ~np.isfinite(self.width)
        angle = np.arctan((share - self.centre) / np.where(whole, 1.0, self.width)) - self.first
        return np.where(whole, share, np.clip(angle / np.where(whole, 1.0, self.span), 0.0, 1.0))

    def log_density(self, share: Float[np.ndarray, "*s n"]) -> Float[np.ndarray, "*s n"]:
        """Log density at a cumulative probability of the prior."""
        whole = ~np.isfinite(self.width)
        width, span = np.where(whole, 1.0, self.width), np.where(whole, 1.0, self.span)
        return np.where(whole, 0.0, -np.log(width * span) - np.log1p(((share - self.centre) / width) ** 2))


def _chosen(space: FreeSpace, chosen: slice | Bool[np.ndarray, "n"]) -> FreeSpace:
    """Some coordinates of a space."""
    names = ("low", "high", "code", "params", "below", "mass", "active")
    return space._replace(**{name: np.asarray(getattr(space, name))[chosen] for name in names})


def _share(space: FreeSpace, x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """The prior's cumulative probability, between the bounds."""
    return np.clip((cumulative_np(space.code, space.params, x, space.laws.rows) - space.below) / space.mass, 0.0, 1.0)
