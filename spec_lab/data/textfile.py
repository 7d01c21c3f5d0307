"""Spectra without FITS: plain text, CSV and NPZ, so that a table of numbers is enough to begin.

Text holds one channel a line, columns parted by commas, semicolons or blanks. A first line of names (it may be a comment)
says what they are: `emin, emax, counts` and optionally `errors, quality, grouping, channel`; also `energy` (middles) instead
of edges, `rate` instead of counts, and units `emin (MeV)`. Without names, three columns are emin, emax, counts, a fourth
errors. Lines `# exposure = 100` set `exposure`, `backscale`, `areascale`, `systematic`, `name`, `poisson`. NPZ holds arrays
of the same names, or `edges` (one more than counts). Either may be gzipped.

A spectrum with edges needs no response file: `DataUnit(..., rsp="ideal")` gives it an ideal detector
of 1 cm². How lines become columns is in `texttable`.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.annotations import FileLike
from spec_lab.data.energies import judge_channels, ordered
from spec_lab.data.file_kind import is_npz
from spec_lab.data.file_warnings import note
from spec_lab.data.files import MOST_TEXT, content_of, file_name, reading
from spec_lab.data.number_checks import are_whole, as_number, as_numbers
from spec_lab.data.texttable import COLUMNS, MEANING, SETTINGS, Columns, read_table

_YES, _NO = ("1", "true", "t", "yes"), ("0", "false", "f", "no")


def read_text(file: FileLike) -> dict[str, Any]:
    """Read a text, CSV or NPZ spectrum into the fields of `Spectrum`.

    Raises:
        DataError: Names file, line and column of what cannot be used.
    """
    name = file_name(file)
    with reading(name):
        content = content_of(file)
    columns, settings = _from_npz(content, name) if is_npz(file) else read_table(_decoded(content), name)
    return _fields(columns, settings, name)


def _decoded(content: bytes) -> str:
    """Text as UTF-8, with or without a mark, as UTF-16 where the mark says so, else byte by byte."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _from_npz(content: bytes, name: str) -> tuple[Columns, dict[str, Any]]:
    hint = "An NPZ spectrum is written with numpy.savez."
    with reading(name, hint), zipfile.ZipFile(io.BytesIO(content)) as archive:
        inflated = sum(info.file_size for info in archive.infolist())
    if inflated > MOST_TEXT:
        raise DataError(f"{name} is too large", got=f"{inflated / 1e6:.0f} MB", allowed=f"{MOST_TEXT / 1e6:.0f} MB")
    with reading(name, hint), np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        strangers = [key for key in arrays.files if not isinstance(arrays[key], np.ndarray)]
        held = {key.lower(): arrays[key] for key in arrays.files}
    if strangers:
        raise DataError(f"{name} is a zip archive, and not of arrays", got=strangers[:5], hint=hint)
    settings = {key: value.item() for key, value in held.items() if value.size == 1 and key in SETTINGS}
    unknown = [key for key in held if key not in settings and key not in MEANING]
    if unknown:
        raise DataError(
            f"{name} holds unknown arrays", got=unknown, allowed=", ".join({**COLUMNS, **dict.fromkeys(SETTINGS)})
        )
    return {MEANING[k]: as_numbers(v, f"{name} array {k}") for k, v in held.items() if k not in settings}, settings


def _fields(columns: Columns, settings: dict[str, Any], name: str) -> dict[str, Any]:
    exposure = as_number(settings.get("exposure"), f"{name} exposure")
    factor = 1.0 if exposure is None else exposure
    if factor <= 0:
        raise DataError(f"{name} exposure must be positive", got=factor, allowed="seconds > 0")
    if exposure is None and "rate" in columns and not columns.keys() & {"counts", "errors"}:
        raise DataError(
            f"{name} holds rates, and no exposure", hint="Write '# exposure = …' into the file, or a column errors."
        )
    columns = _counted(columns, factor, name)
    if exposure is None:
        note(name, "no exposure", "taken as 1 s", "write '# exposure = …' into the file, or use replace(exposure=...)")
    numbers = {key: as_number(settings[key], f"{name} {key}") for key in SETTINGS[1:4] if key in settings}
    fields = {
        **_edged(columns, name),
        **numbers,
        "exposure": factor,
        "name": str(settings.get("name", Path(name).name)),
    }
    poisson = _poisson(settings.get("poisson"), fields, name)
    return fields if poisson is None else {**fields, "poisson": poisson}


