"""The data of a fit in an XSPEC script: files, channels, statistics; missing files are written where that is asked for."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from spec_lab._base import DataError, ParameterError
from spec_lab.data import DataUnit, file_of, from_flags, write_pha, write_rsp
from spec_lab.exchange.xcm_data import channel_numbers
from spec_lab.fit import Setup

_CHI = ("chi2", "gstat")
_WORDS = {
    "chi2": "chi", "gstat": "chi", "cstat": "cstat", "wstat": "cstat", "ppstat": "cstat", "lstat": "lstat", "pstat": "pstat",
    "pgstat": "pgstat", "pgstat_xspec": "pgstat", "pstat_nobkg": "cstat",
}  # fmt: skip


class DataLines:
    """The lines of the data; iterating writes what files are missing.

    Args:
        setup: The fit.
        target: The script; None where only its text is wanted.
        write_data: Whether to write what is in no file.
        overwrite: Whether files that are there may be replaced.
    """

    def __init__(self, setup: Setup, target: Path | None, write_data: bool, overwrite: bool):
        self.setup, self.target, self.write_data, self.overwrite = setup, target, write_data, overwrite
        self.folder = Path.cwd() if target is None else target.resolve().parent

    def __iter__(self) -> Iterator[str]:
        units = [(g, unit) for g, pair in enumerate(self.setup.pairs, start=1) for unit in pair.data.units]
        self._check_factors()
        for _, unit in units:
            _check(unit)
        ignored, words, comments = [], [], []
        for number, (group, unit) in enumerate(units, start=1):
            source, flags = self._source(unit, number)
            yield f"data {group}:{number} {source}"
            yield from self._companions(unit, number)
            ranges = _ignored(unit, flags)
            ignored += [f"{number}:{ranges}"] if ranges else []
            words.append("cstat" if unit.bkg is None and unit.stat not in _CHI else _WORDS[unit.stat])
            if unit.stat == "pgstat" and unit.bkg is not None:
                comments.append(
                    f"# spectrum {number}: XSPEC's pgstat differs from pgstat here where a channel has no counts"
                )
        yield from ([f"ignore {' '.join(ignored)}"] if ignored else [])
        yield ""
        yield from comments
        yield from (f"statistic {word} {number}" for number, word in enumerate(words, start=1))

    def _check_factors(self) -> None:
        """Refuse factors of the data that are not 1."""
        setup = self.setup
        for i, slot in enumerate(setup.slots):
            if slot.name not in ("sf", "bf", "rf") or slot.owner != "data":
                continue
            if setup.values[i] != 1 or not setup.frozen[i] or setup.root(i) in setup.tied:
                hint = "Scale the background." if slot.name == "bf" else "Put a factor into the model: const()*(...)."
                raise ParameterError(
                    f"XSPEC has no parameter {slot.component}.{slot.name}", got=setup.values[i], hint=hint
                )

    def _source(self, unit: DataUnit, number: int) -> tuple[str, np.ndarray]:
        """Name of the file of counts, and its flags of grouping."""
        flags = np.asarray(unit.src.grouping)
        known = file_of(unit.src)
        own = unit.grpg is None or _same_groups(unit)
        if known is not None and own:
            return self._name(known), flags
        path = self._new(unit, number, ".pha", "source" if known is None else "grouping")
        if own:
            write_pha(path, unit.src, overwrite=self.overwrite)
            return path.name, flags
        unit.write_grouping(path, overwrite=self.overwrite)
        return path.name, np.asarray(type(unit.src).from_file(path).grouping)

    def _companions(self, unit: DataUnit, number: int) -> Iterator[str]:
        base, area = unit.rmf if unit.rsp is None else unit.rsp, unit.arf
        response, arf = (None if part is None else file_of(part) for part in (base, area))
        if response is None or (arf is None and area is not None):
            path = self._new(unit, number, ".rsp", "response")
            write_rsp(path, unit.response, overwrite=self.overwrite)
            yield f"response 1:{number} {path.name}"
            yield f"arf 1:{number} none"
        else:
            yield f"response 1:{number} {self._name(response)}"
            yield f"arf 1:{number} {'none' if arf is None else self._name(arf)}"
        if unit.bkg is None or unit.stat == "pstat_nobkg":
            yield f"backgrnd {number} none"
        elif file_of(unit.bkg) is not None:
            yield f"backgrnd {number} {self._name(file_of(unit.bkg) or '')}"
        else:
            path = self._new(unit, number, "_bkg.pha", "background")
            write_pha(path, unit.bkg, overwrite=self.overwrite)
            yield f"backgrnd {number} {path.name}"

    def _name(self, file: str) -> str:
        name = os.path.relpath(file, self.folder)
        if any(c.isspace() for c in name):
            raise DataError("XSPEC's names of files have no blanks", got=name, hint="Rename the file or its folder.")
        return name

    def _new(self, unit: DataUnit, number: int, ending: str, what: str) -> Path:
        if not self.write_data or self.target is None:
            raise DataError(
                f"the {what} of {unit.name!r} is in no file as it stands",
                hint="infer.to_xcm('fit.xcm', write_data=True) writes what is missing beside the script.",
            )
        return self.target.with_name(f"{self.target.stem}_{number}{ending}")


def _check(unit: DataUnit) -> None:
    """Refuse what XSPEC cannot hold of a unit."""
    if unit.position is not None:
        raise ParameterError(f"XSPEC cannot hold a response that depends on the position ({unit.name!r})")
    if unit.weight != 1:
        raise ParameterError(f"XSPEC cannot hold the weight of {unit.name!r}", got=unit.weight, allowed="1")
    if unit.stat not in _WORDS:
        raise ParameterError(f"XSPEC has no statistic {unit.stat!r} ({unit.name!r})", allowed=", ".join(_WORDS))


def _same_groups(unit: DataUnit) -> bool:
    """Whether the groups of a unit are those of its file's flags."""
    mine, (first, last) = unit.groups()[0], unit.replace(grpg=None).groups()[0]
    return np.array_equal(mine[0], first) and np.array_equal(mine[1], last)


def _ignored(unit: DataUnit, flags: np.ndarray) -> str:
    """The channels that do not enter, as XSPEC numbers them: `1-4,45-46`."""
    total = from_flags(flags)[0].size
    out = np.ones(total + 2, dtype=int)
    out[[0, -1]] = 0
    out[channel_numbers(unit, flags)[unit.groups()[1]]] = 0
    steps = np.flatnonzero(np.diff(out)).reshape(-1, 2)
    return ",".join(str(i + 1) if j == i + 1 else f"{i + 1}-{j}" for i, j in steps)
