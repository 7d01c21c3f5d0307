"""OGIP table models as files (OGIP/92-009): what they hold, and what is said when they hold something else.

A file has four parts: the primary header (kind and name), PARAMETERS (the grid), ENERGIES (the bins), SPECTRA (one row for
each point of the grid). Not here: components made of tables (`tables`).
"""

from __future__ import annotations

import hashlib
import io
import keyword
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spec_lab._base import Content, DataError, ModelError, read_hdus
from spec_lab.models.annotations import GivenPath
from spec_lab.models.component import Additive

RESERVED = frozenset({*dir(Additive), "logA"})  # names that a parameter of a table cannot have


class TableAxis(NamedTuple):
    """One interpolated parameter: its name, grid values, whether interpolation is logarithmic, start value, unit."""

    name: str
    values: np.ndarray
    log: bool
    start: float
    unit: str
    frozen: bool


class SpectrumTable(NamedTuple):
    """What a table file holds. `spectra`: [n1, …, nd, 1 + additional, e]; edges in keV, [e + 1]."""

    axes: tuple[TableAxis, ...]
    additional: tuple[TableAxis, ...]
    edges: np.ndarray
    spectra: np.ndarray
    redshift: bool
    digest: str


def digest(axes: tuple[TableAxis, ...], edges: np.ndarray, cube: np.ndarray) -> str:
    """What tells one table from another."""
    told = [
        repr((axis.name, axis.log, axis.start, axis.unit, axis.frozen)).encode() + axis.values.tobytes()
        for axis in axes
    ]
    return hashlib.sha256(b"".join((cube.tobytes(), edges.tobytes(), *told))).hexdigest()[:16]


def read_table(path: GivenPath) -> tuple[SpectrumTable, bool, str]:
    """Read an OGIP table model: the table, whether it is additive, its name.

    Raises:
        ModelError: The file is not there or is no table model; names the file, the HDU and the column.
    """
    from astropy.io import fits

    if not isinstance(path, (str, Path)):
        raise ModelError("a table model is read from a file", got=path, allowed="a path")
    with _reading(path):
        place = Path(path).expanduser()
        if not place.is_file():  # a pipe would wait for its writer
            raise FileNotFoundError("There is no such file")
        with place.open("rb") as stream:
            content = read_hdus(Content.of(stream), Path(path).name)
        with fits.open(io.BytesIO(content), memmap=False) as hdus:
            parts = [_hdu(hdus, path, name) for name in ("PARAMETERS", "ENERGIES", "SPECTRA")]
            header = hdus[0].header  # pyright: ignore[reportAttributeAccessIssue]
            axes, additional = _axes(parts[0])
            edges = _edges(parts[1])
            cube = _cube(axes, additional, len(edges) - 1, parts[2])
            name = str(header.get("MODLNAME", "table")).strip()
            redshift, additive = bool(header.get("REDSHIFT", False)), bool(header.get("ADDMODEL", True))
    unique = digest((*axes, *additional), edges, cube)
    table = SpectrumTable(axes, additional, edges, cube, redshift, unique)
    return table, additive, name


@contextmanager
def _reading(path: str | Path) -> Iterator[None]:
    """Turn every failure inside into a `ModelError` about the file."""
    try:
        yield
    except ModelError:
        raise
    except (DataError, OSError) as error:
        raise ModelError(f"{path} is not an OGIP table model", hint=f"{error}".rstrip(".") + ".") from error
    except Exception as error:  # whatever astropy or NumPy make of a damaged header or column
        text = str(error).strip().splitlines()
        reason = f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
        raise ModelError(f"{path} is damaged, or no OGIP table model ({reason})") from error


class _Part(NamedTuple):
    """One HDU of a file; asks for columns and keywords by name."""

    where: str
    hdu: Any

    def column(self, name: str) -> Any:
        if name not in self.hdu.columns.names:
            raise self.error(f"has no column {name}", allowed=", ".join(self.hdu.columns.names))
        return self.hdu.data[name]

    def error(self, what: str, **more: Any) -> ModelError:
        return ModelError(f"{self.where} {what}", **more)


