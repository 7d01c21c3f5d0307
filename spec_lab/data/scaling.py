"""Effective exposures of groups of channels: EXPOSURE with AREASCAL and BACKSCAL, one number or one a channel.

A group has one exposure for all its counts, so scales that differ inside it must be averaged. XSPEC weights with the
counts (a harmonic mean: sum(c)/sum(c/scale), without counts the plain harmonic mean); Sherpa takes the middle of the
range. `rule` chooses; nothing here matters where the scales are single numbers.
"""

import numpy as np

from spec_lab.data.annotations import ChannelScale, GroupIndex, Numbers, PerChannel, PerGroup
from spec_lab.data.spectrum import Spectrum

RULES = ("xspec", "sherpa")


def sums(values: Numbers, first: GroupIndex, last: GroupIndex, axis: int = -1) -> Numbers:
    """Sums over the channels first..last (inclusive) of each group, exact to rounding, blind to what lies outside.

    Differences of cumulative sums would spread one NaN of a bad channel over everything after it.
    """
    if not first.size:
        shape = list(values.shape)
        shape[axis] = 0
        return np.zeros(shape)
    if np.array_equal(first, last):
        return np.take(values, first, axis=axis)
    pad = [(0, 0)] * values.ndim
    pad[axis] = (0, 1)  # reduceat needs an index after the last channel
    edges = np.stack([first, last + 1], axis=1).ravel()
    return np.take(np.add.reduceat(np.pad(values, pad), edges, axis=axis), np.arange(0, edges.size, 2), axis=axis)


def grouped_scale(
    scale: ChannelScale, counts: PerChannel, first: GroupIndex, last: GroupIndex, rule: str, net: bool = False
) -> PerGroup:
    """[c] One scale a group, from one number or one a channel.

    Args:
        scale: () or [ch].
        counts: [ch] the weights.
        first: [c] first channel index of a group.
        last: [c] last channel index.
        rule: "xspec" or "sherpa".
        net: A spectrum without background and with errors of its own: XSPEC averages plainly.
    """
    if scale.ndim == 0:
        return np.full(first.shape, float(scale))
    safe = np.where(scale > 0, scale, 1.0)
    if rule == "sherpa":
        low = [scale[i : j + 1].min() for i, j in zip(first, last, strict=True)]
        high = [scale[i : j + 1].max() for i, j in zip(first, last, strict=True)]
        return (np.array(low) + np.array(high)) / 2
    width = (last - first + 1).astype(np.float64)
    if net:
        return sums(scale, first, last) / width
    weights = np.where(np.isfinite(counts), np.maximum(counts, 0.0), 0.0)
    total, inverse = sums(weights, first, last), sums(weights / safe, first, last)
    plain = width / sums(1.0 / safe, first, last)
    return np.where(total > 0, total / np.where(total > 0, inverse, 1.0), plain)


def exposures(
    src: Spectrum, bkg: Spectrum | None, first: np.ndarray, last: np.ndarray, rule: str
) -> tuple[np.ndarray, np.ndarray]:
    """Effective exposures ts and tb [c] of the groups, s.

    ts = EXPOSURE x AREASCAL of the source; tb = EXPOSURE x AREASCAL of the background x BACKSCAL_b / BACKSCAL_s;
    without a background tb = ts.
    """
    net = bkg is None and not src.poisson
    own = lambda spectrum, scale: grouped_scale(scale, spectrum.counts, first, last, rule, net)  # noqa: E731
    ts = src.exposure * own(src, src.areascale)
    if bkg is None:
        return ts, ts.copy()
    ratio = own(bkg, bkg.backscale) / own(src, src.backscale)
    return ts, bkg.exposure * own(bkg, bkg.areascale) * ratio
