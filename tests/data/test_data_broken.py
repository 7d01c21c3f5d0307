"""Files broken by hand and by chance: a `DataError` that says where, never a bare traceback, never a silent number."""

import io
import warnings

import numpy as np
import pytest
from astropy.io import fits
from data_files import COUNTS, EDGES, N, arf, dense, ebounds_hdu, matrix_hdu, pha, pha_hdu, ragged, rsp, save, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Background, DataUnit, Redistribution, Response, Source


def strings(name, n=N):
    return (name, "8A", np.array(["abc"] * n))


BROKEN_SPECTRA = {
    "no exposure": (dict(header={"EXPOSURE": None}), "has no EXPOSURE"),
    "negative exposure": (dict(header={"EXPOSURE": -5.0}), "EXPOSURE must be positive"),
    "zero exposure": (dict(header={"EXPOSURE": 0.0}), "EXPOSURE must be positive"),
    "exposure is a word": (dict(header={"EXPOSURE": "long"}), "EXPOSURE is not a number; got 'long'"),
    "exposure differs by channel": (dict(columns=[("EXPOSURE", "D", np.arange(N) + 1.0)]), "EXPOSURE must hold one value"),
    "no counts": (dict(counts=COUNTS, column="EVENTS"), "neither a COUNTS nor a RATE"),
    "counts are words": (dict(counts=["x"] * N, form="4A"), r"\[SPECTRUM\] column COUNTS must be numbers"),
    "negative counts": (dict(counts=-COUNTS, header={"POISSERR": True}), None),
    "zero backscal": (dict(header={"BACKSCAL": 0.0}), r"\[SPECTRUM\] BACKSCAL must be positive"),
    "negative areascal": (dict(header={"AREASCAL": -1.0}), r"\[SPECTRUM\] AREASCAL must be positive"),
    "words in quality": (dict(columns=[strings("QUALITY")]), "column QUALITY must be numbers"),
    "words in stat_err": (dict(columns=[strings("STAT_ERR")]), "column STAT_ERR must be numbers"),
    "fractions in grouping": (dict(columns=[("GROUPING", "D", np.full(N, 0.5))]), "GROUPING must be whole"),
    "unknown grouping": (dict(columns=[("GROUPING", "I", np.full(N, 7))]), r"\[SPECTRUM\] a GROUPING flag"),
    "channels fall": (dict(channel=False, columns=[("CHANNEL", "J", np.arange(N)[::-1])]), "must increase"),
    "channels repeat": (dict(channel=False, columns=[("CHANNEL", "J", np.ones(N))]), "must increase"),
    "channels are NaN": (dict(channel=False, columns=[("CHANNEL", "D", np.full(N, np.nan))]), "CHANNEL must be whole"),
    "another extension": (dict(name="EVENTS", header={"HDUCLAS1": "EVENTS"}), r"no SPECTRUM extension.*EVENTS"),
    "empty table": (dict(counts=np.zeros(0)), "is empty"),
    "detchans is a word": (dict(header={"DETCHANS": "many"}), "DETCHANS"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_SPECTRA)
def test_broken_spectra(tmp_path, case):
    made, words = BROKEN_SPECTRA[case]
    path = pha(tmp_path / "bad.pha", **made)
    if case == "negative counts":
        with pytest.warns(SpecLabWarning, match="not whole"):
            assert not Source.from_file(path).poisson
        return
    with pytest.raises(DataError, match=words) as caught:
        Source.from_file(path)
    assert "bad.pha" in str(caught.value)


def columns_of(**changes):
    return {name: (name, form, values) for name, (form, values) in changes.items()}


BROKEN_MATRICES = {
    "n_grp too large": (dict(columns=columns_of(N_GRP=("I", np.full(10, 5)))), "N_GRP does not fit"),
    "n_grp negative": (dict(columns=columns_of(N_GRP=("I", np.full(10, -1)))), "N_GRP does not fit"),
    "matrix too short": (dict(columns=columns_of(MATRIX=("PD()", ragged([[1.0]] * 10, float)))), "MATRIX does not fit"),
    "matrix too long": (dict(columns=columns_of(MATRIX=("PD()", ragged([[1.0] * 9] * 10, float)))), "MATRIX does not fit"),
    "matrix is NaN": (dict(matrix=dense() * np.nan), "MATRIX"),
    "matrix of words": (dict(columns={"MATRIX": strings("MATRIX", 10)}), "column MATRIX row 1 must be numbers"),
    "energies of words": (dict(columns={"ENERG_LO": strings("ENERG_LO", 10)}), "column ENERG_LO must be numbers"),
    "no n_chan": (dict(columns=columns_of(N_CHAN=("I", np.zeros(10)))), "N_GRP does not fit|MATRIX does not fit"),
    "fractions in f_chan": (dict(columns=columns_of(F_CHAN=("D", np.full(10, 0.5)))), "F_CHAN row 1"),
    "tlmin is a word": (dict(header={"TLMIN4": "one"}), "TLMIN4"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_MATRICES)
def test_broken_matrices(tmp_path, case):
    made, words = BROKEN_MATRICES[case]
    with pytest.raises(DataError, match=words) as caught:
        Response.from_file(save(tmp_path / "bad.rmf", matrix_hdu(**made), ebounds_hdu()))
    assert "bad.rmf" in str(caught.value)


def test_broken_channel_edges(tmp_path):
    for edges, words in ((EDGES * 0 + 1, "without width"), (EDGES * np.nan, "not finite")):
        with pytest.raises(DataError, match=rf"bad\.rmf\[EBOUNDS\] columns E_MIN, E_MAX.*{words}"):
            Response.from_file(rsp(tmp_path / "bad.rmf", channel_edges=edges))
    with pytest.raises(DataError, match="no EBOUNDS"):
        Response.from_file(save(tmp_path / "bad.rmf", matrix_hdu()))
    gap = ebounds_hdu()
    gap.data["CHANNEL"][3:] += 1
    with pytest.raises(DataError, match="without gaps"):
        Response.from_file(save(tmp_path / "bad.rmf", matrix_hdu(), gap))


def test_files_of_another_kind(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("this is not a spectrum\n1 2 3\n")
    binary = tmp_path / "a.bin"
    binary.write_bytes(bytes(range(100)))
    empty = tmp_path / "empty.pha"
    empty.write_bytes(b"")
    image = tmp_path / "image.fits"
    fits.PrimaryHDU(np.zeros((3, 3))).writeto(image)
    zipped = tmp_path / "a.pha.gz"
    zipped.write_bytes(b"\x1f\x8bthis is no gzip stream")
    for path in (text, binary, empty, image, zipped, tmp_path / "missing.pha", tmp_path, rsp(tmp_path / "a.rsp")):
        with pytest.raises(DataError) as caught:
            Source.from_file(path)
        assert path.name in str(caught.value)
    for path in (text, empty, image, pha(tmp_path / "a.pha"), tmp_path / "missing.rmf"):
        for kind in (Response, Redistribution, Auxiliary):
            with pytest.raises(DataError, match=path.name):
                kind.from_file(path)
    with pytest.raises(DataError, match="SPECRESP"):
        Auxiliary.from_file(tmp_path / "a.rsp")
    for wrong in (3, None, object(), ["a.pha"], io.StringIO("x")):
        with pytest.raises(DataError):
            Source.from_file(wrong)


def test_truncated_files_are_refused(tmp_path):
    readers = {pha(tmp_path / "a.pha"): Source, rsp(tmp_path / "a.rsp"): Response, arf(tmp_path / "a.arf"): Auxiliary}
    for path, kind in readers.items():
        whole = path.read_bytes()
        for length in range(0, len(whole) - 2880, 1440):
            path.write_bytes(whole[:length])
            with pytest.raises(DataError, match=path.name):
                kind.from_file(path)


def test_units_of_parts_that_do_not_belong_together(tmp_path):
    src, response = pha(tmp_path / "a.pha"), rsp(tmp_path / "a.rsp")
    short = pha(tmp_path / "short.pha", COUNTS[:5], header={"DETCHANS": 5})
    with pytest.raises(DataError, match=r"'short\.pha' and response 'a\.rsp' have different channels; got '5 and 8'"):
        DataUnit(short, rsp=response)
    with pytest.raises(DataError, match=r"different channels|does not belong"):
        DataUnit(src, short, rsp=response)
    with pytest.raises(DataError, match="has no response"):
        DataUnit(src)
    with pytest.raises(DataError, match="an arf alone"):
        DataUnit(src, arf=arf(tmp_path / "a.arf"))
    with pytest.raises(DataError, match="not both"):
        DataUnit(src, rsp=response, rmf=response)
    with pytest.raises(DataError, match="needs a source"):
        DataUnit(None, rsp=response)
    for slot in ("bkg", "rmf", "arf", "rsp"):
        with pytest.raises(DataError, match=slot):
            DataUnit(src, **{"rsp": response, slot: 3.5})


def test_channel_numbers_off_by_one_are_said(tmp_path):
    shifted = pha(tmp_path / "a.pha", channel=False, columns=[("CHANNEL", "J", np.arange(N))])
    with pytest.warns(SpecLabWarning, match=r"channels 0 to 7, while response 'a\.rsp' counts from 1; taken in order"):
        unit = DataUnit(shifted, rsp=rsp(tmp_path / "a.rsp"))
    assert unit.channels().S.tolist() == COUNTS.tolist()


def test_a_spectrum_may_leave_channels_out(tmp_path):
    kept = np.array([2, 3, 5])
    part = save(tmp_path / "part.pha", table(
        [("CHANNEL", "J", kept + 1), ("COUNTS", "J", COUNTS[kept])],
        {"EXPOSURE": 1.0, "BACKSCAL": 1.0, "POISSERR": True, "DETCHANS": N}, "SPECTRUM"))  # fmt: skip
    unit = DataUnit(part, rsp=rsp(tmp_path / "a.rsp"))
    assert unit.channels().S.tolist() == COUNTS[kept].tolist() and unit.channels().first.tolist() == kept.tolist()


def usable(value):
    """Nothing that leaves a reader may hold a number nobody can use."""
    if isinstance(value, Response):
        return np.isfinite(value.matrix).all() and np.all(value.ehi > value.elo) and np.all(value.emax > value.emin)
    if isinstance(value, Auxiliary):
        return np.isfinite(value.area).all() and np.all(value.area >= 0)
    good = value.good
    return value.exposure > 0 and np.isfinite(value.counts[good]).all() and np.all(value.stat_errors[good] >= 0)


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    made = {
        Source: pha(folder / "a.pha", columns=[("QUALITY", "I", np.zeros(N)), ("STAT_ERR", "D", np.sqrt(COUNTS))]),
        Background: save(folder / "b.pha", pha_hdu(COUNTS + 0.5, [("STAT_ERR", "D", np.ones(N))], {"POISSERR": False}, form="D")),
        Response: rsp(folder / "a.rsp"), Auxiliary: arf(folder / "a.arf"),
    }  # fmt: skip
    return {kind: path.read_bytes() for kind, path in made.items()}


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(st.data())
def test_damage_by_chance(originals, data):
    kind = data.draw(st.sampled_from(list(originals)))
    content = bytearray(originals[kind])
    # Headers sit at the front and tables right after: most flips should hit something that matters.
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", SpecLabWarning)
        try:
            read = kind.from_file(io.BytesIO(bytes(content)))
        except DataError:
            return
    assert usable(read)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.data())
def test_damage_to_headers_by_chance(originals, data):
    """Whole cards exchanged, doubled or overwritten: what a careless header editor does."""
    kind = data.draw(st.sampled_from(list(originals)))
    content = bytearray(originals[kind])
    cards = [
        i for i in range(0, len(content) - 80, 80) if content[i : i + 8].strip().isalnum() and content[i + 8] == 61
    ]
    a, b = data.draw(st.sampled_from(cards)), data.draw(st.sampled_from(cards))
    values = [
        b"= 'abc     '",
        b"=                   -1",
        b"=                  1E9",
        b"=                  NaN",
        b"=                    T",
    ]
    if data.draw(st.booleans()):
        content[a : a + 80] = content[b : b + 80]
    else:
        content[a + 8 : a + 80] = data.draw(st.sampled_from(values)).ljust(72)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", SpecLabWarning)
        try:
            read = kind.from_file(io.BytesIO(bytes(content)))
        except DataError:
            return
    assert usable(read)
