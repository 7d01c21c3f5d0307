"""OGIP spectra: every quantity as column, keyword or nothing; type I and II; contradictions said once."""

import gzip
import io
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from data_files import COUNTS, N, pha, pha_hdu, save, table

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Background, Source


def test_a_plain_file_reads_whole(tmp_path):
    src = Source.from_file(pha(tmp_path / "a.pha"))
    assert src.counts.tolist() == COUNTS.tolist()
    assert (src.exposure, float(src.backscale), float(src.areascale), src.poisson) == (100.0, 1.0, 1.0, True)
    assert src.stat_errors == pytest.approx(np.sqrt(COUNTS))
    assert src.good.all() and src.grouping.tolist() == [1] * N and src.channels.tolist() == list(range(1, N + 1))


@pytest.mark.parametrize("kind", ["str", "path", "bytesio", "open file", "gz"])
def test_every_kind_of_file_argument(tmp_path, kind):
    path = pha(tmp_path / "a.pha")
    (tmp_path / "a.pha.gz").write_bytes(gzip.compress(path.read_bytes()))
    with path.open("rb") as stream:
        given = {"str": str(path), "path": Path(path), "bytesio": io.BytesIO(path.read_bytes()), "open file": stream,
                 "gz": tmp_path / "a.pha.gz"}[kind]  # fmt: skip
        assert Source.from_file(given).counts.tolist() == COUNTS.tolist()
        if kind in ("bytesio", "open file"):
            assert given.tell() == 0
            assert Source.from_file(given).counts.tolist() == COUNTS.tolist()


@pytest.mark.parametrize("name", ["QUALITY", "GROUPING"])
def test_flags_as_column_or_keyword(tmp_path, name):
    values = np.array([0, 0, 2, 0, 5, 0, 1, 0]) if name == "QUALITY" else np.array([1, -1, -1, 1, 1, -1, 1, 1])
    column = Source.from_file(pha(tmp_path / "a.pha", columns=[(name, "I", values)]))
    assert getattr(column, name.lower()).tolist() == values.tolist()
    keyword = Source.from_file(pha(tmp_path / "b.pha", header={name: 0}))
    assert getattr(keyword, name.lower()).tolist() == [0 if name == "QUALITY" else 1] * N
    if name == "QUALITY":
        assert not Source.from_file(pha(tmp_path / "c.pha", header={name: 5})).good.any()


@pytest.mark.parametrize(
    ("key", "field"), [("BACKSCAL", "backscale"), ("AREASCAL", "areascale"), ("SYS_ERR", "systematic")]
)
def test_scales_as_column_keyword_or_nothing(tmp_path, key, field):
    values = np.linspace(0.1, 0.8, N)
    vector = Source.from_file(pha(tmp_path / "a.pha", columns=[(key, "D", values)], header={key: None}))
    assert getattr(vector, field) == pytest.approx(values)
    constant = Source.from_file(pha(tmp_path / "b.pha", columns=[(key, "D", np.full(N, 0.25))], header={key: None}))
    assert getattr(constant, field) == 0.25
    assert getattr(Source.from_file(pha(tmp_path / "c.pha", header={key: "0.5"})), field) == 0.5
    path = pha(tmp_path / "d.pha", header={key: None})
    said = pytest.warns(SpecLabWarning, match="no BACKSCAL; taken as 1") if key == "BACKSCAL" else nullcontext()
    with said:
        absent = Source.from_file(path)
    assert getattr(absent, field) == (0.0 if key == "SYS_ERR" else 1.0)


def test_systematic_errors_are_added_in_quadrature(tmp_path):
    src = Source.from_file(pha(tmp_path / "a.pha", header={"SYS_ERR": 0.1}))
    assert src.total_errors == pytest.approx(np.sqrt(COUNTS + (0.1 * COUNTS) ** 2))


