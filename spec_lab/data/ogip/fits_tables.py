"""Opening FITS files so that nothing unreadable gets past: the only place where astropy.io.fits is used to read.

`open_fits` takes a path, a `pathlib.Path` or an open binary file and reads every HDU into memory (`read_hdus` sees that
it is a FITS file), so that the file is closed again and its position restored. Whatever goes wrong inside astropy or numpy
leaves as a `DataError` that names file, HDU and column. `TableHDU` is the small view the OGIP readers work with: a header and
columns found by name, without regard to case, scaled as TSCAL and TZERO say, missing values as NaN. What the columns *mean* is
in `pha` and `rmf`.
"""

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spec_lab._base import DataError, read_hdus
from spec_lab.data.annotations import FileLike, Numbers
from spec_lab.data.file_kind import first_bytes
from spec_lab.data.file_warnings import note
from spec_lab.data.files import DAMAGED, file_name, opened, reading
from spec_lab.data.number_checks import as_number, as_numbers

if TYPE_CHECKING:
    from astropy.io.fits import BinTableHDU

Card = str | float | bool | None  # the value of a header keyword; whole numbers are floats to a type checker


class StoredColumn(NamedTuple):
    """Where the bytes of a column of variable length are.

    Attributes:
        data: Table and heap of the HDU.
        offset: Of the column in a row, bytes.
        row_bytes: Length of a row.
        heap: Where the heap begins in `data`.
        scale: TSCAL.
        zero: TZERO.
    """

    data: memoryview
    offset: int
    row_bytes: int
    heap: int
    scale: float
    zero: float


class TableHDU:
    """One binary table, read whole: `header`, and columns by name regardless of case."""

    def __init__(self, where: str, hdu: "BinTableHDU", data: memoryview):
        self._bytes = data
        self.where = f"{where}[{hdu.name or 'unnamed'}]"
        self.name = str(hdu.name).strip().upper()
        self.header: Any = hdu.header  # astropy's types say little of what a card holds
        self._scales = _taken_scales(hdu)
        self._data = hdu.data
        self._offsets = _offsets(hdu)
        self.spelled = [str(column.name).strip().upper() for column in _columns(hdu)]
        self.columns = {name: i for i, name in enumerate(self.spelled)}
        self.rows = 0 if self._data is None else len(self._data)

    def keyword(self, key: str, default: Card = None) -> Card:
        """A header value with blanks stripped; `default` where it is absent, undefined or empty."""
        with reading(f"{self.where} keyword {key}"):
            value = self.header.get(key, default)
        value = value.strip() if isinstance(value, str) else value
        return default if value is None or value == "" or type(value).__name__ == "Undefined" else value

    def number(self, key: str, default: float | None = None) -> float | None:
        """A numeric keyword, also where it is stored as a string."""
        return as_number(self.keyword(key, default), f"{self.where} keyword {key}")

    def whole(self, key: str, default: int | None = None) -> int | None:
        """A keyword that counts something."""
        value = self.number(key, default)
        if value is not None and value != round(value):
            raise DataError(f"{self.where} keyword {key} must be a whole number", got=value)
        return None if value is None else int(value)

    def has(self, column: str) -> bool:
        return column.upper() in self.columns

    def index(self, column: str) -> int:
        """The FITS number of a column, counted from 1 as in TLMINn."""
        return self.columns[column.upper()] + 1

    def column(self, name: str) -> np.ndarray:
        """The raw column: an array of numbers or strings, or of arrays where its rows differ in length."""
        if not self.has(name):
            raise DataError(
                f"{self.where} has no column {name}", got=sorted(self.columns), hint="Is this the right kind of file?"
            )
        if self.spelled.count(name.upper()) > 1:
            raise DataError(f"{self.where} has several columns {name}", got=self.spelled)
        index = self.columns[name.upper()]
        with reading(f"{self.where} column {name}"):
            values = np.asarray(self._data.field(index))  # type: ignore[union-attr]
            if values.dtype == object and index in self._scales:
                values = _by_rows(values, lambda row: row * self._scales[index][0] + self._scales[index][1])
            null = self._null(index)
            return values if null is None else _by_rows(values, lambda row: np.where(row == null, np.nan, row))

    def stored(self, name: str) -> StoredColumn | None:
        """The bytes of a column of variable length; None where missing values or a doubled name ask for more than bytes."""
        index = self.columns.get(name.upper())
        if index is None or self._null(index) is not None or self.spelled.count(name.upper()) > 1 or not self.rows:
            return None
        row_bytes, rows = self.whole("NAXIS1", 0) or 0, self.whole("NAXIS2", 0) or 0
        heap = self.whole("THEAP") or row_bytes * rows
        if len(self._bytes) < heap or heap < row_bytes * rows or rows != self.rows:
            return None
        scale, zero = self._scales.get(index, (1.0, 0.0))
        return StoredColumn(self._bytes, int(self._offsets[index]), row_bytes, heap, scale, zero)

    def _null(self, index: int) -> float | None:
        """The value that means missing data in a column of whole numbers: TNULL, as it comes out of TSCAL and TZERO."""
        null = self.whole(f"TNULL{index + 1}")
        if null is None or str(self.keyword(f"TFORM{index + 1}", "")).strip("0123456789PQ")[:1] not in "BIJK":
            return None
        scale, zero = self._scales.get(
            index, (self.number(f"TSCAL{index + 1}", 1.0), self.number(f"TZERO{index + 1}", 0.0))
        )
        return null * (1.0 if scale is None else scale) + (zero or 0.0)

    def numbers(self, name: str) -> Numbers:
        """A column as float64; strings that spell numbers pass, others raise."""
        return as_numbers(self.column(name), f"{self.where} column {name}")


