"""Numbers as they are stored: scaled, unsigned and missing values are right in every row, of any length."""

import numpy as np
import pytest
from astropy.io import fits
from data_files import COUNTS, N, dense, ebounds_hdu, matrix_hdu, pha_hdu, save

from spec_lab._base import SpecLabWarning
from spec_lab.data import Response, Source


def stored(name, scale, zero, form):
    """The good matrix with one column of variable length stored as raw integers of value = zero + scale * raw."""
    good = matrix_hdu()
    raw = np.empty(len(good.data), dtype=object)
    for i, row in enumerate(good.data[name]):
        raw[i] = np.rint((np.asarray(row, float) - zero) / scale).astype(np.int32 if "J" in form else np.int16)
    columns = [fits.Column(name=name, format=form, array=raw) if c.name == name else c for c in good.columns]
    made = fits.BinTableHDU.from_columns(columns, header=good.header)
    index = good.columns.names.index(name) + 1
    made.header[f"TSCAL{index}"], made.header[f"TZERO{index}"] = scale, zero
    return made


@pytest.mark.parametrize("letter", "PQ")
@pytest.mark.parametrize(
    ("name", "scale", "zero", "kind"),
    [("MATRIX", 0.5, 0.0, "J"), ("MATRIX", 0.25, -3.0, "I"), ("F_CHAN", 1, 32768, "I"), ("N_CHAN", 1, 32768, "I")],
)
def test_scaled_columns_of_variable_length(tmp_path, name, scale, zero, kind, letter):
    path = save(tmp_path / "a.rsp", stored(name, scale, zero, f"{letter}{kind}()"), ebounds_hdu())
    assert np.allclose(Response.from_file(path).matrix, dense())


@pytest.mark.parametrize(("form", "scale", "zero"), [("J", 1, 0), ("I", 1, 32768), ("J", 0.5, 2)])
def test_counts_that_are_missing_are_no_counts(tmp_path, form, scale, zero):
    raw = ((COUNTS - zero) / scale).astype(int)
    raw[[2, 5]] = -99
    hdu = pha_hdu(raw, form=form)
    hdu.header["TNULL2"] = -99
    if (scale, zero) != (1, 0):
        hdu.header["TSCAL2"], hdu.header["TZERO2"] = scale, zero
    with pytest.warns(SpecLabWarning, match=r"2 good channels with NaN .*\(channel 3, 6\); flagged bad"):
        src = Source.from_file(save(tmp_path / "a.pha", hdu))
    assert np.flatnonzero(~src.good).tolist() == [2, 5]
    assert src.counts[src.good].tolist() == np.delete(COUNTS, [2, 5]).tolist() and src.poisson


def test_flags_that_are_missing_are_bad_and_no_group(tmp_path):
    quality, grouping = np.zeros(N, dtype=int), np.where(np.arange(N) % 2, -1, 1)
    quality[3] = grouping[6] = -99
    hdu = pha_hdu(columns=[("QUALITY", "I", quality), ("GROUPING", "I", grouping)])
    for name in ("QUALITY", "GROUPING"):
        hdu.header[f"TNULL{hdu.columns.names.index(name) + 1}"] = -99
    with pytest.warns(SpecLabWarning) as said:
        src = Source.from_file(save(tmp_path / "a.pha", hdu))
    text = " ".join(str(w.message) for w in said)
    assert text.count("1 channel without a QUALITY flag (TNULL); flagged bad") == 1
    assert text.count("1 channel without a GROUPING flag (TNULL); in no group, each by itself") == 1
    assert np.flatnonzero(~src.good).tolist() == [3] and src.grouping[6] == 0
    assert np.delete(src.grouping, 6).tolist() == np.delete(grouping, 6).tolist()


def test_a_null_that_does_not_occur_changes_nothing(tmp_path):
    hdu = pha_hdu()
    hdu.header["TNULL2"] = -1
    assert Source.from_file(save(tmp_path / "a.pha", hdu)).counts.tolist() == COUNTS.tolist()
    assert COUNTS.size == N