def test_rate_becomes_whole_counts(tmp_path):
    rate = (COUNTS / 100.0).astype(np.float32)
    src = Source.from_file(pha(tmp_path / "a.pha", rate, column="RATE", form="E"))
    assert src.counts.tolist() == COUNTS.tolist() and src.poisson
    net = pha(
        tmp_path / "b.pha",
        rate + 0.003,
        [("STAT_ERR", "E", np.full(N, 0.02))],
        {"POISSERR": False},
        column="RATE",
        form="E",
    )
    bkg = Background.from_file(net)
    assert (
        bkg.counts == pytest.approx(COUNTS + 0.3, rel=1e-5)
        and bkg.stat_errors == pytest.approx(2.0)
        and not bkg.poisson
    )


def test_poisserr_false_on_integer_counts_is_said_once(tmp_path):
    path = pha(tmp_path / "a.pha", header={"POISSERR": False})
    with pytest.warns(
        SpecLabWarning, match=r"a\.pha\[SPECTRUM\]: POISSERR = F on integer counts; read as Poisson"
    ) as said:
        src = Source.from_file(path)
    assert len(said) == 1 and "poisson=True" in str(said[0].message)
    assert said[0].filename == __file__  # the warning points at the user's line, not into spec_lab
    assert src.poisson
    assert Source.from_file(path, poisson=True).poisson  # the override that the warning names is silent
    assert not Source.from_file(path, poisson=False).poisson


def test_stat_err_on_integer_counts(tmp_path):
    gehrels = 1 + np.sqrt(COUNTS + 0.75)
    columns = [("STAT_ERR", "D", gehrels)]
    with pytest.warns(SpecLabWarning, match="STAT_ERR is ignored"):
        assert Source.from_file(pha(tmp_path / "a.pha", columns=columns)).stat_errors == pytest.approx(np.sqrt(COUNTS))
    with pytest.warns(SpecLabWarning, match="errors are STAT_ERR"):
        absent = Source.from_file(pha(tmp_path / "b.pha", columns=columns, header={"POISSERR": None}))
    assert absent.stat_errors == pytest.approx(gehrels)
    assert Source.from_file(tmp_path / "a.pha", poisson=False).stat_errors == pytest.approx(gehrels)
    same = Source.from_file(pha(tmp_path / "c.pha", columns=[("STAT_ERR", "D", np.sqrt(COUNTS))]))
    assert same.stat_errors == pytest.approx(np.sqrt(COUNTS))


def test_poisserr_true_on_fractions_is_said(tmp_path):
    with pytest.warns(SpecLabWarning, match="not whole numbers"):
        assert not Source.from_file(pha(tmp_path / "a.pha", COUNTS + 0.25, form="D")).poisson


def test_nan_in_a_bad_channel_is_harmless_and_in_a_good_one_is_said(tmp_path):
    counts = np.where(np.arange(N) == 3, np.nan, COUNTS)
    quality = np.where(np.arange(N) == 3, 2, 0)
    silent = Background.from_file(pha(tmp_path / "a.pha", counts, [("QUALITY", "I", quality)], form="D"))
    assert silent.good.sum() == N - 1
    with pytest.warns(SpecLabWarning, match=r"channel 4\) ?; flagged bad|channel 4"):
        spoken = Background.from_file(pha(tmp_path / "b.pha", counts, form="D"))
    assert spoken.good.tolist() == silent.good.tolist()


def type_two(path):
    rows = np.stack([COUNTS, COUNTS + 1, COUNTS + 2])
    columns = [
        ("CHANNEL", f"{N}J", np.tile(1 + np.arange(N), (3, 1))), ("COUNTS", f"{N}J", rows),
        ("EXPOSURE", "D", [10.0, 20.0, 30.0]),
        ("BACKSCAL", "D", [1.0, 2.0, 3.0]), ("QUALITY", f"{N}I", np.zeros((3, N))),
        ("BACKFILE", "20A", ["none", "x.bak", "y.bak"]),
    ]  # fmt: skip
    header = {"POISSERR": True, "DETCHANS": N, "HDUCLAS1": "SPECTRUM", "HDUCLAS4": "TYPE:II", "AREASCAL": 0.5}
    return save(path, table(columns, header, "SPECTRUM"))


