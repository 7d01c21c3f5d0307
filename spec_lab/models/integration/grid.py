"""Energies and bins: where a spectrum is evaluated and how it is integrated.

`Energy` is a set of photon energies together with their logarithms, because nearly every component wants both and the
logarithm is worth computing once. `Grid` is a set of photon-energy bins with quadrature nodes inside each: bin integrals
are the weighted sum over nodes, so absorption and every other factor is evaluated *inside* the integral. Two rules exist:

- ``exact``: Gauss-Legendre in energy, with as many nodes per bin as the widest bin needs for smooth spectra (about 1e-11);
  components with an analytic integral use it instead.
- ``trapezoid5``: five equidistant points and the trapezoid rule, which is what bayspec does; for reference comparisons only.

Not here: what is integrated (`algebra`) and what the components are.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ModelError
from spec_lab.models.annotations import Bins, Curve, Energies, GivenNumbers, Nodes, Places, Scalar, Time

KEV_TO_ERG = 1.602176634e-9  # exact since the SI of 2019
RULES = ("exact", "trapezoid5")
_FLOOR = 1e-10  # keV; bayspec's floor for a grid that starts at zero
_STEEPEST = 8.0  # |d ln N / d ln E| which the Gauss-Legendre rule must still integrate to _TOLERANCE
_TOLERANCE = 1e-11
_FEWEST, _MOST = 4, 24  # four, so that a line inside a bin meets its factors as a cubic


class Energy(NamedTuple):
    """Photon energies and what is known about them.

    Attributes:
        E: Energies, keV, any shape.
        lnE: Their natural logarithms.
        known: Quantities tabulated beforehand at exactly these energies (absorption cross-sections), by key.
    """

    E: Energies
    lnE: Energies
    known: Mapping[Hashable, Curve] | None = None

    @classmethod
    def at(cls, E: Energies) -> Energy:
        """Energies with their logarithms; traced or concrete."""
        return cls(E, jnp.log(E))

    def shifted(self, z: Scalar | float) -> Energy:
        """The same photons in a frame at redshift `z`: E (1 + z). What was tabulated before no longer applies."""
        if isinstance(z, (int, float)) and z == 0:
            return self
        return Energy(self.E * (1 + z), self.lnE + jnp.log1p(z))


class Grid(eqx.Module):
    """Photon-energy bins with quadrature nodes.

    Attributes:
        lo: Lower bin edges, keV, shape [e].
        hi: Upper bin edges, keV, shape [e].
        nodes: Node energies, keV, shape [k, e].
        lnnodes: Their logarithms, shape [k, e].
        weights: Quadrature weights, keV, shape [k, e].
        T: Time handed to time-dependent components, s, scalar or [e]; None when the data have none.
        known: Quantities tabulated at the nodes (see `Model.prepare`), each [k, e].
        rule: ``exact`` or ``trapezoid5``.
        ladders: First and one past the last bin of each run of bins that follow one another: the grids of several data
            units may lie end to end in one.
        shared: Whether the bins of every ladder rise and share their edges.
        whole: The grid that the bins of this one were cut from (see `cut_bins`); None where it is whole itself.
        bins: The bin of the whole grid that each bin of this one is a part of, [e].
        parts: The bin that was asked for which each of these is a part of, ascending (see `prepared_grid`); None where
            each is one.
        asked: How many bins were asked for, where `parts` are given.
    """

    lo: Bins
    hi: Bins
    nodes: Nodes
    lnnodes: Nodes
    weights: Nodes
    T: Time = None
    known: dict[Hashable, Nodes] | None = None
    rule: str = eqx.field(static=True, default="exact")
    ladders: tuple[tuple[int, int], ...] = eqx.field(static=True, default=())
    shared: bool = eqx.field(static=True, default=False)
    whole: Grid | None = None
    bins: Places | None = None
    parts: Places | None = None
    asked: int = eqx.field(static=True, default=0)

    @classmethod
    def make(
        cls,
        lo: GivenNumbers,
        hi: GivenNumbers,
        rule: str = "exact",
        T: GivenNumbers | None = None,
        nodes: int | None = None,
    ) -> Grid:
        """Lay quadrature nodes into the bins (NumPy, on the host).

        Args:
            lo: Lower edges, keV, shape [e].
            hi: Upper edges, keV, shape [e]; each above its `lo`.
            rule: ``exact`` or ``trapezoid5``.
            T: Time, s, scalar or [e].
            nodes: How many in a bin under ``exact``; as many as the widest needs when None.

        Raises:
            ModelError: Edges that are not finite, negative or not increasing; an unknown rule.
        """
        lo, hi = np.atleast_1d(np.asarray(lo, float)), np.atleast_1d(np.asarray(hi, float))
        _check_edges(lo, hi)
        if rule == "exact":
            at, weights = _legendre(lo, hi, nodes or node_count(lo, hi))
        elif rule == "trapezoid5":
            at, weights = _trapezoid(lo, hi)
        else:
            raise ModelError("unknown integration rule", got=rule, allowed=", ".join(RULES))
        T = None if T is None else np.asarray(T, float)
        runs = ladders(lo, hi)
        arrays: dict[str, Any] = {"lo": lo, "hi": hi, "nodes": at, "lnnodes": np.log(at), "weights": weights, "T": T}
        return cls(**arrays, rule=rule, ladders=runs, shared=_share_edges(lo, hi, runs))

    @property
    def energy(self) -> Energy:
        """The nodes as `Energy`, shape [k, e]."""
        return Energy(self.nodes, self.lnnodes, self.known)

    def gathered(self, integrals: Curve) -> Curve:
        """The integrals over the bins that were asked for, from those over this grid's."""
        if self.parts is None:
            return integrals
        return jax.ops.segment_sum(integrals, self.parts, self.asked, indices_are_sorted=True)

    def stretched(self, factor: Scalar | float) -> Grid:
        """The same bins at `factor` times the energy; what was tabulated no longer applies."""
        edges = (self.lo * factor, self.hi * factor, self.nodes * factor, self.lnnodes + jnp.log(factor))
        whole = None if self.whole is None else self.whole.stretched(factor)
        rest = (self.rule, self.ladders, self.shared, whole, self.bins)
        return Grid(*edges, self.weights * factor, self.T, None, *rest)