def _counted(columns: Columns, exposure: float, name: str) -> Columns:
    """Counts, from a rate where there are none."""
    if "counts" in columns:
        if "rate" in columns:
            note(name, "columns counts and rate", "rate is left out", "leave one of them out")
        return {key: value for key, value in columns.items() if key != "rate"}
    if "rate" not in columns:
        raise DataError(f"{name} has no column counts", got=sorted(columns))
    counts = columns["rate"] * exposure
    scaled = {"counts": np.rint(counts) if are_whole(counts, 1e-6) else counts}
    scaled |= {"errors": columns["errors"] * exposure} if "errors" in columns else {}
    return {key: value for key, value in columns.items() if key != "rate"} | scaled


def _poisson(word: Any, fields: dict[str, Any], name: str) -> bool | None:
    """What the file says of its counts; None leaves it to `Spectrum`."""
    said = str(word).strip().lower()
    if word is not None and said not in _YES + _NO:
        raise DataError(f"{name} poisson is neither true nor false", got=word)
    good = np.broadcast_to(fields.get("quality", 0.0), fields["counts"].shape) == 0
    if word is None and "errors" not in fields and not are_whole(fields["counts"][good]):
        found = "counts that are not whole numbers >= 0, and no errors"
        note(name, found, "no Poisson counts, errors are sqrt(counts)", "add a column errors, or '# poisson = …'")
        return False
    return None if word is None else said in _YES


def _edged(columns: Columns, name: str) -> Columns:
    """The columns with emin and emax, if there are energies at all."""
    edges = _edges(columns, name)
    kept = {key: value for key, value in columns.items() if key not in ("energy", "edges")}
    if not edges:
        return kept
    where = f"{name} columns emin, emax"
    emin, emax = ordered(where, edges["emin"], edges["emax"])
    if emin.shape == columns["counts"].shape:
        judge_channels(where, columns.get("channels", 1 + np.arange(emin.size)), emin, emax)
    return kept | {"emin": emin, "emax": emax}


def _edges(columns: Columns, name: str) -> Columns:
    counts = columns["counts"]
    if "edges" in columns:
        edges = columns["edges"]
        if edges.shape != (counts.size + 1,):
            raise DataError(f"{name}: edges must be one more than counts", got=[edges.size, counts.size])
        return {"emin": np.minimum(edges[:-1], edges[1:]), "emax": np.maximum(edges[:-1], edges[1:])}
    if ("emin" in columns) != ("emax" in columns):
        raise DataError(f"{name} has only one of emin and emax", got=sorted(columns))
    if "emin" in columns or "energy" not in columns:
        return {key: columns[key] for key in ("emin", "emax") if key in columns}
    return _around(columns["energy"], name)


def _around(middle: np.ndarray, name: str) -> Columns:
    """Edges halfway between the energies of channels."""
    hint = "Give emin and emax instead."
    if middle.ndim != 1 or middle.size < 2:
        raise DataError(f"{name}: a single energy has no width", hint=hint)
    step = np.diff(middle)
    if not (np.all(step > 0) or np.all(step < 0)):
        raise DataError(f"{name} column energy must go up or down", got=middle[:5].tolist(), hint=hint)
    inner = (middle[1:] + middle[:-1]) / 2
    edges = np.concatenate([[2 * middle[0] - inner[0]], inner, [2 * middle[-1] - inner[-1]]])
    if edges.min() < 0:
        what = f"{name} column energy: the lowest channel would begin below 0 keV"
        raise DataError(what, got=float(edges.min()), hint=hint)
    return {"emin": np.minimum(edges[:-1], edges[1:]), "emax": np.maximum(edges[:-1], edges[1:])}
