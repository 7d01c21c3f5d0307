"""Columns of variable length read from the heap at once equal those read row by row."""

import io

import numpy as np
import pytest
from astropy.io import fits

from spec_lab._base import DataError
from spec_lab.data.ogip import ragged_columns
from spec_lab.data.ogip.fits_tables import open_fits
from spec_lab.data.ogip.ragged_columns import ragged

ROWS = [[1, 2, 3], [], [7], [4, 5], [9, 8, 7, 6]]


def opened(form, rows=ROWS, header=()):
    column = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        column[i] = np.asarray(row, dtype=float if form[1] in "ED" else int)
    before = fits.Column("BEFORE", "3I", array=np.zeros((len(rows), 3)))
    hdu = fits.BinTableHDU.from_columns([before, fits.Column("A", form, array=column)])
    for key, value in header:
        hdu.header[key] = value
    file = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(file)
    file.seek(0)
    return file


@pytest.mark.parametrize("form", ["PI()", "PJ()", "PK()", "PE()", "PD()", "QJ()", "QE()"])
@pytest.mark.parametrize("header", [(), (("TSCAL2", 0.5), ("TZERO2", 3.0))])
def test_the_heap_at_once_equals_row_by_row(form, header, monkeypatch):
    table = open_fits(opened(form, header=header))[0]
    assert table.stored("A") is not None
    quick = ragged(table, "A")
    monkeypatch.setattr(ragged_columns, "_from_heap", lambda *_: None)
    slow = ragged(table, "A")
    scale, zero = (0.5, 3.0) if header else (1.0, 0.0)
    assert quick.values.tolist() == slow.values.tolist() == [scale * v + zero for row in ROWS for v in row]
    assert quick.lengths.tolist() == slow.lengths.tolist() == [3, 0, 1, 2, 4]
    assert quick.owner.tolist() == [0, 0, 0, 2, 3, 3, 4, 4, 4, 4] and quick.within[-4:].tolist() == [0, 1, 2, 3]


def test_rows_may_lie_in_the_heap_in_any_order():
    file = opened("PJ()")
    content = bytearray(file.getvalue())
    begin = content.find(b"END" + b" " * 77, 2880) // 2880 * 2880 + 2880  # the table itself
    width = 6 + 8  # three short numbers, and length and place of the row
    first = np.frombuffer(content, ">i4", 2, begin + 6).copy()
    fourth = np.frombuffer(content, ">i4", 2, begin + 3 * width + 6).copy()
    content[begin + 6 : begin + 14] = fourth.tobytes()
    content[begin + 3 * width + 6 : begin + 3 * width + 14] = first.tobytes()
    table = open_fits(io.BytesIO(bytes(content)))[0]
    assert ragged(table, "A").values.tolist() == [4, 5, 7, 1, 2, 3, 9, 8, 7, 6]


def test_missing_values_are_read_row_by_row_and_refused_by_their_row():
    table = open_fits(opened("PJ()", header=(("TNULL2", 5),)))[0]
    assert table.stored("A") is None
    with pytest.raises(DataError, match=r"column A row 4 holds unusable values"):
        ragged(table, "A")


def test_fractions_are_refused_by_their_row():
    table = open_fits(opened("PE()", rows=[[1.0], [2.0, 2.5]]))[0]
    assert ragged(table, "A").values.tolist() == [1.0, 2.0, 2.5]
    with pytest.raises(DataError, match=r"column A row 2 must be whole numbers; got 2.5"):
        ragged(table, "A", whole=True)