def test_type_two_rows(tmp_path):
    path = type_two(tmp_path / "ii.pha")
    third = Source.from_file(f"{path}{{3}}")
    assert third.counts.tolist() == (COUNTS + 2).tolist()
    assert (third.exposure, float(third.backscale), float(third.areascale)) == (30.0, 3.0, 0.5)
    assert third.name == "ii.pha{3}" and dict(third.links)["BACKFILE"] == "y.bak"
    assert Source.from_file(path, 2) == third  # a row is counted from 0, braces from 1
    with pytest.raises(DataError, match=r"holds 3 spectra.*ii\.pha\{1\}"):
        Source.from_file(path)
    for wrong in (f"{path}{{4}}", f"{path}{{0}}", f"{path}{{x}}"):
        with pytest.raises(DataError, match=r"no such spectrum|must be a number"):
            Source.from_file(wrong)
    with pytest.raises(DataError, match="no such spectrum; got 7"):
        Source.from_file(path, 7)


def test_source_and_background_in_one_file(tmp_path):
    both = save(tmp_path / "both.pha", pha_hdu(), pha_hdu(COUNTS * 2, header={"HDUCLAS2": "BKG"}))
    src = Source.from_file(both)
    assert src.counts.tolist() == COUNTS.tolist() and dict(src.links) == {"BACKFILE": "both.pha{2}"}
    assert Background.from_file(f"{both}{{2}}").counts.tolist() == (COUNTS * 2).tolist()


def test_channels_without_a_column_start_at_tlmin(tmp_path):
    assert Source.from_file(pha(tmp_path / "a.pha", channel=False)).channels[0] == 1
    assert Source.from_file(pha(tmp_path / "b.pha", channel=False, header={"TLMIN1": "0"})).channels[0] == 0


def test_the_hdu_may_be_known_by_its_class_only(tmp_path):
    assert Source.from_file(pha(tmp_path / "a.pha", name="RATE_TABLE")).counts.tolist() == COUNTS.tolist()


def test_a_wrong_checksum_is_said(tmp_path):
    from astropy.io import fits

    path = tmp_path / "a.pha"
    fits.HDUList([fits.PrimaryHDU(), pha_hdu()]).writeto(path, checksum=True)
    assert Source.from_file(path).counts[0] == 3
    content = bytearray(path.read_bytes())
    place = content.rindex(int(COUNTS[3]).to_bytes(4, "big"))
    content[place + 3] = 77
    path.write_bytes(content)
    with pytest.warns(SpecLabWarning, match="CHECKSUM"):
        Source.from_file(path)


def test_spectra_made_by_hand_are_checked():
    assert Source([1, 2, 3]).stat_errors == pytest.approx(np.sqrt([1, 2, 3]))
    cases = [
        ({"counts": [1, 2], "errors": [1]}, "errors"), ({"counts": [[1]]}, "counts"), ({"counts": []}, "counts"),
        ({"counts": ["a"]}, "numbers"), ({"counts": [1], "exposure": -1}, "exposure"),
        ({"counts": [1], "exposure": "x"}, "exposure"),
        ({"counts": [1], "exposure": np.nan}, "exposure"), ({"counts": [-1]}, "negative"),
        ({"counts": [1], "backscale": 0}, "backscale"),
        ({"counts": [1], "errors": [-1.0]}, "errors are negative"), ({"counts": [1], "grouping": [3]}, "grouping"),
        ({"counts": [1], "quality": [0.5]}, "whole"), ({"counts": [1, 2], "channels": [2, 1]}, "increase"),
        ({"counts": [1], "systematic": -0.1}, "systematic"),
    ]  # fmt: skip
    for given, word in cases:
        with pytest.raises(DataError, match=word):
            Source(**given)


def test_replace_set_zero_and_state(tmp_path):
    src = Source.from_file(pha(tmp_path / "a.pha"))
    assert src.set_zero().counts.sum() == 0 and src.counts.sum() == COUNTS.sum()
    assert src.replace(exposure=5.0).exposure == 5.0
    doubled = src.replace(counts=4 * src.counts)
    assert doubled.stat_errors == pytest.approx(2 * src.stat_errors)  # errors follow the counts
    assert Source.from_state_dict(src.to_state_dict()) == src
