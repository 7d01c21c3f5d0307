"""What a fit sees of one unit: `Channels`, the groups with their counts, exposures and folded response columns.

`all_groups` decides the groups, `gather` sums counts, errors and response columns over them. Both look only at good
channels, so nothing that a bad channel holds can reach a number.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from spec_lab.data.annotations import ChannelMask, DirectMatrix, GroupedMatrix, GroupIndex, GroupMask, PerGroup
from spec_lab.data.assembly import AnySpectrum, Assembly, Same
from spec_lab.data.grouping import Counting, Ranges, Scheme, by_thresholds, from_flags, runs
from spec_lab.data.optimal import bins, widths
from spec_lab.data.response import Response
from spec_lab.data.scaling import exposures, sums
from spec_lab.data.sparse_matrix import SparseMatrix, only_columns, summed_columns
from spec_lab.data.spectrum import Background, Source
from spec_lab.tree import Struct, field

# Statistics that take the background as Poisson counts: thresholds of significance then use Li & Ma.
POISSON_BACKGROUND = ("pstat", "pstat_nobkg", "ppstat", "cstat", "wstat", "lstat", "ULppstat")


class Channels(Struct):
    """Groups of channels: `c` groups, `e` photon-energy bins.

    Args:
        S: [c] source counts.
        B: [c] background counts; 0 without a background.
        sigma_S: [c] error of S, counts.
        sigma_B: [c] error of B, counts; 0 without a background.
        emin: [c] lower edge, keV.
        emax: [c] upper edge, keV.
        matrix: [c, e] response, cm².
        ts: [c] effective exposure of the source, s.
        tb: [c] effective exposure of the background, s; ts without one.
        first: [c] index of the first channel, from 0.
        last: [c] index of the last channel.
        used: [c] whether the group is noticed and so enters the fit.
        has_background: Whether there is a background.
    """

    S: PerGroup = field()
    B: PerGroup = field()
    sigma_S: PerGroup = field()
    sigma_B: PerGroup = field()
    emin: PerGroup = field()
    emax: PerGroup = field()
    matrix: GroupedMatrix = field()
    ts: PerGroup = field()
    tb: PerGroup = field()
    first: GroupIndex = field()
    last: GroupIndex = field()
    used: GroupMask = field()
    has_background: bool = field(static=True)

    @property
    def size(self) -> int:
        """Number of groups."""
        return self.S.size

    @property
    def alpha(self) -> PerGroup:
        """[c] ts/tb."""
        return self.ts / self.tb

    @property
    def net(self) -> PerGroup:
        """[c] Background-subtracted counts."""
        return self.S - self.alpha * self.B

    @property
    def net_error(self) -> PerGroup:
        """[c] Error of the net counts, in quadrature."""
        return np.hypot(self.sigma_S, self.alpha * self.sigma_B)

    @property
    def middle(self) -> PerGroup:
        """[c] Middle energy, keV."""
        return (self.emin + self.emax) / 2

    @property
    def width(self) -> PerGroup:
        """[c] Width, keV."""
        return self.emax - self.emin

    def select(self, keep: GroupMask) -> "Channels":
        """The groups where `keep` [c] is True."""
        arrays = {name: getattr(self, name)[keep] for name in Channels.node_fields()}
        return Channels(**arrays, has_background=self.has_background)


def group_edges(response: Response, first: GroupIndex, last: GroupIndex) -> tuple[PerGroup, PerGroup]:
    """Lower and upper edges [c], keV; channels may run either way in energy."""
    ends = np.stack([first, last])
    return response.emin[ends].min(axis=0), response.emax[ends].max(axis=0)


def all_groups(
    src: Source, bkg: Background | None, response: Response, good: ChannelMask, noticed: ChannelMask, scheme: Scheme,
    stat: str, bad_mode: str = "drop",
) -> Ranges:  # fmt: skip
    """Ranges (first, last) of all groups that consist of good channels, or begin and end with good ones (`bad_mode="skip"`).

    Args:
        src: Aligned with the response.
        bkg: Aligned with the response, or None.
        response: Gives the resolution.
        good: [ch] channels that are good in source and background.
        noticed: [ch] channels in the windows; only thresholds look at it.
        scheme: See `grouping`.
        stat: Name of the statistic; decides what a significance is.
        bad_mode: What becomes of the file's groups with a bad channel: "drop" them, or "skip" the channel.
    """
    if scheme == "none":
        index = np.flatnonzero(good)
        return index, index
    if scheme is None:
        first, last = from_flags(np.asarray(src.grouping))
        bad = bad_in(good, first, last)
        if bad_mode == "skip":
            keep = bad <= last - first
            return _trimmed(good, first[keep], last[keep])
        return first[bad == 0], last[bad == 0]
    made = _by_scheme(src, bkg, response, good, noticed, scheme.options, stat)
    ranges = np.array(made, dtype=np.int64).reshape(-1, 2)
    return ranges[:, 0], ranges[:, 1]


def bad_in(good: ChannelMask, first: GroupIndex, last: GroupIndex) -> GroupIndex:
    """`i[c]` How many bad channels lie in each group."""
    bad = np.concatenate([[0], np.cumsum(~good)])
    return bad[last + 1] - bad[first]


def _trimmed(good: ChannelMask, first: GroupIndex, last: GroupIndex) -> Ranges:
    """Groups from their first good channel to their last."""
    index = np.flatnonzero(good)
    return index[np.searchsorted(index, first)], index[np.searchsorted(index, last, side="right") - 1]


def only_good(parts: Assembly, first: GroupIndex, last: GroupIndex) -> tuple[Source, Background | None, Response]:
    """The parts with nothing in the bad channels inside groups; as they are where there are none."""
    src, bkg, response, good = parts
    if not bad_in(good, first, last).any():
        return src, bkg, response
    src, bkg = (s if s is None else _emptied(s, good) for s in (src, bkg))
    return src, bkg, response.replace(matrix=only_columns(response.matrix, good))  # type: ignore[return-value]


def _emptied(spectrum: AnySpectrum, good: ChannelMask) -> AnySpectrum:
    errors = None if spectrum.errors is None else np.where(good, spectrum.errors, 0.0)
    return spectrum.replace(counts=np.where(good, spectrum.counts, 0.0), errors=errors)


def _by_scheme(
    src: Source, bkg: Background | None, response: Response, good: ChannelMask, noticed: ChannelMask, options: Mapping[str, Any],
    stat: str,
) -> list[tuple[int, int]]:  # fmt: skip
    index = np.arange(good.size)
    ts, tb = exposures(src, bkg, index, index, "xspec")
    zero = np.zeros(good.size)
    counting = Counting(
        S=np.where(good, src.counts, 0.0),
        B=zero if bkg is None else np.where(good, bkg.counts, 0.0),
        sigma_B=zero if bkg is None else np.where(good, bkg.total_errors, 0.0),
        alpha=np.where(good, ts / tb, 0.0),
        has_background=bkg is not None,
        poisson=stat in POISSON_BACKGROUND,
    )
    width = None
    if options.get("method") == "optimal":
        judged = good & noticed if (good & noticed).any() else good
        width = np.minimum(widths(counting.S, response.channel_fwhm, judged), options.get("max_bin", np.inf)).astype(
            int
        )
    made: list[tuple[int, int]] = []
    for first, last in runs(good, noticed):
        if good[first]:
            steps = [(i, i) for i in range(first, last + 1)] if width is None else bins(width, first, last)
            made += by_thresholds(steps, lambda i, j: counting.enough(i, j, options), options.get("max_bin", np.inf))
    return made


@lru_cache(maxsize=32)
def by_flags(parts: Same[Assembly], rule: str, bad_mode: str) -> Channels:
    """All good groups of an `Assembly` under the file's flags: no window changes them, so they are summed once."""
    src, bkg, response, good = parts.value
    ranges = all_groups(src, bkg, response, good, good, None, "", bad_mode)
    src, bkg, response = only_good(parts.value, *ranges)
    return gather(src, bkg, response, ranges, np.ones(ranges[0].size, dtype=bool), rule)


