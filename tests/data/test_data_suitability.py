"""Spectra that are no Poisson counts: said once, with the statistic to use; negative counts name their channel."""

import warnings

import numpy as np
import pytest
from data_files import COUNTS, EDGES, N, pha, rsp

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Background, DataUnit, Response, Source

NET = np.array([10.4, 8.2, 7.9, 3.3, 2.1, 4.4, 0.7, 1.2])
ERRORS = np.full(N, 3.0)
POISSON = ("pgstat", "cstat", "pstat", "wstat", "lstat", "ppstat", "pstat_nobkg", "pgstat_xspec")


def response():
    return Response(EDGES[:-1], EDGES[1:], EDGES[:-1], EDGES[1:], np.eye(N))


def net_file(path, counts=NET, **header):
    columns = [("STAT_ERR", "D", ERRORS)]
    return pha(path, counts, columns=columns, header={"POISSERR": False, "HDUCLAS2": "NET"} | header, form="D")


@pytest.mark.parametrize("stat", POISSON)
def test_a_poisson_statistic_on_a_subtracted_spectrum_is_said_once(tmp_path, stat):
    path, whole = net_file(tmp_path / "net.pha"), rsp(tmp_path / "a.rsp")
    with pytest.warns(SpecLabWarning, match=rf"'net\.pha'.*HDUCLAS2 = NET.*{stat} takes them.*use stat='chi2'") as said:
        unit = DataUnit(path, rsp=whole, stat=stat)
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unit.replace(notc=[2, 6])
        DataUnit(path, rsp=whole, stat="chi2")


def test_fractions_and_weights_have_errors_of_their_own(tmp_path):
    with pytest.warns(SpecLabWarning, match=r"source 'x': its values are no Poisson counts.*stat='chi2'"):
        DataUnit(Source(NET, ERRORS, name="x"), rsp=response())
    with pytest.warns(SpecLabWarning, match=r"POISSERR = F|no Poisson counts"):
        DataUnit(pha(tmp_path / "a.pha", NET, form="D", header={"POISSERR": False}), rsp=rsp(tmp_path / "a.rsp"))


@pytest.mark.parametrize("stat", POISSON)
def test_whole_counts_beside_their_errors_are_counts(stat):
    DataUnit(Source(COUNTS, np.sqrt(COUNTS)), rsp=response(), stat=stat)
    DataUnit(Source(COUNTS, 1 + np.sqrt(COUNTS + 0.75)), rsp=response(), stat=stat)


def test_subtracted_whole_numbers_are_no_counts(tmp_path):
    path = net_file(tmp_path / "net.pha", COUNTS.astype(float), POISSERR=True)
    with pytest.warns(
        SpecLabWarning,
        match="NET \\(background-subtracted\\) on integer counts; no Poisson counts, errors are STAT_ERR",
    ):
        src = Source.from_file(path)
    assert not src.poisson and src.errors.tolist() == ERRORS.tolist() and src.content == "NET"
    assert Source.from_file(path, poisson=True).poisson


@pytest.mark.parametrize("stat", POISSON)
def test_negative_counts_name_their_channel(stat):
    source = Source(np.where(np.arange(N) == 5, -3.5, NET), ERRORS, name="x")
    with pytest.warns(SpecLabWarning), pytest.raises(
        DataError, match=rf"counts are negative, and {stat} is a Poisson.*-3\.5 in channel 6 \(6-7 keV\).*stat='chi2'"
    ):  # fmt: skip
        DataUnit(source, rsp=response(), stat=stat, name="u")
    assert DataUnit(source, rsp=response(), stat="chi2").channels().S[5] == -3.5
    for kept in ({"notc": [1, 5]}, {"grpg": {"max_bin": 3}}):
        assert (DataUnit(source, rsp=response(), stat=stat, **kept).channels().S >= 0).all()


def test_a_modelled_background_under_a_statistic_of_two_poissons():
    source, model = Source(COUNTS), Background(np.full(N, 0.3), np.full(N, 0.1), name="b")
    with pytest.warns(SpecLabWarning, match=r"background 'b'.*cstat takes them for Poisson counts.*use stat='pgstat'"):
        DataUnit(source, model, rsp=response(), stat="cstat")
    below = model.replace(counts=np.where(np.arange(N) == 2, -0.1, 0.3))
    with (
        pytest.warns(SpecLabWarning),
        pytest.raises(DataError, match=r"background counts are negative.*channel 3 .*pgstat"),
    ):
        DataUnit(source, below, rsp=response(), stat="cstat")
    for stat in ("pgstat", "chi2", "pstat_nobkg"):
        DataUnit(source, below, rsp=response(), stat=stat)


@pytest.mark.parametrize(("value", "letter"), [("Stokes:1", "Q"), ("Stokes:2", "U"), ("Stokes: 1", "Q")])
def test_stokes_spectra_are_announced_and_refused_as_fluxes(tmp_path, value, letter):
    path = net_file(tmp_path / "q.pha", HDUCLAS2="TOTAL", XFLT0001=value)
    with pytest.warns(SpecLabWarning, match=rf"XFLT0001 = Stokes:{value[-1]}, the Stokes parameter {letter}.*no flux"):
        src = Source.from_file(path)
    with pytest.raises(DataError, match=rf"source 'q\.pha' is no flux; got 'Stokes {letter}'.*Stokes I"):
        DataUnit(src, rsp=response(), stat="chi2")
    intensity = net_file(tmp_path / "i.pha", HDUCLAS2="TOTAL", XFLT0001="Stokes:0", XFLT0002="region:1")
    assert DataUnit(intensity, rsp=rsp(tmp_path / "a.rsp"), stat="chi2").channels().size == N


def test_mostly_empty_backgrounds_under_w_are_said_once_with_the_remedy():
    source, background = Source(COUNTS, name="x"), Background(np.array([1, 0, 0, 0, 2, 0, 0, 0]))
    with pytest.warns(
        SpecLabWarning, match=r"6 of 8 groups have no background counts.*underestimates.*\{'min_bkg': 1\}"
    ):
        unit = DataUnit(source, background, rsp=(whole := response()), stat="cstat")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unit.replace(notc=[1, 6])
        for choices in ({"stat": "pgstat"}, {"stat": "pstat"}, {"stat": "cstat", "grpg": {"min_bkg": 1}}):
            DataUnit(source.replace(name="y"), background.replace(), rsp=whole, **choices)
        half = background.replace(counts=np.array([1, 0, 1, 0, 2, 0, 1, 1]))
        DataUnit(source, half, rsp=whole, stat="cstat")
