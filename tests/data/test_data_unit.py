"""Units: what a fit sees, which files are followed, what a changed filter costs, and what is refused."""

import io
import pickle
import shutil

import numpy as np
import pytest
from data_files import COUNTS, EDGES, N, arf, dense, pha, pha_hdu, rsp, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Background, Data, DataUnit, Redistribution, Response, Source
from spec_lab.data.notice import notice_windows


def unit(counts=COUNTS, bkg=True, **choices):
    response = Response(EDGES[:-1], EDGES[1:], EDGES[:-1], EDGES[1:], dense(N))
    background = Background(np.full(len(counts), 4.0), exposure=200.0) if bkg is True else bkg
    return DataUnit(Source(counts, exposure=100.0), background, rsp=response, **choices)


def test_channels_hold_what_a_fit_takes():
    seen = unit(notc=[2.0, 7.0]).channels()
    assert seen.S.tolist() == COUNTS[1:6].tolist() and seen.B.tolist() == [4.0] * 5
    assert seen.emin == pytest.approx(EDGES[1:6]) and seen.emax == pytest.approx(EDGES[2:7])
    assert seen.ts == pytest.approx(100.0) and seen.tb == pytest.approx(200.0) and seen.has_background
    assert np.array_equal(seen.matrix, dense(N)[:, 1:6].T) and seen.matrix.flags.c_contiguous
    assert seen.sigma_S == pytest.approx(np.sqrt(seen.S)) and seen.sigma_B == pytest.approx(2.0)
    assert (seen.first.tolist(), seen.last.tolist(), seen.used.all()) == (list(range(1, 6)), list(range(1, 6)), True)


def test_without_a_background():
    seen = unit(bkg=None).channels()
    assert not seen.has_background and not seen.B.any() and not seen.sigma_B.any()
    assert np.array_equal(seen.ts, seen.tb)


def test_results_are_cached_and_a_changed_filter_shares_the_arrays(monkeypatch, tmp_path):
    whole = DataUnit(pha(tmp_path / "a.pha"), rsp=rsp(tmp_path / "a.rsp"))
    shutil.rmtree(tmp_path)
    assert whole.channels() is whole.channels()
    narrow = whole.replace(notc=[2, 5])  # the files are gone: nothing is read again
    assert narrow.src is whole.src and narrow.response is whole.response
    assert (whole.channels().size, narrow.channels().size) == (N, 3)


def test_inside_and_overlap():
    assert unit(notc=[2.5, 6.5]).channels().size == 3
    assert unit(notc=[2.5, 6.5], notc_mode="overlap").channels().size == 5
    assert unit(notc=[2.0, 6.0], notc_mode="overlap").channels().size == 4  # touching means more than a common edge
    grouped = {"src": Source(COUNTS, exposure=100.0, grouping=[1, -1, -1, 1, -1, 1, 1, -1])}
    base = unit().replace(**grouped)
    assert base.replace(notc=[2.0, 9.0]).channels().first.tolist() == [3, 5, 6]  # a cut group is dropped whole
    assert base.replace(notc=[2.0, 9.0], notc_mode="overlap").channels().first.tolist() == [0, 3, 5, 6]


def test_all_channels_and_max_groups():
    part = unit(notc=[[2, 4], [6, 8]])
    shown = part.all_channels()
    assert shown.size == N and shown.used.tolist() == [False, True, True, False, False, True, True, False]
    assert np.array_equal(shown.select(shown.used).S, part.channels().S)
    for grpg in (None, "none", {"min_evt": 10}, {"max_bin": 3}):
        regrouped = part.replace(grpg=grpg)
        chosen = [None, [1, 3], [[1, 3], [4, 6], [7, 9]], [[1, 2], [3, 4], [5, 6], [7, 8]]]
        assert all(regrouped.replace(notc=w).channels().size <= regrouped.max_groups for w in chosen)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, None), ([8, 900], ((8.0, 900.0),)), ((8, 900), ((8.0, 900.0),)),
     (np.array([[5, 9], [1, 3]]), ((1.0, 3.0), (5.0, 9.0))),
     ([[1, 4], [3, 6]], ((1.0, 6.0),)), ([[1, 9], [2, 3]], ((1.0, 9.0),)), ([0.5, None], ((0.5, np.inf),))],
)  # fmt: skip
def test_windows_are_brought_into_one_form(given, expected):
    assert notice_windows(given) == expected and notice_windows(notice_windows(given)) == expected


@pytest.mark.parametrize("wrong", [[9, 1], [3, 3], "all", 5, [], [1, 2, 3], [[1, 2], 3], [np.nan, 2], [["a", "b"]]])
def test_windows_that_are_none(wrong):
    with pytest.raises(DataError, match="notc"):
        notice_windows(wrong)


