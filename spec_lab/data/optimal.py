"""Bins as wide as the resolution and the counts allow: Kaastra & Bleeker 2016, A&A 587, A151.

With N_r = 1.314 times the counts within one FWHM and R resolution elements in the spectrum, x = ln[N_r (1 + 0.2 ln R)]
and bin/FWHM = 1 for x <= 2.119, else (0.08 x + 7 + 1.8/x)/(x + 5.9).
"""

import numpy as np
from jaxtyping import Int

from spec_lab.data.annotations import ChannelMask, DirectMatrix, PerBin, PerChannel


def channel_fwhm(ehi: PerBin, emin: PerChannel, emax: PerChannel, matrix: DirectMatrix) -> PerChannel:
    """[ch] Full width at half maximum of the redistribution, in channels, at least 1.

    For every channel the row of photons whose energy is the channel's: from its highest channel the half maximum is
    looked for on both sides, between channels by linear interpolation.

    Args:
        ehi: [e] upper photon-energy edges, keV, ascending.
        emin: [ch] lower channel edges, keV.
        emax: [ch] upper channel edges, keV.
        matrix: [e, ch] of the response.
    """
    middle = (emin + emax) / 2
    rows = np.clip(np.searchsorted(ehi, middle), 0, ehi.size - 1)
    needed = np.unique(rows)
    width = dict(zip(needed.tolist(), (_width(matrix[row]) for row in needed), strict=True))
    return np.array([width[row] for row in rows.tolist()])


def _width(row: np.ndarray) -> float:
    peak = int(np.argmax(row))
    half = row[peak] / 2
    if not half > 0:
        return 1.0
    return max(1.0, _reach(row[peak:], half) + _reach(row[peak::-1], half))


def _reach(side: np.ndarray, half: float) -> float:
    """Distance in channels from the peak to where the row falls below half its height."""
    below = np.flatnonzero(side < half)
    if not below.size:
        return float(side.size - 1)
    at = int(below[0])
    return at - 1 + float((side[at - 1] - half) / (side[at - 1] - side[at]))


def widths(counts: PerChannel, fwhm: PerChannel, good: ChannelMask) -> Int[np.ndarray, "ch"]:
    """[ch] The optimal width of a bin at every channel, in channels, a whole number >= 1.

    Args:
        counts: [ch] source counts.
        fwhm: [ch] in channels.
        good: [ch] channels that count for the number of resolution elements.
    """
    clean = np.where(good, counts, 0.0)
    total = np.concatenate([[0.0], np.cumsum(clean)])
    index = np.arange(counts.size)
    low = np.clip(np.rint(index - fwhm / 2), 0, counts.size).astype(int)
    high = np.clip(np.rint(index + fwhm / 2) + 1, 0, counts.size).astype(int)
    # The window has high - low channels, a FWHM has fwhm of them.
    local = 1.314 * (total[high] - total[low]) * fwhm / (high - low)
    elements = 1 + np.sum(1 / fwhm[good])
    x = np.log(np.maximum(local * (1 + 0.2 * np.log(elements)), 1e-300))
    safe = np.maximum(x, 2.119)
    factor = np.where(x <= 2.119, 1.0, (0.08 * safe + 7 + 1.8 / safe) / (safe + 5.9))
    return np.maximum(np.floor(factor * fwhm), 1).astype(int)


def bins(width: Int[np.ndarray, "ch"], first: int, last: int) -> list[tuple[int, int]]:
    """Cut one run of channels into bins, each as wide as the width at its first channel."""
    made = []
    while first <= last:
        end = min(first + int(width[first]) - 1, last)
        made.append((first, end))
        first = end + 1
    return made
