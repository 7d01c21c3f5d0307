"""Table-model files: what is read, and what is said about files that hold something else."""

import gzip
import os
import time

import numpy as np
import pytest
from astropy.io import fits
from table_file import write_table

from spec_lab._base import ModelError
from spec_lab.models import Grid, atable, mtable, pl, tabulated


@pytest.fixture
def spoiled(tmp_path):
    """A table model with one thing changed: a function of the opened file."""

    def make(change, additive=True):
        write_table(tmp_path / "good.fits", additive)
        with fits.open(tmp_path / "good.fits") as hdus:
            change(hdus)
            hdus.writeto(tmp_path / "bad.fits")
        return tmp_path / "bad.fits"

    return make


def without(name, column):
    def change(hdus):
        columns = fits.ColDefs([c for c in hdus[name].columns if c.name != column])
        hdus[name] = fits.BinTableHDU.from_columns(columns, header=hdus[name].header)

    return change


def put(name, column, where, value):
    def change(hdus):
        hdus[name].data[column][where] = value

    return change


WRONG = [
    (lambda h: h.pop("SPECTRA"), "it has no HDU SPECTRA; got 'PRIMARY, PARAMETERS, ENERGIES'"),
    (without("SPECTRA", "INTPSPEC"), r"bad.fits \[SPECTRA\] has no column INTPSPEC; allowed: PARAMVAL"),
    (without("PARAMETERS", "NUMBVALS"), r"\[PARAMETERS\] has no column NUMBVALS"),
    (lambda h: h["PARAMETERS"].header.remove("NINTPARM"), "no keyword NINTPARM"),
    (put("SPECTRA", "INTPSPEC", (3, 4), np.nan), "INTPSPEC: row 4 holds values that are not finite"),
    (put("SPECTRA", "PARAMVAL", (0, 0), 0.5), "does not cover the grid of parameters; got '7 of 8 points'"),
    (put("PARAMETERS", "VALUE", 0, [4, 2, 1, 0.5]), "column VALUE: those of 'kT' must ascend"),
    (put("PARAMETERS", "METHOD", 1, 1), "METHOD: 'Abund' is to be interpolated in its logarithm; got 0.0"),
    (put("ENERGIES", "ENERG_LO", 5, 0.9), "must ascend without gaps"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_a_file_that_is_wrong(spoiled, change, words):
    with pytest.raises(ModelError, match=words):
        atable(spoiled(change))


def card(key, value):
    """One card of the first extension says something else."""

    def change(content):
        at = content.index(f"{key:<8}=".encode(), content.index(b"XTENSION"))
        return content[:at] + f"{key:<8}= {value:>20}".ljust(80).encode() + content[at + 80 :]

    return change


DAMAGED = [
    card("TFIELDS", "999999999999"), card("NAXIS2", "NaN"), card("PCOUNT", "'x'"), card("TTYPE1", "7"), card("TFORM2", "-1.5"),
    card("TFORM8", "'1PJ(9)'"), card("XTENSION", "'IMAGE   '"), card("NINTPARM", "'two'"), lambda b: b[: len(b) // 2],
    lambda b: b.replace(b"ADDMODEL=", b"ADDMODEL= (((((((((((", 1)[: len(b)],
    lambda b: b"",
    lambda b: gzip.compress(b)[:-200], lambda b: gzip.compress(b + b"\0" * 300_000_000),
]  # fmt: skip


@pytest.mark.parametrize("change", DAMAGED)
def test_a_damaged_file_is_refused_with_a_sentence_soon(tmp_path, change):
    path = tmp_path / "bad.fits"
    write_table(path, True)
    path.write_bytes(change(path.read_bytes()))
    began = time.process_time()
    with pytest.raises(ModelError, match=r"bad\.fits"):
        atable(path)
    assert time.process_time() - began < 2


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.fits")
    with pytest.raises(ModelError, match="is not an OGIP table model"):
        atable(tmp_path / "pipe.fits")


@pytest.mark.parametrize("path", [3, "no/such/file.fits", "."])
def test_what_is_no_file(path):
    with pytest.raises(ModelError, match=r"read from a file|is not an OGIP table model"):
        atable(path)


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("1st", "nH (22)", "class"), ["p_1st", "nH__22_", "p_class"]),
        (("photons", "logA", "name"), ["photons_", "logA_", "name_"]),
        (("kT", "kT", ""), ["kT", "kT_", "par_"]),  # `par` is what a model calls its parameters
    ],
)
def test_names_become_names_that_python_takes(spoiled, titles, names):
    def change(hdus):
        hdus["PARAMETERS"].data["NAME"][:] = titles

    model = atable(spoiled(change))()
    assert [p.name for p in model.parameters] == [*names, "logA"]
    assert float(model.photons(model.theta, Grid.make([1.0], [2.0]))[0]) > 0


def test_a_start_outside_the_table_is_moved_to_its_end(spoiled):
    assert atable(spoiled(put("PARAMETERS", "INITIAL", 0, 99.0)))().theta[0] == 4.0


def test_factors_have_a_redshift(tmp_path):
    write_table(tmp_path / "toy.fits", additive=False)
    toy = mtable(tmp_path / "toy.fits")
    E = np.array([0.7, 1.5, 4.0])
    near, far = (toy(redshift=z) * pl(alpha=0.0) for z in (0.0, 1.0))
    np.testing.assert_allclose(far.evaluate(E), near.evaluate(2 * E), rtol=1e-12)
    with pytest.raises(ModelError, match="cannot call a parameter 'photons'"):
        tabulated("mine", [1.0, 2.0], [[1.0]], photons=[1.0])
