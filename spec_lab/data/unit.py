"""One spectrum ready to be fitted: `DataUnit` puts source, background, response, filters and statistic together.

A unit is an immutable value: `unit.replace(notc=[8, 900])` is another unit over the same arrays and reads no file.
Files named by a path are read once, at construction (`attach`); `channels()` is what a fit takes. Aligning is in
`assembly`, grouping in `grouping`, limits in `upper_limits`. Whether a statistic exists is the matter of `spec_lab.statistics`.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import DataError, Info, plain, write_tables
from spec_lab.data import notice, upper_limits
from spec_lab.data.annotations import GroupMask, PerBin
from spec_lab.data.assembly import Assembly, Same, assemble
from spec_lab.data.attach import attach
from spec_lab.data.channels import Channels, all_groups, by_flags, gather, group_edges, grouped_columns
from spec_lab.data.documented import UnitNames
from spec_lab.data.file_warnings import collect_warnings, quietly, some
from spec_lab.data.grouping import Grouping, Ranges, Scheme, describe_grouping, scheme, to_flags
from spec_lab.data.html_repr import StepCurve, beside, step_picture
from spec_lab.data.quantities import unit_quantities
from spec_lab.data.response import IDEAL, Auxiliary, Redistribution, Response
from spec_lab.data.scaling import RULES
from spec_lab.data.sky.balrog import BalrogResponse
from spec_lab.data.sparse_matrix import only_columns
from spec_lab.data.spectrum import Background, Source
from spec_lab.data.suitability import (
    GAUSSIAN,
    PROFILED,
    alternative,
    judge,
    say_dropped,
    say_empty_background,
    takes_for_counts,
)
from spec_lab.tree import Struct, field

BAD_MODES = ("drop", "skip")


@unit_quantities
class DataUnit(UnitNames, Struct):
    """A source spectrum with everything needed to fit it.

    Args:
        src: Source, path (`file{n}` or `(file, n)` for one of several), or binary file object.
        bkg: Background, likewise; "none" for none, where the header of a source read from a path names one.
        rmf: Redistribution, likewise.
        arf: Auxiliary, likewise; "none" for none.
        rsp: Response, likewise, instead of rmf (and arf); or a `BalrogResponse`, which depends on the source's position; or
            "ideal": a detector of 1 cm² that tells every energy, with the channel energies of the spectrum.
        stat: Name of the statistic.
        notc: Energy windows, keV: None, `[lo, hi]` or several.
        grpg: Grouping for the fit: None (the file's flags), "none", or a dictionary (see `grouping.KEYS`).
        rebn: Grouping for display only, likewise; None means as `grpg`.
        time: Time tag, s, for models that depend on time.
        weight: Weight of this unit in the likelihood.
        notc_mode: "inside" keeps groups wholly inside a window, "overlap" those that touch one.
        name: Shown in tables; None means the source's.
        bad_mode: What becomes of groups of the file's flags that hold a bad channel: "drop" leaves out the whole group (as
            bayspec does; the counts lost are said), "skip" only the bad channel (as XSPEC does).
        scale_rule: How BACKSCAL and AREASCAL vectors are averaged in a group: "xspec" or "sherpa".

    Raises:
        DataError: Names what cannot be used and why.

    `(file, n)` and `"file:n"` count rows of a PHA II file from 0 and matrices of an RSP2 file by their EXTVER from 1; `file{n}`
    counts from 1 in both, as XSPEC does.
    """

    src: Source = field()
    bkg: Background | None = field(default=None)
    rmf: Redistribution | None = field(default=None)
    arf: Auxiliary | None = field(default=None)
    rsp: Response | BalrogResponse | None = field(default=None)
    stat: str = field(static=True, default="pgstat")
    notc: notice.Windows | None = field(static=True, default=None)
    grpg: Scheme = field(static=True, default=None)
    rebn: Scheme = field(static=True, default=None)
    time: float | None = field(static=True, default=None)
    weight: float = field(static=True, default=1.0)
    notc_mode: str = field(static=True, default="inside")
    name: str | None = field(static=True, default=None)
    scale_rule: str = field(static=True, default="xspec")
    bad_mode: str = field(static=True, default="drop")

    def __post_init__(self) -> None:
        self.notc = notice.notice_windows(self.notc)
        self.grpg, self.rebn = scheme(self.grpg), scheme(self.rebn)
        self.weight = _number("weight", self.weight, least=0.0)
        self.time = None if self.time is None else _number("time", self.time)
        _check_words(self)
        with collect_warnings():
            parts = attach(self.src, self.bkg, self.rmf, self.arf, self.rsp)
            self.src, self.bkg, self.rmf, self.arf, self.rsp = parts
            whole = assemble(*parts)
            if self.grpg is None and self.bad_mode == "drop":
                say_dropped(Same(whole), self.notc, self.notc_mode)
            for note_on in (self.src, self.bkg):
                judge(Same(note_on), self.stat)
        self.name = self.src.name or None if self.name is None else self.name
        _check_errors(self)
        _check_counts(self)
        _check_background(self)
        _check_optimal(self)

    @property
    def assembly(self) -> Assembly:
        """Source, background and response on the same channels."""
        with quietly():  # construction said it
            return assemble(self.src, self.bkg, self.rmf, self.arf, self.rsp)

    @property
    def response(self) -> Response:
        """The response in use: rsp, or rmf times arf, or the ideal one that was asked for.

        Of a `BalrogResponse` the one at its starting place.
        """
        return self.assembly.response

    @property
    def position(self) -> BalrogResponse | None:
        """The response, if it depends on the source's position."""
        return self.rsp if isinstance(self.rsp, BalrogResponse) else None

    @property
    def energies(self) -> tuple[PerBin, PerBin]:
        """Lower and upper photon-energy edges [e], keV."""
        return self.response.elo, self.response.ehi

    @property
    def max_groups(self) -> int:
        """An upper bound of the number of groups over every choice of windows, under the present grouping."""
        if self.grpg is None:
            return self._groups(self.grpg)[0].size
        return int(self.assembly.good.sum())  # thresholds start anew at every gap, so only this is sure

    def channels(self, rebin: bool = False, response: Response | None = None) -> Channels:
        """The groups that are good and noticed: what enters the fit. Cached.

        Args:
            rebin: Group for display (`rebn`) instead.
            response: Fold with this one instead: that of another source position. The groups stay as they are.
        """
        found = self._shown if rebin else self._fitted
        if response is not None and response.matrix.shape[1] != self.response.matrix.shape[1]:
            raise DataError(f"unit {self.name!r} folds with a response of other channels", got=response.matrix.shape[1])
        if response is None:
            return found
        matrix = response.matrix if self.bad_mode == "drop" else only_columns(response.matrix, self.assembly.good)
        return found.replace(matrix=grouped_columns(matrix, found.first, found.last))

    def all_channels(self, rebin: bool = False) -> Channels:
        """All good groups, noticed or not; `used` says which enter the fit. Cached."""
        return self._all_shown if rebin else self._all

    def groups(self, rebin: bool = False) -> tuple[Ranges, GroupMask]:
        """Ranges (first, last) [c] of all good groups, and which are noticed [c]; cheap, nothing is summed."""
        return self._noticed_groups(self._display if rebin else self.grpg)

    @cached_property
    def _all(self) -> Channels:
        return self._gather(self.grpg, everything=True)

    @cached_property
    def _all_shown(self) -> Channels:
        return self._all if self._display == self.grpg else self._gather(self._display, everything=True)

    @cached_property
    def _fitted(self) -> Channels:
        return self._gather(self.grpg, everything=False)

    @cached_property
    def _shown(self) -> Channels:
        return self._fitted if self._display == self.grpg else self._gather(self._display, everything=False)

    @property
    def _display(self) -> Scheme:
        return self.grpg if self.rebn is None else self.rebn

    def _groups(self, chosen: Scheme) -> Ranges:
        src, bkg, response, good = self.assembly
        kept = notice.noticed(self.notc, response.emin, response.emax, self.notc_mode)
        return all_groups(src, bkg, response, good, kept, chosen, self.stat, self.bad_mode)

    def _noticed_groups(self, chosen: Scheme) -> tuple[Ranges, GroupMask]:
        ranges = self._groups(chosen)
        edges = group_edges(self.response, *ranges)
        return ranges, notice.noticed(self.notc, *edges, self.notc_mode)

    def _gather(self, chosen: Scheme, everything: bool) -> Channels:
        src, bkg, response, _ = parts = self.assembly
        (first, last), used = self._noticed_groups(chosen)
        if not everything and not parts.good.any():
            hint = "Quality flags leave none in source and background together; give them with other ones."
            raise DataError(f"unit {self.name!r} has no good channel", hint=hint)
        if not everything and not used.any():
            lo, hi = group_edges(self.response, np.flatnonzero(parts.good), np.flatnonzero(parts.good))
            raise DataError(f"unit {self.name!r}: no good channel is noticed", got=f"{notice.describe(self.notc)} keV",
                            allowed=f"something of {lo.min():g}-{hi.max():g} keV",
                            hint="Widen notc, or try notc_mode='overlap'.")  # fmt: skip
        if chosen is None:
            whole = by_flags(Same(parts), self.scale_rule, self.bad_mode)
            return whole.replace(used=used) if everything else whole.select(used)
        if not everything:
            first, last, used = first[used], last[used], used[used]
        return gather(src, bkg, response, (first, last), used, self.scale_rule)

    @property
    def npoint(self) -> int:
        """Groups that enter the fit."""
        return self.channels().size

    @property
    def ebin(self) -> np.ndarray:
        """`f[e, 2]`, photon-energy bins, keV."""
        return np.stack(self.energies, axis=1)

    def net_counts_upperlimit(self, cl: float = 0.9) -> float:
        """Upper limit of the net counts at confidence level `cl` (flat prior on net counts >= 0)."""
        return upper_limits.net_counts_upperlimit(self.channels(), cl)

    def net_ctsrate_upperlimit(self, cl: float = 0.9) -> float:
        """The same as a rate, counts/s, with the factor `sf` on the exposure."""
        return self.net_counts_upperlimit(cl) / (upper_limits.exposure(self.channels()) * self.params["sf"].val)

    def net_counts_significance_limit(self, sig: float = 3.0) -> float:
        """Net counts that would stand `sig` σ above the background."""
        return upper_limits.net_counts_significance_limit(self.channels(), sig, self.stat)

    def net_ctsrate_significance_limit(self, sig: float = 3.0) -> float:
        """The same as a rate, counts/s, with the factor `sf` on the exposure."""
        return self.net_counts_significance_limit(sig) / (
            upper_limits.exposure(self.channels()) * self.params["sf"].val
        )

    def write_grouping(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the source as OGIP with this unit's groups as its GROUPING flags, so that every program groups alike.

        Channels that are bad only in the background get a QUALITY that says so. The source's own file is not touched.

        Raises:
            DataError: The file exists.
        """
        from spec_lab.data.ogip.write import write_pha

        source, _, _, good = self.assembly
        flags = source.grouping if self.grpg is None else to_flags(*self.groups()[0], good.size)
        written = source.replace(grouping=flags, quality=np.where(source.good & ~good, 5, source.quality))
        links: dict[str, Any] = {key.lower(): name for key, name in self.src.links if key.endswith("FILE")}
        return write_pha(path, written, overwrite=overwrite, **links)

    def save(self, savepath: str | Path) -> None:
        """Write `dataunit.json`, the rows of `info`, into a folder (made if missing)."""
        write_tables(savepath, {"dataunit": self.info})

    @property
    def info(self) -> Info:
        """Every part and choice of the unit, one a row."""
        part = lambda x: "-" if x is None else (x.name or type(x).__name__)  # noqa: E731
        rows = {"src": part(self.src), "bkg": part(self.bkg), "rmf": part(self.rmf), "arf": part(self.arf)}
        rows |= {"rsp": part(self.rsp), "notc": self.noticing, "stat": self.stat, "grpg": describe_grouping(self.grpg)}
        rows |= {} if self.rebn is None else {"rebn": describe_grouping(self.rebn)}
        rows |= {"time": "-" if self.time is None else plain(self.time, 15), "weight": self.weight}
        return Info({"Property": tuple(rows), self.name or "unit": tuple(rows.values())})

    @property
    def noticing(self) -> str:
        """The windows, and the edges and number of bins they really keep."""
        (first, last), used = self.groups()
        if not used.any():
            return "nothing" if self.notc is None else f"{notice.describe(self.notc)} keV: nothing"
        lo, hi = group_edges(self.response, first[used], last[used])
        kept = f"{lo.min():.6g}-{hi.max():.6g} keV, {some(int(used.sum()), 'bin')}"
        if self.response.kind == IDEAL:
            kept += f", ideal detector of {self.response.matrix.max():g} cm²"
        return kept if self.notc is None else f"{notice.describe(self.notc)} keV {self.notc_mode} → {kept}"

    def __repr__(self) -> str:
        return f"<DataUnit {self.name or self.src.name or '-'}: {self.stat}, {self.noticing}>"

    def _repr_html_(self) -> str:
        """The table, and counts/s/keV of source and scaled background; groups that are not noticed are paler."""
        shown = self.all_channels(rebin=True)
        per = 1 / (shown.ts * shown.width)
        source = shown.S * per
        curves = [StepCurve(shown.emin, shown.emax, np.where(shown.used, source, np.nan), "source")]
        if not shown.used.all():
            unused = np.where(shown.used, np.nan, source)
            curves.append(StepCurve(shown.emin, shown.emax, unused, "not noticed", 0.3))
        if shown.has_background:
            curves.append(StepCurve(shown.emin, shown.emax, shown.alpha * shown.B * per, "background", 0.55))
        return beside(self.info.html, step_picture(curves, "energy, keV", "counts/s/keV"))


def _number(name: str, value: Any, least: float = -np.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise DataError(f"{name} must be a number", got=value)
    if not np.isfinite(value) or value < least:
        raise DataError(f"{name} must be finite" + (f" and >= {least:g}" if np.isfinite(least) else ""), got=value)
    return float(value)


def _check_words(unit: DataUnit) -> None:
    if not isinstance(unit.stat, str) or not unit.stat:
        raise DataError("stat must be the name of a statistic", got=unit.stat, hint="For example stat='pgstat'.")
    if unit.notc_mode not in notice.MODES:
        raise DataError("unknown notc_mode", got=unit.notc_mode, allowed=", ".join(notice.MODES))
    if unit.scale_rule not in RULES:
        raise DataError("unknown scale_rule", got=unit.scale_rule, allowed=", ".join(RULES))
    if unit.bad_mode not in BAD_MODES:
        raise DataError("unknown bad_mode", got=unit.bad_mode, allowed=", ".join(BAD_MODES))
    if unit.name is not None and not isinstance(unit.name, str):
        raise DataError("name must be text", got=unit.name)


def _check_optimal(unit: DataUnit) -> None:
    """Widths made for one place would be wrong at another; a table of directions folds whole groups."""
    where, chosen = unit.position, unit.grpg
    if where is not None and unit.bad_mode == "skip":
        raise DataError(
            f"unit {unit.name!r}: bad_mode='skip' needs a response of one position", hint="Group with grpg."
        )
    if where is None or (where.ra.frozen and where.dec.frozen) or not isinstance(chosen, Grouping):
        return
    if chosen.method == "optimal":
        hint = "Hold the position, ra=Fixed(...) and dec=Fixed(...), or group by thresholds, grpg={'min_evt': 20}."
        what = f"unit {unit.name!r}: optimal grouping needs the resolution, which changes with a free source position"
        raise DataError(what, got=describe_grouping(chosen), hint=hint)


def _check_counts(unit: DataUnit) -> None:
    """Poisson statistics are of counts: none of the noticed groups may have fewer than none."""
    for name, what, spectrum in (("S", "counts", unit.src), ("B", "background counts", unit.bkg)):
        if spectrum is None or spectrum.poisson or not takes_for_counts(unit.stat, name == "B"):
            continue
        if not unit.groups()[1].any():
            continue
        fitted = unit.channels()
        below = np.flatnonzero(getattr(fitted, name) < 0)
        if below.size:
            i = below[0]
            numbers = np.asarray(unit.response.channels)[[fitted.first[i], fitted.last[i]]]
            at = f"channel {numbers[0]}" + ("" if numbers[0] == numbers[1] else f" to {numbers[1]}")
            got = f"{getattr(fitted, name)[i]:.6g} in {at} ({fitted.emin[i]:.4g}-{fitted.emax[i]:.4g} keV)"
            problem = f"unit {unit.name!r}: {what} are negative, and {unit.stat} is a Poisson statistic"
            raise DataError(
                problem, got=got, hint=f"Use stat={alternative(unit.stat, name)!r}, or group and notice otherwise."
            )


def _check_background(unit: DataUnit) -> None:
    """W with mostly empty background groups is said aloud."""
    if unit.bkg is None or unit.stat not in PROFILED or not unit.groups()[1].any():
        return
    with collect_warnings():
        say_empty_background(Same(unit.assembly), unit.stat, unit.channels().B)


def _check_errors(unit: DataUnit) -> None:
    """Gaussian statistics divide by the errors: none of the noticed groups may have a zero one."""
    if unit.stat not in GAUSSIAN:
        return
    (_, _), used = unit.groups()
    if not used.any():
        return
    fitted = unit.channels()
    empty = fitted.net_error == 0
    if empty.any():
        at = f"{fitted.emin[empty][0]:.4g}-{fitted.emax[empty][0]:.4g} keV"
        hint = "Group more counts together (grpg={'min_evt': 1}), or use a Poisson statistic."
        found = f"{empty.sum()} noticed groups have no error for {unit.stat}"
        raise DataError(f"unit {unit.name!r}: {found}", got=at, hint=hint)