def over_nodes(portions: Curve) -> Curve:
    """The sum over nodes, [k, e] → [e]. Few nodes are added one by one, which XLA fuses with what made them."""
    k = portions.shape[0]
    return portions.sum(0) if k > 8 else sum((portions[j] for j in range(1, k)), portions[0])


def ladders(lo: np.ndarray, hi: np.ndarray) -> tuple[tuple[int, int], ...]:
    """The runs of bins that rise or fall without a gap wider than the bins beside it: (start, stop) of each."""
    room = hi - lo
    room = np.maximum(room[1:], room[:-1])
    slack = 1e-3 * room
    rises = (lo[1:] >= hi[:-1] - slack) & (lo[1:] - hi[:-1] <= room)
    falls = (hi[1:] <= lo[:-1] + slack) & (lo[:-1] - hi[1:] <= room)
    way = np.where(rises, 1, np.where(falls, -1, 0))
    starts = [0]
    for i, step in enumerate(way, start=1):
        turned = i - 1 > starts[-1] and step != way[i - 2]
        if step == 0 or turned:
            starts.append(i)
    return tuple(zip(starts, [*starts[1:], len(lo)], strict=True))


def _share_edges(lo: np.ndarray, hi: np.ndarray, runs: tuple[tuple[int, int], ...]) -> bool:
    inner = [i for start, stop in runs for i in range(start, stop - 1)]
    apart = np.abs(lo[1:] - hi[:-1])[inner]
    return bool(np.all(apart <= 1e-3 * (hi - lo)[:-1][inner]))


def _check_edges(lo: np.ndarray, hi: np.ndarray) -> None:
    if lo.shape != hi.shape or lo.ndim != 1:
        raise ModelError("lower and upper bin edges must be 1-D and of one length", got=(lo.shape, hi.shape))
    bad = np.flatnonzero(~(np.isfinite(lo) & np.isfinite(hi) & (lo >= 0) & (hi > lo)))
    if bad.size:
        i = int(bad[0])
        raise ModelError(
            f"photon-energy bin {i} is empty, negative or not finite",
            got=(float(lo[i]), float(hi[i])),
            allowed="0 <= lo < hi, in keV",
        )


def node_count(lo: np.ndarray, hi: np.ndarray) -> int:
    """Gauss-Legendre nodes per bin that integrate E^s, |s| <= 8, and exp(-8 E/E_bin) to about 1e-11 in the widest bin.

    The error bound is h^(2k+1) (k!)^4 / ((2k+1) ((2k)!)^3) max|f^(2k)|; for an exponential of slope s the derivative is
    s^(2k), for a power law it grows like (2k)!, which gives the radius-of-convergence bound rho^(2k).
    """
    positive = lo > 0
    ratio = float((hi[positive] / lo[positive]).max()) if positive.any() else np.inf
    if not positive.all():
        ratio = max(ratio, 4.0)
    rho = (np.sqrt(ratio) - 1) / (np.sqrt(ratio) + 1) if np.isfinite(ratio) else 1.0
    slope = _STEEPEST * np.log(min(ratio, 1e3))
    for k in range(_FEWEST, _MOST):
        exponential = slope ** (2 * k) * _legendre_constant(k)
        if exponential < _TOLERANCE and rho ** (2 * k) < _TOLERANCE:
            return k
    return _MOST


def _legendre_constant(k: int) -> float:
    from math import factorial

    return factorial(k) ** 4 / ((2 * k + 1) * factorial(2 * k) ** 3)


def _legendre(lo: np.ndarray, hi: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    t, w = np.polynomial.legendre.leggauss(count)
    half = 0.5 * (hi - lo)
    return 0.5 * (hi + lo) + t[:, None] * half, w[:, None] * half


def _trapezoid(lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    nodes = np.maximum(np.linspace(lo, hi, 5), _FLOOR)
    gaps = np.diff(nodes, axis=0)
    weights = np.zeros_like(nodes)
    weights[:-1] += 0.5 * gaps
    weights[1:] += 0.5 * gaps
    return nodes, weights