def _offsets(hdu: "BinTableHDU") -> list[int]:
    """Where each column begins in a row, bytes."""
    kind: Any = hdu.columns.dtype  # type: ignore[attr-defined]
    return [kind.fields[name][1] for name in kind.names or ()]


def _columns(hdu: "BinTableHDU") -> list[Any]:
    columns: Any = hdu.columns
    return list(columns)


def _taken_scales(hdu: "BinTableHDU") -> dict[int, tuple[float, float]]:
    """TSCAL and TZERO of columns of variable length, taken out of the header: astropy applies them to the first row only."""
    taken: dict[int, tuple[float, float]] = {}
    header: Any = hdu.header
    for i in range(1, int(header.get("TFIELDS", 0)) + 1):
        keys = (f"TSCAL{i}", f"TZERO{i}")
        if any(key in header for key in keys) and any(c in str(header.get(f"TFORM{i}", "")) for c in "PQ"):
            pair = [as_number(header.pop(key, default), key) for key, default in zip(keys, (1.0, 0.0), strict=True)]
            taken[i - 1] = (1.0 if pair[0] is None else pair[0], pair[1] or 0.0)
    return taken


def _by_rows(values: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A changed column, also where its rows differ in length."""
    if values.dtype != object:
        return change(values)
    changed = np.empty(len(values), dtype=object)
    for i, row in enumerate(values):
        changed[i] = change(np.asarray(row, dtype=np.float64))
    return changed


def open_fits(file: FileLike) -> list[TableHDU]:
    """Read all binary tables of a FITS file (plain or gzipped) into memory.

    Args:
        file: Path as `str` or `pathlib.Path`, or a binary file object, which is read from where it stands and put back.

    Raises:
        DataError: No such file, not FITS, truncated, or unreadable in any other way.
    """
    from astropy.io import fits

    name = file_name(file)
    head = first_bytes(file, 20)
    if head[:6] != b"SIMPLE":
        hint = "Text and NPZ spectra are read by `Source.from_text`."
        raise DataError(f"{name} is not a FITS file", got=head, allowed="FITS, plain or gzipped", hint=hint)
    with opened(file) as opening, reading(name, hint=DAMAGED if opening.zipped else None):
        content = read_hdus(opening, name)
    with warnings.catch_warnings(record=True) as said, reading(name, hint="Is it a complete FITS file?"):
        warnings.simplefilter("always")
        with fits.open(io.BytesIO(content), memmap=False) as hdus:
            hdus.readall()
            tables = [TableHDU(name, hdu, _data_of(hdu, content)) for hdu in hdus if isinstance(hdu, fits.BinTableHDU)]
            spans = [(hdu.fileinfo(), "CHECKSUM" in hdu.header) for hdu in iter(hdus)]  # type: ignore[attr-defined]
    if odd := [w for w in said if "truncated" in str(w.message) or "Error validating header" in str(w.message)]:
        raise DataError(f"{name} is damaged", got=str(odd[0].message), hint="Get the whole file again.")
    _verify(
        name, content, [(span["hdrLoc"], span["datLoc"] + span["datSpan"]) for span, held in spans if span and held]
    )
    return tables


def _data_of(hdu: Any, content: bytes) -> memoryview:
    """Table and heap of an HDU, as they stand in the file."""
    place = hdu.fileinfo() or {"datLoc": 0, "datSpan": 0}
    size = hdu.header["NAXIS1"] * hdu.header["NAXIS2"] + hdu.header.get("PCOUNT", 0)
    return memoryview(content)[place["datLoc"] :][: min(size, place["datSpan"])]


def _verify(name: str, content: bytes, spans: list[tuple[int, int]]) -> None:
    """Compare CHECKSUM, where there is one: the ones' complement sum of the whole HDU must be all ones (or zero)."""
    for begin, end in spans:
        total = int(np.frombuffer(content[begin:end], dtype=">u4").sum(dtype=np.uint64))
        while total >> 32:
            total = (total & 0xFFFFFFFF) + (total >> 32)
        if total not in (0, 0xFFFFFFFF):
            note(name, "CHECKSUM does not agree with the content", "read all the same", "get the file again")
            return