def _hdu(hdus: Any, path: Any, name: str) -> _Part:
    if name not in hdus:
        there = ", ".join(hdu.name for hdu in hdus)
        raise ModelError(f"{path} is not an OGIP table model: it has no HDU {name}", got=there)
    return _Part(f"{path} [{name}]", hdus[name])


def _axes(part: _Part) -> tuple[tuple[TableAxis, ...], tuple[TableAxis, ...]]:
    if "NINTPARM" not in part.hdu.header:
        raise part.error("has no keyword NINTPARM")
    interpolated = int(part.hdu.header["NINTPARM"])
    columns = ("NAME", "METHOD", "INITIAL", "DELTA", "MINIMUM", "MAXIMUM", "NUMBVALS", "VALUE")
    rows = zip(*(part.column(name) for name in columns), strict=True)
    units = part.column("UNITS") if "UNITS" in part.hdu.columns.names else [""] * len(part.hdu.data)
    axes: list[TableAxis] = []
    for i, ((title, method, start, delta, low, high, count, grid), unit) in enumerate(zip(rows, units, strict=True)):
        name = _parameter_name(str(title).strip(), [axis.name for axis in axes])
        values = np.atleast_1d(grid)[: int(count)] if i < interpolated else np.array([low, high])
        values = values.astype(float)
        start = float(
            np.clip(start, values.min(initial=np.inf), values.max(initial=-np.inf))
        )  # outside there is nothing
        axis = TableAxis(name, values, int(method) == 1, start, str(unit).strip(), float(delta) <= 0)
        if i < interpolated:
            _check_values(part, axis)
        axes.append(axis)
    return tuple(axes[:interpolated]), tuple(axes[interpolated:])


def _parameter_name(title: str, taken: list[str]) -> str:
    """A name that Python takes, unlike those of components' own attributes and of the parameters before."""
    name = "".join(c if c.isalnum() or c == "_" else "_" for c in title) or "par"
    name = f"p_{name}" if not name.isidentifier() or keyword.iskeyword(name) else name
    used = {*taken, *RESERVED}
    while name in used:
        name += "_"
    return name


def _check_values(part: _Part, axis: TableAxis) -> None:
    if not len(axis.values) or np.any(np.diff(axis.values) <= 0):
        raise part.error(f"column VALUE: those of {axis.name!r} must ascend", got=axis.values[:5].tolist())
    if axis.log and axis.values[0] <= 0:
        raise part.error(
            f"column METHOD: {axis.name!r} is to be interpolated in its logarithm", got=float(axis.values[0])
        )


def _edges(part: _Part) -> np.ndarray:
    lo, hi = (np.asarray(part.column(name), float) for name in ("ENERG_LO", "ENERG_HI"))
    if np.any(hi <= lo) or np.any(np.abs(lo[1:] - hi[:-1]) > 1e-3 * (hi - lo)[1:]):
        raise part.error("columns ENERG_LO, ENERG_HI: the bins must ascend without gaps")
    return np.append(lo, hi[-1])


def _cube(axes: tuple[TableAxis, ...], additional: tuple[TableAxis, ...], bins: int, part: _Part) -> np.ndarray:
    """Spectra in the order of the grid, whatever the order of the rows: [n1, …, nd, 1 + additional, e]."""
    points = np.asarray(part.column("PARAMVAL"), float).reshape(len(part.hdu.data), len(axes))
    index = tuple(np.abs(points[:, i, None] - axis.values).argmin(1) for i, axis in enumerate(axes))
    shape = tuple(len(axis.values) for axis in axes)
    cube, covered = np.empty((*shape, 1 + len(additional), bins)), np.zeros(shape, bool)
    covered[index] = True
    if not covered.all():
        raise part.error("does not cover the grid of parameters", got=f"{covered.sum()} of {covered.size} points")
    for i, name in enumerate(["INTPSPEC", *(f"ADDSP{n + 1:03d}" for n in range(len(additional)))]):
        spectra = np.asarray(part.column(name), float)
        if spectra.shape[1:] != (bins,):
            raise part.error(
                f"column {name}: a spectrum needs {bins} values, one for each energy", got=spectra.shape[1:]
            )
        if not np.isfinite(spectra).all():
            row = int(np.argmin(np.isfinite(spectra).all(1)))
            raise part.error(f"column {name}: row {row + 1} holds values that are not finite")
        cube[(*index, i)] = spectra
    return cube