def test_what_is_refused():
    for wrong, word in (
        ({"stat": 3}, "stat"), ({"stat": ""}, "stat"), ({"weight": -1}, "weight"), ({"weight": "x"}, "weight"),
        ({"time": np.nan}, "time"), ({"notc_mode": "both"}, "notc_mode"), ({"scale_rule": "mine"}, "scale_rule"),
        ({"name": 3}, "name"),
        ({"grpg": {"min_evnt": 3}}, "unknown grouping key"), ({"rebn": {"mn": 3}}, "unknown grouping key"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=word):
            unit(**wrong)
    with pytest.raises(DataError, match="no good channel is noticed"):
        unit(notc=[100, 200]).channels()


def test_gaussian_statistics_refuse_groups_without_error():
    counts = np.where(np.arange(N) == 2, 0, COUNTS)
    background = Background(np.full(N, 4.0), np.zeros(N), exposure=200.0)
    for stat in ("chi2", "gstat"):
        with pytest.raises(DataError, match=r"1 noticed groups have no error for .*3-4 keV"):
            unit(counts, background, stat=stat)
        assert unit(counts, background, stat=stat, notc=[4, 9]).channels().size == 5
        assert unit(counts, background, stat=stat, grpg={"min_evt": 5}).channels().size > 0
    assert unit(counts, background, stat="pgstat").channels().size == N


def test_quality_of_source_and_background_is_obeyed_and_nan_stays_where_it_is():
    counts = np.where(np.arange(N) == 3, np.nan, COUNTS)
    src = Source(counts, exposure=100.0, quality=np.where(np.arange(N) == 3, 1, 0))
    bkg = Background(
        np.where(np.arange(N) == 5, np.nan, 4.0), np.full(N, 2.0), 200.0, quality=np.where(np.arange(N) == 5, 2, 0)
    )
    for grpg in (None, "none", {"min_evt": 5}, {"min_sigma": 1.0}, {"method": "optimal"}):
        seen = unit().replace(src=src, bkg=bkg, grpg=grpg).channels()
        assert all(
            np.isfinite(values).all() for values in (seen.S, seen.B, seen.sigma_B, seen.ts, seen.tb, seen.matrix)
        )
        covered = {i for a, b in zip(seen.first, seen.last, strict=True) for i in range(a, b + 1)}
        assert covered == set(range(N)) - {3, 5}
        assert seen.S.sum() == COUNTS.sum() - COUNTS[3] - COUNTS[5] and seen.B.sum() == 4.0 * 6
    assert src.info["Counts"] == [COUNTS.sum() - COUNTS[3]]


def linked(folder, **header):
    pha(folder / "b.bak", COUNTS // 2)
    rsp(folder / "r.rmf", header={"HDUCLAS3": "REDIST"})
    arf(folder / "a.arf")
    links = {"BACKFILE": "b.bak", "RESPFILE": "r.rmf", "ANCRFILE": "a.arf"}
    return pha(folder / "s.pha", header=links | header)


def test_header_links_are_followed_and_arguments_win(tmp_path):
    path = linked(tmp_path)
    followed = DataUnit(path)
    assert [part.name for part in (followed.bkg, followed.rmf, followed.arf)] == ["b.bak", "r.rmf", "a.arf"]
    area = Auxiliary.from_file(tmp_path / "a.arf").area
    assert np.array_equal(followed.response.matrix, dense() * area[:, None])
    own = Background(COUNTS + 1.0, exposure=7.0, name="mine")
    assert DataUnit(path, own).bkg is own
    whole = rsp(tmp_path / "whole.rsp")
    explicit = DataUnit(str(path), rsp=whole)
    assert explicit.rmf is None and explicit.arf is None and np.array_equal(explicit.response.matrix, dense())
    with pytest.warns(SpecLabWarning, match="REDIST"):
        bare = DataUnit(path, bkg="none", arf="none")
    assert bare.bkg is None and bare.rmf is None and bare.rsp.name == "r.rmf"  # without an area it is the response
    assert followed.replace(bkg=None).bkg is None  # only reading a path follows links
    assert DataUnit((path, 0)).bkg.name == "b.bak"


def test_a_link_to_nothing_is_an_error_that_says_how_to_go_without(tmp_path):
    with pytest.raises(DataError, match=r"BACKFILE of 's\.pha' names a file that is not there.*bkg='none'"):
        DataUnit(linked(tmp_path, BACKFILE="gone.bak"))


def test_links_to_gzipped_files_and_to_the_same_file(tmp_path):
    import gzip

    path = linked(tmp_path)
    zipped = tmp_path / "b.bak.gz"
    zipped.write_bytes(gzip.compress((tmp_path / "b.bak").read_bytes()))
    (tmp_path / "b.bak").unlink()
    assert DataUnit(path).bkg.counts.tolist() == (COUNTS // 2).tolist()
    both = save(tmp_path / "both.pha", pha_hdu(), pha_hdu(COUNTS * 2, header={"HDUCLAS2": "BKG"}))
    assert DataUnit(both, rsp=rsp(tmp_path / "a.rsp")).bkg.counts.tolist() == (COUNTS * 2).tolist()


def test_file_objects_have_no_folder(tmp_path):
    path = linked(tmp_path)
    with pytest.warns(SpecLabWarning, match="no folder"):
        given = DataUnit(io.BytesIO(path.read_bytes()), rsp=io.BytesIO(rsp(tmp_path / "w.rsp").read_bytes()))
    assert given.bkg is None


def test_one_warning_a_unit_and_none_for_an_edit(tmp_path):
    src = pha(tmp_path / "a.pha", header={"POISSERR": False})
    bkg = pha(tmp_path / "b.pha", header={"POISSERR": False})
    fine = np.linspace(0.5, 10.5, 41)
    with pytest.warns(SpecLabWarning) as said:
        made = DataUnit(src, bkg, rmf=rsp(tmp_path / "r.rmf"), arf=arf(tmp_path / "a.arf", fine))
    assert len(said) == 1 and said[0].filename == __file__
    assert all(word in str(said[0].message) for word in ("a.pha", "b.pha", "grids differ"))
    assert made.replace(notc=[2, 5], grpg={"min_evt": 3}).channels().size > 0  # warnings are errors here


def test_two_responses_that_contradict(tmp_path):
    rmf = Redistribution.from_file(rsp(tmp_path / "r.rmf", header={"HDUCLAS3": "FULL"}))
    with pytest.warns(SpecLabWarning, match="FULL, but there is an effective area"):
        DataUnit(Source(COUNTS), rmf=rmf, arf=arf(tmp_path / "a.arf"))


def test_edges_of_a_spectrum_that_are_not_those_of_its_response():
    with pytest.warns(SpecLabWarning, match="its own channel edges differ"):
        unit().replace(src=Source(COUNTS, emin=EDGES[:-1] + 2, emax=EDGES[1:] + 2, name="x"))


def test_a_unit_is_a_value(tmp_path):
    import jax

    one = unit(notc=[2, 7], grpg={"min_evt": 6, "max_bin": 3}, time=1.5, weight=2, name="x")
    assert pickle.loads(pickle.dumps(one)) == one and DataUnit.from_state_dict(one.to_state_dict()) == one
    assert jax.tree_util.tree_structure(one) == jax.tree_util.tree_structure(
        one.replace(src=Source(COUNTS + 1, exposure=100.0))
    )
    leaves, treedef = jax.tree_util.tree_flatten(one)
    assert jax.tree_util.tree_unflatten(treedef, leaves).channels() == one.channels()
    with pytest.raises(AttributeError):
        one.notc = [1, 2]


def test_data_is_an_ordered_mapping():
    a, b = unit(name="a"), unit(name="b", notc=[2, 5])
    for given in ([("a", a), ("b", b)], {"a": a, "b": b}):
        data = Data(given)
        assert data.names == ("a", "b") and data["b"] is b and data[0] is a and "a" in data and len(data) == 2
    assert list(data) == ["a", "b"] and dict(data.items())["a"] is a
    assert Data(a).names == ("a",)
    changed = data.replace(b=b.replace(notc=[2, 4]))
    assert changed["b"].channels().size == 2 and data["b"].channels().size == 3  # nothing stale, nothing shared
    assert changed.names == ("a", "b") and data.without("a").names == ("b",)
    assert Data.from_state_dict(data.to_state_dict()) == data and pickle.loads(pickle.dumps(data)) == data
    for wrong, word in (
        ([], "at least one"),
        ([("a", a), ("a", b)], "same name"),
        ([a], "unit"),
        (3, "units"),
        ({"units": a}, "called"),
    ):
        with pytest.raises(DataError, match=word):
            Data(wrong)
    with pytest.raises(DataError, match="no such unit"):
        data["c"]


def test_tables():
    one = unit(notc=[2, 7], grpg={"min_evt": 6}, name="x")
    table = one.info
    assert list(table.columns) == ["Property", "x"]
    assert " ".join(table["Property"]) == "src bkg rmf arf rsp notc stat grpg time weight"
    assert "2-7 keV inside → 2-7 keV, 4 bins" in str(table) and "min_evt=6" in str(table)
    assert list(Data(one).info.columns) == ["Name", "Noticing", "Statistic", "Grouping", "Time"]
    assert "nothing" in str(one.replace(notc=[50, 60]).info)
    assert one.response.info.columns == ("Name", "Channel bins", "Photon bins")
    assert list(one.info.to_pandas().columns) == ["Property", "x"]


def test_many_units_over_one_response_fold_it_once_and_stay_quiet(tmp_path):
    fine = np.linspace(0.5, 10.5, 41)
    shifted = pha(tmp_path / "a.pha", channel=False, columns=[("CHANNEL", "J", np.arange(N))])
    with pytest.warns(SpecLabWarning, match="grids differ") as said:
        first = DataUnit(shifted, rmf=rsp(tmp_path / "r.rmf"), arf=arf(tmp_path / "a.arf", fine))
    assert "taken in order" in str(said[0].message)
    for i in range(100):  # more than any cache holds; warnings are errors
        other = first.replace(src=first.assembly.src.replace(counts=COUNTS + i))
        assert other.response is first.response
    assert first.channels().S.tolist() == COUNTS.tolist()


def test_a_source_may_serve_as_background():
    one = unit(bkg=Source(COUNTS, exposure=50.0))
    assert isinstance(one.bkg, Background) and one.channels().B.tolist() == COUNTS.tolist()