def gather(
    src: Source, bkg: Background | None, response: Response, ranges: Ranges, used: GroupMask, rule: str
) -> Channels:
    """Sum counts, errors and response columns over the groups.

    Args:
        src: Aligned with the response.
        bkg: Aligned with the response, or None.
        response: [e, ch].
        ranges: (first, last), each [c].
        used: [c] the mask to carry along.
        rule: How scales that differ inside a group are averaged, see `scaling`.
    """
    first, last = ranges
    add = lambda values: sums(values, first, last)  # noqa: E731
    none = np.zeros(first.size)
    emin, emax = group_edges(response, first, last)
    ts, tb = exposures(src, bkg, first, last, rule)
    return Channels(
        S=add(src.counts),
        B=none if bkg is None else add(bkg.counts),
        sigma_S=np.sqrt(add(src.total_errors**2)),
        sigma_B=none.copy() if bkg is None else np.sqrt(add(bkg.total_errors**2)),
        emin=emin,
        emax=emax,
        matrix=grouped_columns(response.matrix, first, last),
        ts=ts,
        tb=tb,
        first=first,
        last=last,
        used=used,
        has_background=bkg is not None,
    )


def grouped_columns(matrix: DirectMatrix, first: GroupIndex, last: GroupIndex) -> GroupedMatrix:
    """[c, e] The columns of a matrix [e, ch] summed over groups."""
    if isinstance(matrix, SparseMatrix):
        return summed_columns(matrix, first, last)
    return np.ascontiguousarray(sums(matrix, first, last, axis=1).T)
